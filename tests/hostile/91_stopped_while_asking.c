//: verdict time_limit
//: time 400ms
//: noted processes
// What it tried is known even though it never ends by itself.
#include <sys/ptrace.h>
int main(void) { for (;;) ptrace(PTRACE_ATTACH, 1, 0, 0); }

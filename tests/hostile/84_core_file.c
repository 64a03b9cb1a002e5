//: verdict runtime_error
//: signal 6
//: collects nothing
#include <stdlib.h>
#include <sys/resource.h>
int main(void) { struct rlimit r = {-1, -1}; setrlimit(RLIMIT_CORE, &r); r.rlim_max = 0; setrlimit(RLIMIT_CORE, &r); abort(); }

//: argv gcc -o /work/result {file}
//: verdict runtime_error
//: lacks root:
#include "/etc/shadow"
#include "/etc/gshadow"
int main(void) { return 0; }

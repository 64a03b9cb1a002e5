//: argv gcc -E {file}
//: verdict any
//: lacks PLANTED
#include "/proc/self/environ"
#include "/proc/1/environ"
int main(void) { return 0; }

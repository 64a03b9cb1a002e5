//: verdict runtime_error
//: signal 11
#include <string.h>
static volatile int sink;
static int deeper(int n) { volatile char room[4096]; memset((void *)room, n, sizeof room); sink += deeper(n + 1) + room[n & 4095]; return sink; }
int main(void) { return deeper(0); }

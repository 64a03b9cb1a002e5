//: verdict forbidden|runtime_error
//: machine x86_64
#include <stdio.h>
int main(void) { long r; __asm__ volatile("int $0x80" : "=a"(r) : "a"(20L) : "memory"); printf("went through %ld\n", r); return 0; }

//: prints refused
// A hundred thousand threads.
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
static void *sleeps(void *x) { pause(); return x; }
int main(void) {
    pthread_attr_t a; pthread_attr_init(&a); pthread_attr_setstacksize(&a, 65536);
    for (int i = 0; i < 100000; i++) { pthread_t t; if (pthread_create(&t, &a, sleeps, 0)) { puts("refused"); fflush(stdout); _exit(0); } }
    puts("no end"); fflush(stdout); _exit(0);
}

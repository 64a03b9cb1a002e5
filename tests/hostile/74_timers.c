//: prints refused
// A million timers, each as fast as it may be.
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <time.h>
int main(void) {
    signal(SIGALRM, SIG_IGN);
    struct sigevent e = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    struct itimerspec s = {{0, 1000}, {0, 1000}};
    int i; timer_t t;
    for (i = 0; i < 1000000; i++) { if (timer_create(CLOCK_MONOTONIC, &e, &t)) break; timer_settime(t, 0, &s, 0); }
    puts(i < 1000000 ? "refused" : "no end"); return 0;
}

//: prints refused
//: noted processes 4000
// Refusals cost the one who asks, and nobody else; signals that interrupt the asking change nothing.
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <pthread.h>
static void tick(int s) { (void)s; }
static void *ask(void *x) { for (int i = 0; i < 1000; i++) ptrace(PTRACE_ATTACH, 1, 0, 0); return x; }
int main(void) {
    struct sigaction a = {.sa_handler = tick, .sa_flags = SA_RESTART}; sigaction(SIGALRM, &a, 0);
    struct itimerval v = {{0, 500}, {0, 500}}; setitimer(ITIMER_REAL, &v, 0);
    pthread_t t[4]; for (int i = 0; i < 4; i++) pthread_create(&t[i], 0, ask, 0);
    for (int i = 0; i < 4; i++) pthread_join(t[i], 0);
    puts("refused"); return 0;
}

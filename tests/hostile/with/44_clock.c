#include <sys/time.h>
#include <time.h>
int clock_gettime(clockid_t c, struct timespec *t) { t->tv_sec = 1000; t->tv_nsec = 0; return 0; }
int gettimeofday(struct timeval *t, void *z) { t->tv_sec = 1000; t->tv_usec = 0; return 0; }
time_t time(time_t *t) { if (t) *t = 1000; return 1000; }
clock_t clock(void) { return 0; }

//: prints ended
// A list of locks to be freed at death that runs in a circle and into the void.
#include <linux/futex.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
static struct robust_list_head a, b;
static void *die(void *x) { struct robust_list_head *h = x; syscall(SYS_set_robust_list, h, sizeof *h); syscall(SYS_exit, 0); return 0; }
int main(void) {
    a.list.next = (void *)&a.list + 8; a.futex_offset = -99999999; a.list_op_pending = (void *)0xdead0000;
    b.list.next = &b.list; b.list.next->next = &b.list; b.futex_offset = 16;
    pthread_t t, u; pthread_create(&t, 0, die, &a); pthread_create(&u, 0, die, &b);
    usleep(20000); puts("ended"); fflush(stdout); _exit(0);
}

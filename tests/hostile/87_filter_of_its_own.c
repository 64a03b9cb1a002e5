//: prints refused
//: noted processes
// It puts a filter over ours, asks for a listener, lets a child ask for what is refused and is then killed while asking.
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void) {
    struct sock_filter all[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog p = {1, all};
    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &p);
    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &p);
    pid_t v = vfork();
    if (v == 0) { ptrace(PTRACE_TRACEME, 0, 0, 0); _exit(0); }
    waitpid(v, 0, 0);
    for (int i = 0; i < 4; i++) {
        pid_t c = fork();
        if (c == 0) for (;;) ptrace(PTRACE_ATTACH, 1, 0, 0);
        usleep(5000); kill(c, SIGKILL); waitpid(c, 0, 0);
    }
    struct sock_filter trap[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog q = {4, trap};
    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &q);
    puts(ptrace(PTRACE_TRACEME, 0, 0, 0) == -1 ? "refused" : "went through"); return 0;
}

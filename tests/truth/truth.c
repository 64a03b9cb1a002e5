/* Programs that know what they use and say so: one a word of the first argument. Each prints lines `name value`:
   peak and integral in bytes and byte·ns beyond what it had at its start, cpu and wall in ns; base is what it had.
   Truths are taken from the program's own clock and its own counting of pages that it touched, never from a sampler. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MIB = 1 << 20 };

static int64_t now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void rest(int ms) {
    struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    while (nanosleep(&t, &t) != 0) {
    }
}

static void spin(int64_t ns) {
    volatile unsigned x = 1;
    int64_t end = now(CLOCK_PROCESS_CPUTIME_ID) + ns;
    while (now(CLOCK_PROCESS_CPUTIME_ID) < end)
        for (int i = 0; i < 5000; i++) x = x * 1664525u + 1013904223u;
}

static void check(int good, const char *what) {
    if (!good) {
        perror(what);
        _exit(9);
    }
}

static unsigned char *room(int mib) {
    unsigned char *p = mmap(NULL, (size_t)mib * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check(p != MAP_FAILED, "mmap");
    /* Huge pages would make one touch worth two mebibytes. */
    madvise(p, (size_t)mib * MIB, MADV_NOHUGEPAGE);
    return p;
}

static unsigned char *touched(int mib) {
    unsigned char *p = room(mib);
    memset(p, 1, (size_t)mib * MIB);
    return p;
}

/* Anonymous and shared memory of this process, as the kernel counts it; 0 where it may not look. */
static int64_t own(void) {
    char line[200];
    int64_t sum = 0, kib;
    FILE *f = fopen("/proc/self/status", "r");
    if (f == NULL) return 0;
    while (fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "RssAnon: %ld", &kib) == 1 || sscanf(line, "RssShmem: %ld", &kib) == 1) sum += kib * 1024;
    fclose(f);
    return sum;
}

/* The area under (t, bytes), a point after every mebibyte. */
static double area;
static int64_t last_t, held;
static void point(int64_t bytes) {
    int64_t t = now(CLOCK_MONOTONIC);
    area += (double)(t - last_t) * (double)(held + bytes) / 2;
    last_t = t;
    held = bytes;
}

static void steps(void) {
    unsigned char *parts[5];
    last_t = now(CLOCK_MONOTONIC);
    for (int i = 0; i < 5; i++) {
        parts[i] = room(40);
        for (int m = 0; m < 40; m++) {
            memset(parts[i] + (size_t)m * MIB, 1, MIB);
            point(held + MIB);
        }
        rest(80);
        point(held);
    }
    for (int i = 0; i < 5; i++) {
        munmap(parts[i], (size_t)40 * MIB);
        point(held - 40 * MIB);
        rest(40);
        point(held);
    }
    printf("peak %d\nintegral %.0f\n", 200 * MIB, area);
}

static void daemon_of_200(void) {
    int done[2];
    check(pipe(done) == 0, "pipe");
    if (fork() == 0) {
        setsid();
        if (fork() == 0) {
            unsigned char *held = touched(200);
            spin(300000000);
            rest(100);
            /* Giving it back costs time as well: here, where it is seen, and not at the end. */
            munmap(held, (size_t)200 * MIB);
            int64_t used = now(CLOCK_PROCESS_CPUTIME_ID);
            check(write(done[1], &used, sizeof used) == sizeof used, "write");
            rest(100000);
        }
        _exit(0);
    }
    wait(NULL);
    int64_t used = 0;
    check(read(done[0], &used, sizeof used) == sizeof used, "read");
    printf("peak %d\ncpu %ld\n", 200 * MIB, (long)(used + now(CLOCK_PROCESS_CPUTIME_ID)));
}

int main(int argc, char **argv) {
    int64_t began = now(CLOCK_MONOTONIC);
    const char *what = argc > 1 ? argv[1] : "";
    setvbuf(stdout, NULL, _IOFBF, 4096);
    printf("base %ld\n", (long)own());
    if (strcmp(what, "nothing") == 0) {
        printf("peak 0\n");
    } else if (strcmp(what, "touch") == 0) {
        touched(100);
        rest(150);
        printf("peak %d\n", 100 * MIB);
    } else if (strcmp(what, "parent-child") == 0) {
        touched(50);
        if (fork() == 0) {
            touched(200);
            rest(200);
            _exit(0);
        }
        wait(NULL);
        printf("peak %d\n", 250 * MIB);
    } else if (strcmp(what, "two") == 0) {
        for (int i = 0; i < 2; i++)
            if (fork() == 0) {
                touched(100);
                rest(500);
                _exit(0);
            }
        while (wait(NULL) > 0) {
        }
        printf("peak %d\n", 200 * MIB);
    } else if (strcmp(what, "shared") == 0) {
        touched(100);
        for (int i = 0; i < 4; i++)
            if (fork() == 0) {
                rest(200);
                _exit(0);
            }
        while (wait(NULL) > 0) {
        }
        printf("peak %d\n", 100 * MIB);
    } else if (strcmp(what, "memfd") == 0) {
        int f = memfd_create("truth", 0);
        check(f >= 0 && ftruncate(f, (off_t)100 * MIB) == 0, "memfd");
        unsigned char *p = mmap(NULL, (size_t)100 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0);
        check(p != MAP_FAILED, "mmap");
        memset(p, 1, (size_t)100 * MIB);
        rest(150);
        printf("peak %d\n", 100 * MIB);
    } else if (strcmp(what, "file") == 0) {
        static char block[MIB];
        char name[300];
        const char *folder = getenv("TMPDIR");
        snprintf(name, sizeof name, "%s/truth-%d", folder != NULL ? folder : "/tmp", getpid());
        int f = open(name, O_CREAT | O_WRONLY | O_TRUNC, 0600);
        check(f >= 0, "open");
        memset(block, 1, sizeof block);
        for (int i = 0; i < 80; i++) check(write(f, block, sizeof block) == sizeof block, "write");
        rest(150);
        unlink(name);
        printf("peak %d\n", MIB);
    } else if (strcmp(what, "steps") == 0) {
        steps();
    } else if (strcmp(what, "daemon") == 0) {
        daemon_of_200();
    } else if (strcmp(what, "spin") == 0) {
        spin(500000000);
        printf("cpu %ld\n", (long)now(CLOCK_PROCESS_CPUTIME_ID));
    } else if (strcmp(what, "spin-three") == 0) {
        int64_t used = 0;
        int told[2];
        check(pipe(told) == 0, "pipe");
        for (int i = 0; i < 2; i++)
            if (fork() == 0) {
                spin(200000000);
                int64_t mine = now(CLOCK_PROCESS_CPUTIME_ID);
                check(write(told[1], &mine, sizeof mine) == sizeof mine, "write");
                _exit(0);
            }
        spin(200000000);
        for (int i = 0; i < 2; i++) {
            int64_t child = 0;
            check(read(told[0], &child, sizeof child) == sizeof child, "read");
            used += child;
        }
        while (wait(NULL) > 0) {
        }
        printf("cpu %ld\n", (long)(used + now(CLOCK_PROCESS_CPUTIME_ID)));
    } else if (strcmp(what, "clock") == 0) {
        rest(60);
    } else if (strcmp(what, "clocked") == 0) {
        fflush(stdout);
        int64_t before = now(CLOCK_MONOTONIC);
        pid_t child = vfork();
        if (child == 0) {
            execl(argv[0], argv[0], "clock", (char *)NULL);
            _exit(9);
        }
        waitpid(child, NULL, 0);
        printf("outer %ld\n", (long)(now(CLOCK_MONOTONIC) - before));
        return 0;
    } else {
        fprintf(stderr, "no such program: %s\n", what);
        return 2;
    }
    printf("wall %ld\n", (long)(now(CLOCK_MONOTONIC) - began));
    return 0;
}

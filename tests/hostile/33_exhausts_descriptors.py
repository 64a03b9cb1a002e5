#: prints refused
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)

import select
for make in (lambda: libc.inotify_init(), lambda: libc.timerfd_create(1, 0), lambda: libc.epoll_create1(0), lambda: libc.eventfd(0, 0), lambda: os.pipe()[0]):
    held = []
    try:
        for _ in range(100_000):
            fd = make()
            if fd == -1:
                break
            held.append(fd)
        else:
            print("no end")
    except OSError:
        pass
    for fd in range(3, 4096):
        try:
            os.close(fd)
        except OSError:
            pass
print("refused")

#: stdin the input of every run
#: prints the input of every run
#: rounds 3
# The next run gets the same input, whatever this one does to it.
import ctypes, fcntl, os, mmap
libc = ctypes.CDLL(None, use_errno=True)
said = os.read(0, 100).decode()
tries = [lambda: os.write(os.open("/proc/self/fd/0", os.O_RDWR), b"spoilt"), lambda: os.write(os.open("/dev/stdin", os.O_WRONLY | os.O_TRUNC), b"spoilt"), lambda: os.ftruncate(0, 3),
         lambda: os.fchmod(0, 0), lambda: os.fchmod(0, 0o777), lambda: os.fchown(0, os.getuid(), 12345), lambda: os.utime(0, (0, 0)), lambda: os.setxattr(0, "user.x", b"y"),
         lambda: fcntl.fcntl(0, 1033, 15), lambda: fcntl.fcntl(0, 1033, 32), lambda: mmap.mmap(0, 10, prot=mmap.PROT_WRITE | mmap.PROT_READ).write(b"spoilt"), lambda: libc.fallocate(0, 3, 0, 10),
         lambda: fcntl.flock(0, fcntl.LOCK_EX | fcntl.LOCK_NB), lambda: fcntl.fcntl(0, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC), lambda: os.fchmod(0, 0)]
for attempt in tries:
    try:
        attempt()
    except (OSError, ValueError):
        pass
os.close(0)
print(said)

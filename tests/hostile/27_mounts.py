#: prints refused
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)

for result in (libc.mount(b"none", b"/tmp", b"tmpfs", 0, None), libc.umount2(b"/proc", 2), libc.chroot(b"/tmp"),
               libc.syscall(155, b"/tmp", b"/tmp"), libc.syscall(428, -100, b"/", 1), libc.syscall(430, b"tmpfs", 0)):
    if result != -1:
        print("went through")
for path in ("/usr/x", "/etc/x", "/x", "/bin/x", "/proc/x", "/dev/x", "/prog/x"):
    try:
        open(path, "w")
        print("wrote", path)
    except OSError:
        pass
try:
    os.mknod("/tmp/disk", 0o60666, os.makedev(8, 0))
    print("made a device")
except OSError:
    pass
print("refused")

#: prints refused
import glob, os, stat
got = []
for path in glob.glob("/dev/*") + ["/dev/mem", "/dev/kmem", "/dev/port", "/dev/kmsg", "/dev/sda", "/dev/vda", "/dev/loop-control", "/dev/fuse", "/dev/net/tun", "/dev/kvm", "/dev/ptmx",
                                   "/dev/pts/ptmx", "/dev/tty", "/dev/tty0", "/dev/console", "/dev/userfaultfd", "/dev/vsock", "/dev/input/event0", "/dev/snd/timer", "/dev/dri/card0", "/dev/mqueue", "/dev/hugepages"]:
    if path.rsplit("/", 1)[1] in ("null", "zero", "full", "random", "urandom", "stdin", "stdout", "stderr", "fd", "shm"):
        continue
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
        got.append(path)
    except OSError:
        pass
try:
    os.openpty()
    got.append("a new pseudo-terminal")
except OSError:
    pass
for folder in ("/tmp", "/work", "/dev/shm", os.environ["HOME"]):
    for kind, number in ((stat.S_IFBLK, (8, 0)), (stat.S_IFCHR, (1, 1)), (stat.S_IFCHR, (5, 2)), (stat.S_IFCHR, (10, 229))):
        try:
            os.mknod(f"{folder}/device", kind | 0o666, os.makedev(*number))
            got.append((folder, number))
        except OSError:
            pass
print(got or "refused")

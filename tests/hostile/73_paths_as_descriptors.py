#: prints refused
import os
got = []
root = os.open("/", os.O_PATH)
for start in (root, os.open(os.environ["HOME"], os.O_PATH), os.open("/proc", os.O_PATH) if os.path.isdir("/proc") and os.access("/proc", os.R_OK) else root):
    for way in ("../" * 40 + "etc/shadow", "etc/shadow", "../../../../root/.bashrc", "self/root/../../etc/shadow", "1/root/etc/shadow", "1/cwd/etc/shadow"):
        try:
            got.append((way, os.read(os.open(way, os.O_RDONLY, dir_fd=start), 10)))
        except OSError:
            pass
# What was opened only as a path is opened again through /proc.
for path in ("/etc/shadow", "/root", "/proc/1/root"):
    try:
        fd = os.open(path, os.O_PATH)
        again = os.open(f"/proc/self/fd/{fd}", os.O_RDONLY)
        got.append((path, os.fstat(again).st_ino))
    except OSError:
        pass
try:
    os.chroot(os.environ["HOME"])
    got.append("chroot")
except OSError:
    pass
print(got or "refused")

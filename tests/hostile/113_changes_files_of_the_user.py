#: prints refused, but for its own
#: path_socket
# Mode, owner, times and notes of files that belong to whoever started it; and of files of its own, which compilers set.
import ctypes, os, stat, sys, threading
other = sys.argv[5]
got = []
def tried(what, f):
    try:
        f()
        got.append(what)
    except OSError:
        pass
home = os.environ["HOME"]
os.chdir(home)
os.symlink(other, "link")
os.symlink("/" + "../" * 30 + other.lstrip("/"), "far")
for path in (other, "link", "far", home + "/../../../../../../../../.." + other, os.path.relpath(other)):
    tried(("mode", path), lambda: os.chmod(path, 0o700))
    tried(("times", path), lambda: os.utime(path, (1, 1)))
    tried(("now", path), lambda: os.utime(path))
    tried(("owner", path), lambda: os.chown(path, os.getuid(), os.getgid()))
    tried(("note", path), lambda: os.setxattr(path, "user.note", b"x"))
tried("owner of the link's end", lambda: os.lchown(other, os.getuid(), os.getgid()))
for way in (f"/proc/self/fd/{os.open('.', os.O_PATH)}/link",):
    tried(("mode", way), lambda: os.chmod(way, 0o700))
try:
    place = os.open(other, os.O_PATH)
    tried("mode by descriptor", lambda: os.chmod(f"/proc/self/fd/{place}", 0o700))
    tried("times by descriptor", lambda: os.utime(f"/proc/self/fd/{place}", (1, 1)))
except OSError:
    pass
# What is written on it, and what happens in its folder.
tried("notes on it", lambda: os.listxattr(other))
libc = ctypes.CDLL(None)
for path in (other, os.path.dirname(other)):
    if os.path.exists(other) and libc.inotify_add_watch(libc.inotify_init(), path.encode(), 0xfff) >= 0:
        got.append(("watched", path))
for shared in (__file__, "/usr/bin/python3", "/dev/null", "/usr"):
    tried(("mode", shared), lambda: os.chmod(shared, 0o777))
    tried(("times", shared), lambda: os.utime(shared, (1, 1)))
    tried(("now", shared), lambda: os.utime(shared))
    try:
        fd = os.open(shared, os.O_RDONLY)
    except OSError:
        continue
    tried(("mode of", shared), lambda: os.fchmod(fd, 0o777))
    tried(("times of", shared), lambda: os.utime(fd, (1, 1)))
# Its own: by name, from a folder, through a link, by descriptor.
open("own", "w").close()
os.mkdir("folder")
os.symlink("own", "near")
folder = os.open("folder", os.O_RDONLY)
own = os.open("own", os.O_RDWR)
ways = [lambda m: os.chmod(home + "/own", m), lambda m: os.chmod("own", m), lambda m: os.chmod("near", m), lambda m: os.fchmod(own, m),
        lambda m: os.chmod("../own", m, dir_fd=folder), lambda m: os.chmod("./folder/../own", m)]
for n, way in enumerate(ways):
    for mode in (0o755, 0o600, 0o444, 0o640):
        try:
            way(mode)
            if stat.S_IMODE(os.stat("own").st_mode) != mode:
                got.append(("no effect", n, oct(mode)))
        except OSError as e:
            got.append(("its own", n, e))
for n, way in enumerate((lambda: os.utime("own", (5, 7)), lambda: os.utime(own, (5, 7)), lambda: os.utime(home + "/own", (5, 7)))):
    try:
        os.utime("own")
        if os.stat("own").st_mtime < 1000:
            got.append("not now")
        way()
        if (os.stat("own").st_atime, os.stat("own").st_mtime) != (5, 7):
            got.append(("no effect on times", n))
    except OSError as e:
        got.append(("its own times", n, e))
for path, error in (("nothing", FileNotFoundError), ("", FileNotFoundError)):
    try:
        os.chmod(path, 0o600)
        got.append("what is not there")
    except error:
        pass
# A name that turns from its own into another's while it is looked at.
stop = False
def turn():
    while not stop:
        for to in (other, "own"):
            os.symlink(to, "new")
            os.replace("new", "turning")
thread = threading.Thread(target=turn)
thread.start()
for _ in range(300):
    try:
        os.chmod("turning", 0o711)
    except OSError:
        pass
stop = True
thread.join()
try:
    if stat.S_IMODE(os.stat(other).st_mode) == 0o711:
        got.append("changed after all")
except OSError:
    pass
print(got or "refused, but for its own")

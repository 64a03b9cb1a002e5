#: prints refused, but for its own
#: needs attempts
# A lock on a file that every run and the machine itself share would reach beyond the run; a lock on a file of its own is its own affair.
import fcntl, os, struct
got = []
shared = ["/usr/bin/python3", "/usr", "/usr/lib", "/etc/ld.so.cache", "/dev/null", __file__]
for path in shared:
    for how in (fcntl.LOCK_EX | fcntl.LOCK_NB, fcntl.LOCK_SH, fcntl.LOCK_SH | fcntl.LOCK_NB):
        try:
            fcntl.flock(os.open(path, os.O_RDONLY), how)
            got.append(("flock", path))
        except OSError:
            pass
    for command in (fcntl.F_SETLK, fcntl.F_SETLKW, 37, 38):  # 37 and 38: locks of the open file
        try:
            fcntl.fcntl(os.open(path, os.O_RDONLY), command, struct.pack("hhqqi4x", fcntl.F_RDLCK, 0, 0, 0, 0))
            got.append((command, path))
        except OSError:
            pass
    try:
        fcntl.fcntl(os.open(path, os.O_RDONLY), 1024, fcntl.F_RDLCK)  # F_SETLEASE
        got.append(("lease", path))
    except OSError:
        pass
own = open(os.environ["HOME"] + "/own", "w+")
for lock in (lambda: fcntl.flock(own, fcntl.LOCK_EX), lambda: fcntl.flock(own, fcntl.LOCK_UN), lambda: fcntl.lockf(own, fcntl.LOCK_EX)):
    try:
        lock()
    except OSError as e:
        got.append(("its own", e))
print(got or "refused, but for its own")

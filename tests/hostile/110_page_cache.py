#: prints refused
# What of shared files is in memory would be word left for the next run, and throwing it out slows that run down.
import ctypes, glob, mmap, os, resource
libc = ctypes.CDLL(None, use_errno=True)
x86 = os.uname().machine == "x86_64"
got = []
# Asking what is there.
fd = os.open(__file__, os.O_RDONLY)
for flag in (0x8, 0x80):  # RWF_NOWAIT, RWF_DONTCACHE
    try:
        os.preadv(fd, [bytearray(1)], 0, flag)
        got.append(("a read with flag", flag))
    except BlockingIOError:
        got.append(("a read that tells", flag))
    except OSError:
        pass
libc.mmap.restype = ctypes.c_void_p
address = libc.mmap(None, ctypes.c_size_t(4096), 1, 1, fd, ctypes.c_long(0))
if libc.mincore(ctypes.c_void_p(address), ctypes.c_size_t(4096), ctypes.create_string_buffer(1)) == 0:
    got.append("mincore")
if libc.syscall(ctypes.c_long(451), fd, ctypes.create_string_buffer(16), ctypes.create_string_buffer(40), 0) == 0:
    got.append("cachestat")
context = ctypes.c_ulong(0)
if libc.syscall(ctypes.c_long(206 if x86 else 0), 1, ctypes.byref(context)) == 0:
    got.append("reads of its own kind (io_setup)")
# Throwing out: what was read a moment ago must not have to be read from the disk again.
def major():
    return resource.getrusage(resource.RUSAGE_SELF).ru_majflt
def touch(path):
    with open(path, "rb") as f:
        before = major()
        with mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ) as m:
            m[0]
        return major() - before
candidates = [__file__] + [p for p in glob.glob("/usr/share/doc/*/copyright") if os.path.isfile(p)][:20]
lost = 0
for path in candidates:
    own = os.open(path, os.O_RDONLY)
    os.read(own, 1)
    os.posix_fadvise(own, 0, 0, os.POSIX_FADV_DONTNEED)
    os.posix_fadvise(own, 0, 0, os.POSIX_FADV_NOREUSE)
    os.close(own)
    lost += touch(path)
if lost > 2:
    got.append(("thrown out by fadvise", lost))
lost = 0
for path in candidates[:10]:
    own = os.open(path, os.O_RDONLY)
    for advice in (20, 21):  # MADV_COLD, MADV_PAGEOUT
        at = libc.mmap(None, ctypes.c_size_t(4096), 1, 2, own, ctypes.c_long(0))
        ctypes.string_at(at, 1)
        libc.madvise(ctypes.c_void_p(at), ctypes.c_size_t(4096), advice)
        libc.munmap(ctypes.c_void_p(at), ctypes.c_size_t(4096))
        lost += touch(path)
    os.close(own)
if lost > 2:
    got.append(("thrown out by madvise", lost))
# A hint that stays on the file.
hint = ctypes.c_uint64(3)
if libc.fcntl(fd, 1036, ctypes.byref(hint)) == 0:
    got.append("a hint")
# Work for the disks of the machine: nothing of it need be done, but it must not fail.
os.sync()
print(got or "refused")

#: prints new
#: rounds 2
# The kernel keeps names that were looked for and are not there; an open that asks what is kept would tell the next run.
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
seen = []
for folder in ("/usr", "/usr/share", "/usr/lib", "/etc"):
    name = f"{folder}/{sys.argv[1]}".encode()
    how = struct.pack("QQQ", 0, 0, 0x20)  # RESOLVE_CACHED
    libc.syscall(ctypes.c_long(437), -100, name, how, ctypes.c_size_t(24))
    if ctypes.get_errno() == 2:
        seen.append(folder)
    os.path.exists(name)
print(("seen before", seen) if seen else "new")

#: prints refused
import ctypes, mmap
libc = ctypes.CDLL(None, use_errno=True)
m = mmap.mmap(-1, 64 << 20)
address = ctypes.addressof(ctypes.c_char.from_buffer(m))
got = []
if libc.mlock(ctypes.c_void_p(address), ctypes.c_size_t(64 << 20)) == 0:
    got.append("mlock")
if libc.mlockall(3) == 0:
    got.append("mlockall")
print(got or "refused")

#: prints fresh
#: twice
# Address randomisation off, readable means executable, another kernel version: for itself, never for the next run.
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
before = libc.personality(0xffffffff)
libc.personality(0x0040000 | 0x0400000 | 0x0020000)
print("fresh" if before == 0 else f"found {before:#x}")

#: prints fresh
#: twice
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)

libc.shmat.restype = ctypes.c_void_p
there = libc.shmget(0x5EED, 4096, 0)
made = libc.shmget(0x5EED, 4096, 0o1666)
print("found what another run left" if there != -1 else "fresh")

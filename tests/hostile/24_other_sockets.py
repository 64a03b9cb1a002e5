#: prints refused
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)

number = 41 if os.uname().machine == "x86_64" else 198
for family in (16, 17, 38, 40, 44):
    for upper in (0, 1 << 32):
        if libc.syscall(ctypes.c_long(number), ctypes.c_long(family | upper), ctypes.c_long(3), 0) != -1:
            print("went through:", family, upper)
print("refused")

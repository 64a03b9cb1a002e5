#: prints refused
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)

NEW = (0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x08000000, 0x04000000, 0x02000000)
clone = 56 if os.uname().machine == "x86_64" else 220
for flag in NEW:
    if libc.unshare(flag) != -1:
        print("unshared", hex(flag))
    if libc.syscall(ctypes.c_long(clone), ctypes.c_long(flag | 17), 0, 0, 0, 0) != -1:
        print("cloned", hex(flag))
if libc.syscall(435, 0, 0) != -1 or ctypes.get_errno() != 38:
    print("clone3 is there")
print("refused")

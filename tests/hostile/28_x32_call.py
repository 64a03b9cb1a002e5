#: verdict forbidden
#: machine x86_64
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall(ctypes.c_long(0x40000000 | 39))
print('went through')

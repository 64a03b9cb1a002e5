#: prints refused
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)

room = ctypes.create_string_buffer(256)
print("refused" if libc.syscall(425, 8, room) == -1 else "went through")

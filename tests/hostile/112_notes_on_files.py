#: prints refused
#: stdin some input
# Extended attributes and flags of files: what is written onto a file that runs share is there in the next one.
import ctypes, os, struct
libc = ctypes.CDLL(None, use_errno=True)
got = []
own = os.environ["HOME"] + "/own"
open(own, "w").close()
for what in (0, own, os.open(own, os.O_RDWR), __file__, "/dev/null"):
    for name in ("user.note", "security.note", "trusted.note"):
        try:
            os.setxattr(what, name, b"answer")
            got.append((what, name))
        except OSError:
            pass
        try:
            os.removexattr(what, name)
            got.append(("removed", what, name))
        except OSError:
            pass
value = ctypes.create_string_buffer(b"answer")
arguments = struct.pack("QII", ctypes.addressof(value), 6, 0)
for file in (own, __file__):
    if libc.syscall(ctypes.c_long(463), -100, file.encode(), 0, b"user.note", arguments, ctypes.c_size_t(16)) == 0:
        got.append(("setxattrat", file))
    if libc.syscall(ctypes.c_long(469), -100, file.encode(), bytes(24), ctypes.c_size_t(24), 0) == 0:
        got.append(("file_setattr", file))
print(got or "refused")

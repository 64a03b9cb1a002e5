#: prints refused
# Priorities of a whole user or group. In namespaces of its own only itself is in sight; elsewhere the user's other programs are.
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
got = []
if "weak" in sys.argv[3]:
    for which, who in ((os.PRIO_USER, 0), (os.PRIO_USER, os.getuid()), (os.PRIO_PGRP, 0), (os.PRIO_PROCESS, os.getppid())):
        try:
            os.setpriority(which, who, 5)
            got.append(("priority", which, who))
        except OSError:
            pass
    number = 251 if os.uname().machine == "x86_64" else 30
    for which, who in ((3, 0), (3, os.getuid()), (2, 0), (1, os.getppid())):
        if libc.syscall(ctypes.c_long(number), which, who, 3 << 13 | 7) == 0:
            got.append(("input and output", which, who))
# Its own may be lowered.
os.setpriority(os.PRIO_PROCESS, 0, 19)
print(got or "refused")

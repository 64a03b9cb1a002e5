#: prints no rights
# Not one capability, none to be had, no way through a set-user-id program.
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
header = (ctypes.c_uint32 * 2)(0x20080522, 0)
sets = (ctypes.c_uint32 * 6)()
libc.capget(header, sets)
got = []
if any(sets):
    got.append(list(sets))
# An ordinary user without namespaces cannot empty the bounding set; no_new_privs makes it worthless.
for capability in range(41 if "weak" not in sys.argv[3] else 0):
    if libc.prctl(23, capability, 0, 0, 0) == 1:  # PR_CAPBSET_READ
        got.append(capability)
if libc.prctl(39, 0, 0, 0, 0) != 1:  # PR_GET_NO_NEW_PRIVS
    got.append("new privileges")
if libc.prctl(21, 0, 0, 0, 0) != 2:  # PR_GET_SECCOMP
    got.append("no filter")
if 0 in (*os.getresuid(), *os.getresgid(), *os.getgroups()):
    got.append((os.getresuid(), os.getresgid(), os.getgroups()))
try:
    os.setuid(0)
    got.append("became root")
except OSError:
    pass
print(got or "no rights")

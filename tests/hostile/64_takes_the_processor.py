#: prints refused
# Nothing may put itself before the rest of the machine.
import ctypes, os, struct
libc = ctypes.CDLL(None, use_errno=True)
got = []
for policy in (os.SCHED_FIFO, os.SCHED_RR):
    try:
        os.sched_setscheduler(0, policy, os.sched_param(1))
        got.append(policy)
    except OSError:
        pass
for step in (-1, -20):
    try:
        os.nice(step)
        got.append(("nice", step))
    except OSError:
        pass
x86 = os.uname().machine == "x86_64"
deadline = ctypes.create_string_buffer(struct.pack("IIQiIQQQ", 48, 6, 0, 0, 0, 10**7, 10**8, 10**8))
if libc.syscall(314 if x86 else 274, 0, deadline, 0) != -1:
    got.append("deadline")
if libc.syscall(251 if x86 else 30, 1, 0, 1 << 13) != -1:  # ioprio_set: real time
    got.append("ioprio")
for pid in (1, os.getppid()):
    try:
        os.setpriority(os.PRIO_PROCESS, pid, 19)
        got.append(("slowed down", pid))
    except OSError:
        pass
print(got or "refused")

#: prints refused
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)

# ptrace(PTRACE_ATTACH), process_vm_readv, process_vm_writev, pidfd_getfd, kcmp; by the numbers of x86-64 or of the rest.
numbers = (101, 310, 311, 438, 312) if os.uname().machine == "x86_64" else (117, 270, 271, 438, 272)
for n in numbers:
    if libc.syscall(n, 16, os.getppid(), 0, 0, 0, 0) != -1:
        print("went through:", n)
print("refused")

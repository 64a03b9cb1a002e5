#: prints still counted
# A process that names itself like the end of its own line in /proc, and survives being its own reaper.
import ctypes, os, time
libc = ctypes.CDLL(None, use_errno=True)
for name in (b") Z 1 1 1", b"a\nb) R 1", b"\x1b]0;x\x07", b"((((((((((((((("):
    libc.prctl(15, name, 0, 0, 0)
    if os.fork() == 0:
        libc.prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
        libc.prctl(1, 0, 0, 0, 0)  # PR_SET_PDEATHSIG: none
        libc.prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE: not to be looked at
        if os.fork() == 0:
            os.setsid()
            time.sleep(1_000_000)
        time.sleep(1_000_000)
time.sleep(0.05)
print("still counted")

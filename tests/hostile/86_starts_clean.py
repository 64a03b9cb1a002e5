#: prints clean
# Nothing of whoever started it: no ignored or blocked signal, no terminal, no group, no timer, no environment.
import os, resource, signal
got = []
try:
    status = dict(l.split(":", 1) for l in open("/proc/self/status"))
except OSError:
    status = {}
# Python itself ignores SIGPIPE and SIGXFSZ.
ignored = int(status.get("SigIgn", "0"), 16) & ~(1 << 12 | 1 << 24)
if ignored or int(status.get("SigBlk", "0"), 16) or signal.pthread_sigmask(signal.SIG_BLOCK, []):
    got.append(("signals", status.get("SigIgn"), status.get("SigBlk")))
if os.getsid(0) != os.getpid() or os.getpgid(0) != os.getpid():
    got.append("a session of somebody else's")
mask = os.umask(0o22)
if mask != 0o22:
    got.append(("umask", oct(mask)))
extra = set(os.environ) - {"PATH", "HOME", "TMPDIR", "LANG", "LC_CTYPE"}
if extra:
    got.append(extra)
if signal.getitimer(signal.ITIMER_REAL) != (0.0, 0.0) or signal.alarm(0):
    got.append("a timer")
print(got or "clean")

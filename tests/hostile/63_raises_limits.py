#: prints refused
import ctypes, os, resource
got = []
for name in ("AS", "CORE", "CPU", "DATA", "FSIZE", "MEMLOCK", "NOFILE", "NPROC", "STACK", "SIGPENDING", "MSGQUEUE", "NICE", "RTPRIO"):
    kind = getattr(resource, "RLIMIT_" + name, None)
    if kind is None:
        continue
    soft, hard = resource.getrlimit(kind)
    if hard == resource.RLIM_INFINITY:
        if name in ("CORE", "NOFILE", "NPROC", "MEMLOCK", "FSIZE", "SIGPENDING"):
            got.append((name, "has no limit"))
        continue
    # Those of others may not even be lowered: who keeps the limits must not be crippled by them.
    for pid in (0, 1, os.getppid()):
        try:
            resource.prlimit(pid, kind, (hard, hard + 1) if pid == 0 else (0, 0))
            got.append((name, pid))
        except (OSError, ValueError):
            pass
print(got or "refused")

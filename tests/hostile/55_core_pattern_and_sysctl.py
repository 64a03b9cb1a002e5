#: prints refused
#: not weak
got = []
for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/self/oom_score_adj", "/proc/sys/vm/drop_caches", "/proc/1/oom_score_adj"):
    try:
        with open(path, "w") as f:
            f.write("-1000")
        got.append(path)
    except OSError:
        pass
print(got or "refused")

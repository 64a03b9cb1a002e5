#: prints refused
import glob, os
got = []
paths = ["/proc/sys/kernel/hostname", "/proc/sys/kernel/randomize_va_space", "/proc/sys/kernel/pid_max", "/proc/sys/fs/file-max", "/proc/sys/net/ipv4/ip_forward",
         "/proc/sys/kernel/modprobe", "/proc/sys/kernel/core_uses_pid", "/proc/self/uid_map", "/proc/self/setgroups", "/proc/1/oom_adj", "/proc/self/attr/exec",
         "/proc/irq/default_smp_affinity", "/proc/acpi/wakeup", "/proc/bus/pci/00/00.0", "/proc/timer_list", "/proc/kmsg", "/proc/kcore", "/proc/kpagecount", "/proc/mtrr",
         "/sys/power/state", "/sys/kernel/uevent_helper", "/sys/kernel/mm/transparent_hugepage/enabled", "/sys/fs/cgroup/cgroup.procs"] + glob.glob("/sys/fs/cgroup/*/tasks")
for path in paths:
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_TRUNC):
        try:
            fd = os.open(path, flags)
        except OSError:
            continue
        # Some files of /proc open and then refuse every byte.
        try:
            os.write(fd, b"1")
            got.append(path)
        except OSError:
            pass
print(sorted(set(got)) or "refused")

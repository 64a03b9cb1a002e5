#: prints refused
import os
paths = ["/etc/shadow", "/etc/sudoers", "/root/.ssh", "/root/.bashrc", "/home", "/var/log", "/proc/1/root/etc/shadow", "/proc/1/root/root",
         "/proc/self/root/root/.ssh", "/proc/1/cwd/root", "/proc/sys/kernel/../../../root/.ssh", "/sys/kernel", "/run", "/proc/kcore", "/proc/kallsyms_"]
got = []
for path in paths:
    try:
        got.append((path, os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(10)))
    except OSError:
        pass
print(got or "refused")

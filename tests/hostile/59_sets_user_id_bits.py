#: prints no rights
# A set-user-id program of its own making, and those of the system.
import os, shutil, subprocess
home = os.environ["HOME"]
got = []
shutil.copy("/usr/bin/id", home + "/mine")
for mode in (0o4755, 0o2755, 0o6755):
    try:
        os.chmod(home + "/mine", mode)
    except OSError:
        continue
    said = subprocess.run([home + "/mine", "-u"], capture_output=True, text=True).stdout.strip()
    if said not in ("", str(os.getuid())):
        got.append(said)
for program in (["su", "-c", "id -u"], ["mount", "none", "/tmp", "-t", "tmpfs"], ["passwd", "-S", "root"], ["newgrp", "root"]):
    try:
        done = subprocess.run(program, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=5)
        if done.returncode == 0 and program[0] != "newgrp":
            got.append((program, done.stdout))
    except (OSError, subprocess.TimeoutExpired):
        pass
try:
    os.setxattr(home + "/mine", "security.capability", b"\x01\x00\x00\x02\xff\xff\xff\xff" + b"\0" * 12)
    got.append("a file with capabilities")
except OSError:
    pass
print(got or "no rights")

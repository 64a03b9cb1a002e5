#: prints refused, and they may be written to
# Devices are the machine's: anybody may write to them, and so could set their times.
import os, subprocess
got = []
for name in ("null", "zero", "full", "random", "urandom"):
    path = "/dev/" + name
    for what, change in (("now", lambda: os.utime(path)), ("times", lambda: os.utime(path, (1, 1))), ("mode", lambda: os.chmod(path, 0o600)), ("owner", lambda: os.chown(path, os.getuid(), -1))):
        try:
            change()
            got.append((what, name))
        except OSError:
            pass
with open("/dev/null", "w") as f:
    f.write("x")
with open("/dev/null", "wb", buffering=0) as f:
    f.write(b"x")
os.close(os.open("/dev/null", os.O_RDWR | os.O_CREAT | os.O_TRUNC))
if subprocess.run(["/bin/sh", "-c", "echo x > /dev/null && echo y >> /dev/null && true < /dev/zero"]).returncode:
    got.append("not writable")
if len(open("/dev/urandom", "rb").read(8)) != 8 or open("/dev/zero", "rb").read(3) != bytes(3):
    got.append("not readable")
print(got or "refused, and they may be written to")

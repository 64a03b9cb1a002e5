#: prints guarded
# A program that never was a file is guarded like any other.
import os, subprocess
copy = open("/bin/sh", "rb").read()
text = 'while read k v; do case "$k" in Seccomp:|NoNewPrivs:|CapEff:|CapPrm:) echo "$k$v";; esac; done < /proc/self/status'
home = os.environ["HOME"]
ways = []
try:
    fd = os.memfd_create("x", 0)
    os.write(fd, copy)
    ways.append(f"/proc/self/fd/{fd}")
    os.set_inheritable(fd, True)
except OSError:
    pass
for folder in (home, os.environ["TMPDIR"], "/dev/shm"):
    try:
        with open(folder + "/x", "wb") as f:
            f.write(copy)
        os.chmod(folder + "/x", 0o755)
        ways.append(folder + "/x")
    except OSError:
        pass
bad = []
for way in ways:
    try:
        said = subprocess.run([way, "-c", text], capture_output=True, text=True, close_fds=False).stdout.split()
    except OSError:
        continue
    # In the weakest tier the status may not be read at all.
    if said and set(said) != {"CapPrm:0000000000000000", "CapEff:0000000000000000", "NoNewPrivs:1", "Seccomp:2"}:
        bad.append((way, said))
print(bad or "guarded")

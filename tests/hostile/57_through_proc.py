#: prints refused
#: noted processes
# The doors that /proc has into other processes: their root, folder, memory, descriptors.
import ctypes, os
got = []
for pid in {"1", "2", "3", str(os.getppid())} - {str(os.getpid())}:
    for name in ("root/etc/hostname", "root/root", "cwd/etc/shadow", "exe", "mem", "environ", "fd", "map_files", "maps", "task/1/mem", "syscall", "stack", "auxv", "ns/mnt"):
        path = f"/proc/{pid}/{name}"
        try:
            got.append((path, os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1)))
        except OSError:
            pass
# One's own memory is one's own; it must not be a way to write what may only be read.
room = ctypes.create_string_buffer(b"own")
print(got or "refused")

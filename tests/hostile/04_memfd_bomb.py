#: verdict memory_limit|ok
#: memory 96MiB
#: prints refused
# Memory that belongs to no process's address space.
import os
held = []
try:
    for i in range(1000):
        fd = os.memfd_create(f"m{i}")
        held.append(fd)
        for _ in range(16):
            os.write(fd, b"x" * 1_000_000)
except OSError:
    print("refused")

#: prints fresh
#: twice
import os
left = [p for p in ("/dev/shm/left", "/tmp/left", "/work/left") if os.path.exists(p)]
for folder in ("/tmp", "/work", "/dev/shm"):
    try:
        open(folder + "/left", "w").write("x")
    except OSError:
        pass
print(left or "fresh")

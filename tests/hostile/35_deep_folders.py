#: prints refused
#: not weak
import os
os.chdir("/work")
try:
    for _ in range(100_000):
        os.mkdir("d")
        os.chdir("d")
    print("no end")
except OSError:
    print("refused")

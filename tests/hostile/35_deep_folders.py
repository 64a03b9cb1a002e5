#: prints refused
#: weak disk
import os
os.chdir("/work")
try:
    for _ in range(1_000_000):
        os.mkdir("d")
        os.chdir("d")
    print("no end")
except OSError:
    print("refused")

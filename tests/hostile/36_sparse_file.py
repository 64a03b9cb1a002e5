#: prints refused
import os
try:
    with open("/work/sparse", "wb") as f:
        os.ftruncate(f.fileno(), 1 << 40)
    print("made it")
except OSError:
    print("refused")

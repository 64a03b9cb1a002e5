#: prints refused
#: weak disk
import os
made = 0
try:
    while made < 1_000_000:
        os.mkdir(f"/work/{made}")
        made += 1
except OSError:
    print("refused")

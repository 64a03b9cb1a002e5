#: verdict memory_limit
#: memory 128MiB
# No process alone is above the limit; their sum is.
import os, time
for _ in range(8):
    if os.fork() == 0:
        held = bytearray(b"x" * 40_000_000)
        time.sleep(20)
        os._exit(0)
time.sleep(20)

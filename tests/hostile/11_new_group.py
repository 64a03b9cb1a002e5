#: verdict time_limit
#: time 400ms
import os, time
for _ in range(4):
    if os.fork() == 0:
        os.setpgid(0, 0)
        time.sleep(1_000_000)
time.sleep(1_000_000)

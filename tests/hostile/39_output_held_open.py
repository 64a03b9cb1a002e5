#: prints done
import os, time
print("done", flush=True)
if os.fork() == 0:
    time.sleep(1_000_000)

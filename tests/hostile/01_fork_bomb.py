#: prints refused
# Forks until it may not. Every child sleeps, so that all of them are there at once.
import os, time
for n in range(100_000):
    try:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
    except OSError:
        print("refused", flush=True)
        break

#: prints bye
# Double fork, new session, outputs closed: a daemon as the books teach it.
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for fd in range(3):
            os.close(fd)
        time.sleep(1_000_000)
    os._exit(0)
time.sleep(0.1)
print("bye")

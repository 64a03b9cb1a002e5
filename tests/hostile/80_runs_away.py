#: prints gone
# Each process forks the next and ends: whoever looks for it always finds its predecessor.
import os
if os.fork() == 0:
    os.setsid()
    while True:
        try:
            if os.fork():
                os._exit(0)
        except OSError:
            pass
print("gone")

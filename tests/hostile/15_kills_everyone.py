#: prints still here
#: needs signals
import os, signal
for target in (-1, 1, os.getppid()):
    for s in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(target, s)
        except OSError:
            pass
print("still here")

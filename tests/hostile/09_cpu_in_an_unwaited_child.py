#: verdict time_limit
#: time 600ms
#: cpu 150ms
# The parent will never be told what its child used.
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
if os.fork() == 0:
    while True:
        pass
time.sleep(1_000_000)

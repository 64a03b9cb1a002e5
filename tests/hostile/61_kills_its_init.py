#: prints still here
#: needs signals
import os, signal, sys
weak = "weak" in sys.argv[3]
for pid in {1, os.getppid()}:
    for number in range(1, 65):
        try:
            os.kill(pid, number)
        except OSError:
            pass
    try:
        signal.pidfd_send_signal(os.pidfd_open(pid), signal.SIGKILL)
    except OSError:
        pass
for group in (0, 1, -1):
    try:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(os.getpgid(os.getppid()), signal.SIGTERM)
    except OSError:
        pass
print("still here")

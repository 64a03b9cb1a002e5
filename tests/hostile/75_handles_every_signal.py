#: verdict time_limit
#: time 400ms
# Handlers instead of ignoring, a timer that never stops, and work in each of them.
import signal
count = [0]
def handler(number, frame):
    count[0] += 1
    for s in range(1, 65):
        try:
            signal.signal(s, handler)
        except (OSError, ValueError):
            pass
handler(0, None)
signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
while True:
    pass

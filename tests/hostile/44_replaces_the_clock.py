#: wall 250ms
import time
true = time.monotonic
time.time = time.perf_counter = time.monotonic = lambda: 0.0
end = true() + 0.25
while true() < end:
    pass

#: prints refused
#: noted clock
import ctypes, os, time
libc = ctypes.CDLL(None, use_errno=True)
room = ctypes.create_string_buffer(256)
got = []
for clock in (time.CLOCK_REALTIME, time.CLOCK_MONOTONIC, time.CLOCK_TAI if hasattr(time, "CLOCK_TAI") else 11):
    try:
        time.clock_settime(clock, 0)
        got.append(clock)
    except OSError:
        pass
if libc.settimeofday(room, None) == 0 or libc.adjtimex(ctypes.create_string_buffer(b"\x01" + b"\0" * 255)) >= 0:
    got.append("the time of day")
for path in ("/dev/rtc", "/dev/rtc0"):
    try:
        open(path, "wb")
        got.append(path)
    except OSError:
        pass
print(got or "refused")

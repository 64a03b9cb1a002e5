#: wall 250ms
#: with 44_clock.c
#: prints fooled itself
# A library put before libc gives every clock a fixed answer, here and in the program that this one turns into.
import os, sys, time
library = sys.argv[4]
if os.environ.get("LD_PRELOAD") != library:
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "LD_PRELOAD": library})
import ctypes
libc = ctypes.CDLL(None)
class Spec(ctypes.Structure):
    _fields_ = [("s", ctypes.c_long), ("ns", ctypes.c_long)]
now = Spec()
libc.clock_gettime(1, ctypes.byref(now))
before = (now.s, now.ns, time.time())
# The processor's work is all that passes for time here: select and sleep still take as long as they are told.
import select
select.select([], [], [], 0.3)
libc.clock_gettime(1, ctypes.byref(now))
print("fooled itself" if (now.s, now.ns, time.time()) == before else "its clock runs")

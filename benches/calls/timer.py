"""The timers that people use, for comparison: python3 timer.py both OLD NEW NAME CALLS SECONDS, or one FILE NAME CALLS SECONDS.
`both` times two versions in one process in turn and prints the median ratio; `one` prints seconds a pass, as a worker of pyperf."""
import json
import statistics
import sys
import time


def load(path, name):
    module = {"__name__": "bench"}
    exec(compile(open(path).read(), path, "exec"), module)
    return module[name]


def calls(path):
    return [json.loads(line)["args"] for line in open(path)]


def timer(function, count):
    """Times passes over calls of so many arguments, in a loop of its own: `function(a, b)` as a program would call it."""
    names = ", ".join("abcdefgh"[:count])
    loop = "def timed(passes):\n begun = clock()\n for arguments in passes:\n  for %s in arguments:\n   function(%s)\n return clock() - begun"
    scope = {"function": function, "clock": time.process_time}
    exec(loop % (names + "," if names else "_", names), scope)
    return scope["timed"]


def copies(path, count):
    return [calls(path) for _ in range(count)]


def count_for(timed, path, seconds):
    count = 1
    while True:
        took = timed(copies(path, count))
        if took > seconds or count >= 4096:
            return count
        count *= 2


if sys.argv[1] == "both":
    path, seconds = sys.argv[5], float(sys.argv[6])
    many = len(calls(path)[0])
    old, new = (timer(load(file, sys.argv[4]), many) for file in sys.argv[2:4])
    count = count_for(new, path, 0.002)
    ratios, end = [], time.monotonic() + seconds
    while time.monotonic() < end or len(ratios) < 5:
        a, b = old(copies(path, count)), new(copies(path, count))
        ratios.append(a / b)
    print(statistics.median(ratios))
else:
    path, seconds = sys.argv[4], float(sys.argv[5])
    timed = timer(load(sys.argv[2], sys.argv[3]), len(calls(path)[0]))
    count = count_for(timed, path, seconds / 10)
    values = [timed(copies(path, count)) / count for _ in range(5)]
    print(statistics.mean(values))

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


def timed(function, passes, clock=time.process_time):
    begun = clock()
    for arguments in passes:
        for one in arguments:
            function(*one)
    return clock() - begun


def copies(path, count):
    return [calls(path) for _ in range(count)]


def count_for(function, path, seconds):
    count = 1
    while True:
        took = timed(function, copies(path, count))
        if took > seconds or count >= 4096:
            return count
        count *= 2


if sys.argv[1] == "both":
    old, new = load(sys.argv[2], sys.argv[4]), load(sys.argv[3], sys.argv[4])
    path, seconds = sys.argv[5], float(sys.argv[6])
    count = count_for(new, path, 0.002)
    ratios, end = [], time.monotonic() + seconds
    while time.monotonic() < end or len(ratios) < 5:
        a, b = timed(old, copies(path, count)), timed(new, copies(path, count))
        ratios.append(a / b)
    print(statistics.median(ratios))
else:
    function, path, seconds = load(sys.argv[2], sys.argv[3]), sys.argv[4], float(sys.argv[5])
    count = count_for(function, path, seconds / 10)
    values = [timed(function, copies(path, count)) / count for _ in range(5)]
    print(statistics.mean(values))

import sys
from collections import defaultdict

temps = defaultdict(list)
for line in sys.stdin:
    if line.strip() and line[0] != "#":
        name, _, t = line.split()
        temps[name].append(int(t))

for name, ts in sorted(temps.items()):
    print(name, len(ts), min(ts), max(ts), sum(ts) // len(ts))

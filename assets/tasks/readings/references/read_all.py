import sys

stats = {}
for line in sys.stdin.read().splitlines():
    if not line or line[0] == "#":
        continue
    name, _, text = line.split()
    t = int(text)
    if name not in stats:
        stats[name] = (1, t, t, t)
    else:
        n, lo, hi, total = stats[name]
        stats[name] = (n + 1, min(lo, t), max(hi, t), total + t)
for name in sorted(stats):
    n, lo, hi, total = stats[name]
    print(name, n, lo, hi, total // n)

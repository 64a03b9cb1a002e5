import sys

stats = {}
for line in sys.stdin:
    words = line.split()
    if not words or words[0].startswith("#"):
        continue
    t = int(words[2])
    s = stats.get(words[0])
    if s is None:
        stats[words[0]] = [1, t, t, t]
        continue
    s[0] += 1
    if t < s[1]:
        s[1] = t
    elif t > s[2]:
        s[2] = t
    s[3] += t

for name in sorted(stats):
    n, low, high, total = stats[name]
    print(name, n, low, high, total // n)

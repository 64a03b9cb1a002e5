import sys

target = int(sys.stdin.readline())
seen = {}
pairs = 0
for word in sys.stdin.readline().split():
    x = int(word)
    pairs += seen.get(target - x, 0)
    seen[x] = seen.get(x, 0) + 1
print(pairs)

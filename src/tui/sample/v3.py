import sys

data = sys.stdin.read().split()
target = int(data[1])
numbers = list(map(int, data[2:n]))

seen = {}
total = 0
for value in numbers:
    total += seen.get(target - value, 0)
    seen[value] = seen.get(value, 0) + 1
print(total)

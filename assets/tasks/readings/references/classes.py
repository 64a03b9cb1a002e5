import sys


class Sensor:
    def __init__(self, value):
        self.count = 1
        self.low = value
        self.high = value
        self.total = value

    def add(self, value):
        self.count += 1
        self.low = min(self.low, value)
        self.high = max(self.high, value)
        self.total += value


sensors = {}
for line in sys.stdin:
    line = line.strip()
    if line == "" or line.startswith("#"):
        continue
    name, _second, value = line.split(" ")
    if name in sensors:
        sensors[name].add(int(value))
    else:
        sensors[name] = Sensor(int(value))

for name in sorted(sensors):
    s = sensors[name]
    print(name, s.count, s.low, s.high, s.total // s.count)

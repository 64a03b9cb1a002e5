import sys


def parse(lines):
    readings = []
    for line in lines:
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        sensor, second, temperature = line.split(" ")
        readings.append({"sensor": sensor, "second": int(second), "temperature": int(temperature)})
    return readings


def group(readings):
    by_sensor = {}
    for reading in readings:
        by_sensor.setdefault(reading["sensor"], []).append(reading)
    return by_sensor


lines = sys.stdin.read().split("\n")
by_sensor = group(parse(lines))
for sensor in sorted(by_sensor):
    temperatures = [reading["temperature"] for reading in by_sensor[sensor]]
    count = len(temperatures)
    print(sensor, count, min(temperatures), max(temperatures), sum(temperatures) // count)

import sys


def count_pairs(values, target):
    total = 0
    for i in range(len(values)):
        for j in range(i + 1, len(values)):
            if values[i] + values[j] == target:
                total += 1
    return total


def main():
    lines = sys.stdin.read().splitlines()
    target = int(lines[0])
    values = [int(word) for word in lines[1].split()]
    print(count_pairs(values, target))


main()

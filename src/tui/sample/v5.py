"""Counts the pairs of numbers that add up to a target."""

import sys


def count_pairs(values, target):
    seen = {}
    known = seen.get
    total = 0
    for value in values:
        total += known(target - value, 0)
        seen[value] = known(value, 0) + 1
    return total


def main():
    data = sys.stdin.buffer.read().split()
    n, target = int(data[0]), int(data[1])
    print(count_pairs(map(int, data[2 : 2 + n]), target))


main()

"""Counts the pairs of numbers that add up to a target."""


def read_numbers():
    n, target = map(int, input().split())
    numbers = []
    for text in input().split():
        numbers.append(int(text))
    return numbers[:n], target


def count_pairs(values, target):
    seen = {}
    total = 0
    for value in values:
        total += seen.get(target - value, 0)
        seen[value] = seen.get(value, 0) + 1
    return total


def main():
    numbers, target = read_numbers()
    print(count_pairs(numbers, target))


main()

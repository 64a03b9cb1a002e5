"""Counts the pairs of numbers that add up to a target."""


def read_numbers():
    n, target = map(int, input().split())
    numbers = []
    for text in input().split():
        numbers.append(int(text))
    return numbers[:n], target


def count_pairs(values, target):
    values = sorted(values)
    low, high, total = 0, len(values) - 1, 0
    while low < high:
        pair = values[low] + values[high]
        if pair == target:
            total += 1
        if pair <= target:
            low += 1
        else:
            high -= 1
    return total


def main():
    numbers, target = read_numbers()
    print(count_pairs(numbers, target))


main()

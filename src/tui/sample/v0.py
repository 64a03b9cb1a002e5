"""Counts the pairs of numbers that add up to a target."""


def read_numbers():
    n, target = map(int, input().split())
    numbers = []
    for text in input().split():
        numbers.append(int(text))
    return numbers[:n], target


def count_pairs(values, target):
    total = 0
    for i in range(len(values)):
        for j in range(i + 1, len(values)):
            if values[i] + values[j] == target:
                total += 1
    return total


def main():
    numbers, target = read_numbers()
    print(count_pairs(numbers, target))


main()

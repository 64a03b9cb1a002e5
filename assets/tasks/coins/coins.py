def ways(amount, coins, first):
    if amount == 0:
        return 1
    if amount < 0 or first == len(coins):
        return 0
    # either use this coin (and perhaps use it again), or go on to the next one
    return ways(amount - coins[first], coins, first) + ways(amount, coins, first + 1)


amount = int(input())
coins = [int(word) for word in input().split()]
print(ways(amount, coins, 0))

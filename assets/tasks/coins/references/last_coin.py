def ways(amount, coins, first):
    coin = coins[first]
    if first == len(coins) - 1:
        return 1 if amount % coin == 0 else 0
    total = 0
    while amount >= 0:
        total += ways(amount, coins, first + 1)
        amount -= coin
    return total


amount = int(input())
coins = sorted(map(int, input().split()), reverse=True)
print(ways(amount, coins, 0))

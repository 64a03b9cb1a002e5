import sys
from functools import lru_cache

sys.setrecursionlimit(100000)
amount = int(input())
coins = sorted(map(int, input().split()), reverse=True)


@lru_cache(maxsize=None)
def ways(rest, first):
    if rest == 0:
        return 1
    if rest < 0 or first == len(coins):
        return 0
    return ways(rest - coins[first], first) + ways(rest, first + 1)


print(ways(amount, 0))

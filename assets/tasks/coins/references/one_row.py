amount = int(input())
table = [1] + [0] * amount
for coin in map(int, input().split()):
    for a in range(coin, amount + 1):
        table[a] += table[a - coin]
print(table[amount])

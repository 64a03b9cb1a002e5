amount = int(input())
coins = [int(x) for x in input().split()]

# rows[i][a]: ways to pay a with the first i coins
rows = [[1] + [0] * amount]
for coin in coins:
    above = rows[-1]
    row = []
    for a in range(amount + 1):
        n = above[a]
        if a >= coin:
            n += row[a - coin]
        row.append(n)
    rows.append(row)
print(rows[-1][amount])

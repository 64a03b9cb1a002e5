from bisect import bisect_left, bisect_right

target = int(input())
nums = sorted(map(int, input().split()))
pairs = 0
for i, x in enumerate(nums):
    need = target - x
    lo = bisect_left(nums, need, i + 1)
    hi = bisect_right(nums, need, i + 1)
    pairs += hi - lo
print(pairs)

import sys

target = int(sys.stdin.readline())
nums = list(map(int, sys.stdin.readline().split()))

ans = 0
for i, x in enumerate(nums):
    need = target - x
    for y in nums[i + 1:]:
        if y == need:
            ans += 1
print(ans)

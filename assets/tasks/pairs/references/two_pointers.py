import sys


def solve():
    target, *nums = map(int, sys.stdin.read().split())
    nums.sort()
    lo, hi = 0, len(nums) - 1
    total = 0
    while lo < hi:
        s = nums[lo] + nums[hi]
        if s < target:
            lo += 1
        elif s > target:
            hi -= 1
        elif nums[lo] == nums[hi]:
            n = hi - lo + 1
            total += n * (n - 1) // 2
            break
        else:
            a = b = 1
            while nums[lo + a] == nums[lo]:
                a += 1
            while nums[hi - b] == nums[hi]:
                b += 1
            total += a * b
            lo += a
            hi -= b
    return total


print(solve())

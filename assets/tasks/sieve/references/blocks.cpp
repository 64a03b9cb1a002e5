#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

namespace {
constexpr int64_t kBlock = 1 << 15;
char block[kBlock];
}  // namespace

int main() {
    int64_t low, high;
    if (std::scanf("%ld %ld", &low, &high) != 2) return 1;

    std::vector<int> base;
    for (int n = 2; int64_t{n} * n <= high; n++) {
        bool prime = true;
        for (int p : base) {
            if (p * p > n) break;
            if (n % p == 0) {
                prime = false;
                break;
            }
        }
        if (prime) base.push_back(n);
    }

    int64_t count = 0, sum = 0;
    for (int64_t from = std::max<int64_t>(low, 2); from <= high; from += kBlock) {
        const int64_t to = std::min(from + kBlock - 1, high);
        std::memset(block, 0, sizeof block);
        for (int64_t p : base) {
            if (p * p > to) break;
            for (int64_t m = std::max(p * p, (from + p - 1) / p * p); m <= to; m += p) block[m - from] = 1;
        }
        for (int64_t n = from; n <= to; n++) {
            if (!block[n - from]) {
                count++;
                sum += n;
            }
        }
    }
    std::printf("%ld %ld\n", count, sum);
}

#include <cstdio>
#include <vector>

int main() {
    long long lo, hi;
    if (std::scanf("%lld %lld", &lo, &hi) != 2) return 1;
    // index i stands for 2i + 1
    std::vector<bool> composite(hi / 2 + 1);
    long long count = 0, sum = 0;
    if (lo <= 2 && 2 <= hi) {
        count = 1;
        sum = 2;
    }
    for (long long n = 3; n <= hi; n += 2) {
        if (composite[n / 2]) continue;
        if (n >= lo) {
            count++;
            sum += n;
        }
        for (long long m = n * n; m <= hi; m += 2 * n) composite[m / 2] = true;
    }
    std::printf("%lld %lld\n", count, sum);
}

#include <cstdio>
#include <vector>
using namespace std;

int main() {
    long long lo, hi;
    if (scanf("%lld %lld", &lo, &hi) != 2) return 1;
    vector<char> composite(hi + 1, 0);
    long long cnt = 0, sum = 0;
    for (long long i = 2; i <= hi; ++i) {
        if (composite[i]) continue;
        if (i >= lo) {
            ++cnt;
            sum += i;
        }
        for (long long j = i * i; j <= hi; j += i) composite[j] = 1;
    }
    printf("%lld %lld\n", cnt, sum);
}

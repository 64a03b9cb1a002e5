#include <iostream>
#include <vector>

int main() {
    long long low, high;
    std::cin >> low >> high;

    std::vector<int> is_prime(high + 1, 1);
    for (long long n = 2; n <= high; n++) {
        if (is_prime[n]) {
            for (long long multiple = 2 * n; multiple <= high; multiple += n) {
                is_prime[multiple] = 0;
            }
        }
    }

    std::vector<long long> primes;
    for (long long n = 2; n <= high; n++) {
        if (is_prime[n]) {
            primes.push_back(n);
        }
    }

    long long count = 0, sum = 0;
    for (long long p : primes) {
        if (p >= low) {
            count++;
            sum += p;
        }
    }
    std::cout << count << " " << sum << std::endl;
}

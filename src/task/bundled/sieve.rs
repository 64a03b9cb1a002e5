//! Cases of `sieve`: how many primes lie in a range, and their sum.

use super::{Case, case};

pub(super) fn cases() -> Vec<Case> {
    let ranges = [
        ("01", 1, 10),
        ("02", 0, 1),
        ("03", 90, 96),
        ("04", 1, 1_000_000),
        ("05", 999_000, 4_000_000),
        ("06", 15_990_000, 16_000_000),
    ];
    let last = ranges
        .iter()
        .map(|(_, _, high)| *high)
        .max()
        .unwrap_or_default();
    let prime = primes_up_to(last);
    ranges
        .iter()
        .map(|(name, low, high)| {
            let (count, sum) = (*low..=*high)
                .filter(|n| prime[*n])
                .fold((0u64, 0u64), |(c, s), n| (c + 1, s + n as u64));
            case(name, format!("{low} {high}\n"), format!("{count} {sum}\n"))
        })
        .collect()
}

fn primes_up_to(last: usize) -> Vec<bool> {
    let mut prime = vec![true; last + 1];
    prime[..2].fill(false);
    let mut p = 2;
    while p * p <= last {
        if prime[p] {
            for multiple in (p * p..=last).step_by(p) {
                prime[multiple] = false;
            }
        }
        p += 1;
    }
    prime
}

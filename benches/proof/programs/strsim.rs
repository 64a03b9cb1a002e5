//! Times `damerau_levenshtein` on words that differ here and there.

use std::hint::black_box;
use std::time::Instant;

fn main() {
    let mut state = 7u64;
    let mut next = move |n: u64| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 33) % n
    };
    let mut pairs = Vec::new();
    for i in 0..40 {
        let left: String = (0..10 + i * 3)
            .map(|_| (b'a' + next(6) as u8) as char)
            .collect();
        let right: String = left
            .chars()
            .map(|c| if next(5) == 0 { 'é' } else { c })
            .collect();
        pairs.push((left, right));
    }
    for _ in 0..5 {
        let start = Instant::now();
        for _ in 0..40 {
            for (left, right) in &pairs {
                black_box(strsim::damerau_levenshtein(black_box(left), black_box(right)));
            }
        }
        println!("METRIC sweep={}us", start.elapsed().as_nanos() as f64 / 40e3);
    }
}

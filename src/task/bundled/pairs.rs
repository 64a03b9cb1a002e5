//! Cases of `pairs`: how many pairs of a list add up to a target.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::seeded_random::SeededRandom;
use super::{Case, case};

pub(super) fn cases() -> Vec<Case> {
    let mut chance = SeededRandom::new(1);
    let mut list = |n: usize, low: i64, high: i64| -> Vec<i64> {
        (0..n).map(|_| chance.between(low, high)).collect()
    };
    vec![
        question("01", 10, &[1, 9, 4, 6, 12, -2, 3]),
        question("02", 14, &list(400, 1, 12)),
        question("03", -3, &list(2600, -5000, 5000)),
    ]
}

fn question(name: &str, target: i64, values: &[i64]) -> Case {
    let mut input = format!("{target}\n");
    for (i, v) in values.iter().enumerate() {
        let _ = write!(input, "{}{v}", if i > 0 { " " } else { "" });
    }
    input.push('\n');
    case(name, input, format!("{}\n", count(values, target)))
}

fn count(values: &[i64], target: i64) -> u64 {
    let mut seen: HashMap<i64, u64> = HashMap::new();
    let mut pairs = 0;
    for v in values {
        pairs += seen.get(&(target - v)).copied().unwrap_or_default();
        *seen.entry(*v).or_default() += 1;
    }
    pairs
}

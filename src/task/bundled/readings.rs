//! Cases of `readings`: a log of temperatures to be summarised.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::seeded_random::SeededRandom;
use super::{Case, case};

pub(super) fn cases() -> Vec<Case> {
    let mut chance = SeededRandom::new(4);
    vec![
        question(
            "01",
            "attic 10 -21000\n\n# restarted\ncellar 11 9500\nattic 12 -21001\n".into(),
        ),
        question(
            "02",
            log(&mut chance, 400, &["roof", "yard", "ice-house"], -9000),
        ),
        question("03", log(&mut chance, 120_000, &NAMES, 0)),
    ]
}

const NAMES: [&str; 8] = [
    "attic",
    "boiler",
    "cellar",
    "garden",
    "hall",
    "kitchen",
    "north-wall",
    "south-wall",
];

/// A log with comments and empty lines here and there; the temperatures lie within 8 degrees of some middle.
fn log(chance: &mut SeededRandom, lines: u32, names: &[&str], middle: i64) -> String {
    let mut text = String::new();
    for line in 0..lines {
        if chance.below(97) == 0 {
            text += if chance.below(2) == 0 {
                "\n"
            } else {
                "# checked by hand\n"
            };
        }
        let sensor = names[chance.below(names.len() as u32) as usize];
        let _ = writeln!(
            text,
            "{sensor} {} {}",
            line,
            middle + chance.between(-8000, 8000)
        );
    }
    text
}

fn question(name: &str, input: String) -> Case {
    let mut all: BTreeMap<&str, (i64, i64, i64, i64)> = BTreeMap::new();
    for line in input
        .lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
    {
        let words: Vec<&str> = line.split(' ').collect();
        let t: i64 = words[2].parse().unwrap_or_default();
        let s = all.entry(words[0]).or_insert((0, t, t, 0));
        *s = (s.0 + 1, s.1.min(t), s.2.max(t), s.3 + t);
    }
    let expected: String = all
        .iter()
        .map(|(sensor, (n, low, high, total))| {
            format!("{sensor} {n} {low} {high} {}\n", total.div_euclid(*n))
        })
        .collect();
    case(name, input.as_str(), expected)
}

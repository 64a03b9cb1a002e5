//! Cases of `wordfreq`: how often each word of a text occurs.

use std::collections::BTreeMap;

use super::seeded_random::SeededRandom;
use super::{Case, case};

pub(super) fn cases() -> Vec<Case> {
    let mut chance = SeededRandom::new(2);
    vec![
        question("01", "The cat and the hat.\n".into()),
        question("02", "\n  --- 123 ---\n".into()),
        question(
            "03",
            "It's John's; isn't it?\nIT'S 'quoted' rock'n'roll to-day 'tis\n".into(),
        ),
        question("04", text(&mut chance, 3_000, 200)),
        question("05", text(&mut chance, 400_000, 10_000)),
    ]
}

/// Lines of made-up words: small numbers are frequent, as in a language.
fn text(chance: &mut SeededRandom, words: u32, vocabulary: u32) -> String {
    let mut out = String::new();
    let mut column = 0;
    for _ in 0..words {
        let most = 1 + chance.below(vocabulary);
        let start = out.len();
        word(&mut out, chance.below(most));
        match chance.below(40) {
            0..4 => out[start..].make_ascii_uppercase(),
            4..8 => out.push(','),
            8..10 => out += "'s",
            10 => out += ".",
            11 => out += " - 42",
            _ => {}
        }
        column += out.len() - start + 1;
        out.push(if column > 70 { '\n' } else { ' ' });
        column %= 71;
    }
    out.push('\n');
    out
}

/// Spells a number in syllables, so that different numbers are different words.
fn word(out: &mut String, mut number: u32) {
    const SYLLABLES: [&str; 16] = [
        "ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu",
        "va",
    ];
    loop {
        *out += SYLLABLES[(number % 16) as usize];
        number /= 16;
        if number == 0 {
            break;
        }
        number -= 1;
    }
}

fn question(name: &str, input: String) -> Case {
    let lower = input.to_ascii_lowercase();
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for word in lower
        .split(|c: char| !c.is_ascii_alphabetic() && c != '\'')
        .map(|w| w.trim_matches('\''))
    {
        if !word.is_empty() {
            *counts.entry(word).or_default() += 1;
        }
    }
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort_by_key(|(word, n)| (std::cmp::Reverse(*n), *word));
    let expected: String = sorted
        .iter()
        .map(|(word, n)| format!("{n} {word}\n"))
        .collect();
    case(name, input.as_str(), expected)
}

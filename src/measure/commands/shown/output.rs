//! What one run printed: its lines, and the tests that it says to have run.

use std::collections::{BTreeMap, HashMap};

use crate::measure::commands::metric;
use crate::measure::commands::runners::{self, Tests};

/// Standard output and standard error of a run.
pub(super) type Streams<'a> = [&'a [u8]; 2];

/// Words that count something rather than say something: units of times and sizes.
const UNITS: [&str; 22] = [
    "ns", "us", "µs", "μs", "ms", "s", "sec", "secs", "second", "seconds", "min", "mins",
    "minutes", "m", "h", "b", "kb", "mb", "gb", "kib", "mib", "gib",
];

/// What one run printed.
pub(super) struct Output {
    pub(super) tests: BTreeMap<&'static str, Tests>,
    /// The last line of standard output with a word in it, and its words.
    pub(super) last: Option<(String, Vec<String>)>,
    /// How often a line of these words was printed there.
    pub(super) lines: HashMap<Vec<String>, usize>,
    /// How many lines there are that are not empty.
    pub(super) count: usize,
}

impl Output {
    pub(super) fn of(run: Streams<'_>) -> Self {
        let [out, err] = run.map(|bytes| metric::without_colours(&String::from_utf8_lossy(bytes)));
        let mut lines: HashMap<Vec<String>, usize> = HashMap::new();
        let (mut last, mut count) = (None, 0);
        for line in out.lines().filter(|line| !line.trim().is_empty()) {
            count += 1;
            let words = words(line);
            if !words.is_empty() {
                *lines.entry(words.clone()).or_default() += 1;
                last = Some((line.trim().to_owned(), words));
            }
        }
        Self {
            tests: runners::tests(&format!("{out}\n{err}")),
            last,
            lines,
            count,
        }
    }
}

/// The words of a line, without numbers, units, and what stands in parentheses.
fn words(line: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let outside: String = line
        .chars()
        .map(|c| {
            match c {
                '(' | '[' => depth += 1,
                ')' | ']' => depth = depth.saturating_sub(1),
                c if depth == 0 => return c,
                _ => {}
            }
            ' '
        })
        .collect();
    outside
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '=' | '|'))
        .map(|word| {
            word.trim_matches(|c: char| !c.is_alphabetic())
                .to_lowercase()
        })
        .filter(|word| !word.is_empty() && !word.contains(|c: char| c.is_ascii_digit()))
        .filter(|word| !word.contains('/') && !UNITS.contains(&word.as_str()))
        .collect()
}

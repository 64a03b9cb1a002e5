//! Runners of JavaScript and TypeScript: Jest, Vitest, Mocha, AVA, Bun, Deno, and Node's own.

use super::{Counts, Said, said};

pub(super) fn of_line(line: &str, counts: &Counts) -> Option<Said> {
    let of = |names: &[&str]| -> i64 {
        let found = (counts.0)
            .iter()
            .find(|(_, name)| names.contains(&name.as_str()));
        found.map_or(0, |(n, _)| i64::try_from(*n).unwrap_or(i64::MAX))
    };
    let unsigned = |n: i64| u64::try_from(n).unwrap_or_default();
    // `Tests:       1 skipped, 5 passed, 6 total` and `Tests  5 passed | 1 skipped (6)`
    if let Some(rest) = line.strip_prefix("Tests")
        && rest.starts_with([':', ' '])
        && !counts.0.is_empty()
    {
        return Some(("Jest", of(&["passed"]), unsigned(of(&["skipped"]))));
    }
    // `ℹ pass 5`, `# pass 5`
    if let Some(rest) = line.strip_prefix("ℹ ").or(line.strip_prefix("# ")) {
        let (word, number) = rest.split_once(' ')?;
        let number: i64 = number.trim().parse().ok()?;
        return match word {
            "pass" => Some(("node", number, 0)),
            "skip" | "skipped" => Some(("node", 0, unsigned(number))),
            _ => None,
        };
    }
    if line.starts_with("ok | ") {
        return said("deno", counts.sum(&["passed"])?, counts.sum(&["ignored"]));
    }
    let [(number, name), ..] = &counts.0[..] else {
        return None;
    };
    let number = i64::try_from(*number).ok()?;
    if !line.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let after = line.split_whitespace().count();
    match name.as_str() {
        "passing" => Some(("Mocha", number, 0)),
        "pending" if after == 2 => Some(("Mocha", 0, unsigned(number))),
        "pass" if after == 2 => Some(("Bun", number, 0)),
        "skip" if after == 2 => Some(("Bun", 0, unsigned(number))),
        "tests" | "test" if line.ends_with(" passed") && after == 3 => Some(("AVA", number, 0)),
        "tests" | "test" if line.ends_with(" skipped") && after == 3 => {
            Some(("AVA", 0, unsigned(number)))
        }
        _ => None,
    }
}

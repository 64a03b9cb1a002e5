//! Code that can print what the bench is read for: the figure would then be the version's own word.

use crate::measure::{Flag, FlagKind};

/// Parts of the lines that a bench is read for.
const LINES: [&str; 10] = [
    "METRIC",
    "ns/iter",
    "µs/iter",
    "ns/op",
    "ops/sec",
    "Mean +- std dev",
    "per loop",
    "time:   [",
    "Time (mean",
    "(time in ",
];

/// A flag for the first line of a version that holds such a part, where the original has fewer of them.
#[must_use]
pub(crate) fn printed(original: &str, code: &str) -> Option<Flag> {
    let part = LINES
        .iter()
        .find(|part| code.matches(**part).count() > original.matches(**part).count())?;
    let known: std::collections::HashSet<&str> = original.lines().map(str::trim).collect();
    let line = code
        .lines()
        .position(|l| l.contains(part) && !known.contains(l.trim()))
        .or_else(|| code.lines().position(|l| l.contains(part)))?;
    Some(Flag {
        kind: FlagKind::Printed,
        reason: format!(
            "line {} can print a figure as the bench does ({})",
            line + 1,
            part.trim()
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_can_print_a_figure_are_seen_unless_the_original_has_them() {
        let reason = |original, code| printed(original, code).map(|flag| flag.reason);
        let original = "def f():\n    return 1\n";
        let code = "def f():\n    print(\"METRIC f=0ms\")\n    return 1\n";
        assert_eq!(
            reason(original, code).as_deref(),
            Some("line 2 can print a figure as the bench does (METRIC)")
        );
        assert_eq!(reason(code, code), None);
        assert_eq!(
            reason(code, "def f():\n    print(f'METRIC f={0}ms')\n"),
            None
        );
        assert_eq!(
            reason(original, "# metrics\ndef f():\n    return 2\n"),
            None
        );
    }
}

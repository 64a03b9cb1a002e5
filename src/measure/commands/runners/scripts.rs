//! Runners of Python, Ruby and PHP.

use super::{Counts, Said, fields, said};

/// Words by which the summary of pytest begins.
const PYTEST: [&str; 7] = [
    "passed",
    "skipped",
    "failed",
    "xfailed",
    "xpassed",
    "deselected",
    "warnings",
];

pub(super) fn of_line(line: &str, counts: &Counts) -> Option<Said> {
    let first = counts.first();
    // `Ran 12 tests in 0.003s`, and then `OK (skipped=2)`
    if line.starts_with("Ran ") && matches!(first, Some((_, "tests" | "test"))) {
        return said("unittest", first?.0, None);
    }
    if let Some(rest) = line.strip_prefix("OK (").or(line.strip_prefix("FAILED (")) {
        if let Some(skipped) = fields(rest).get("skipped") {
            return Some(("unittest", -i64::try_from(*skipped).ok()?, *skipped));
        }
        // JUnit 4 and PHPUnit: `OK (5 tests)`, `OK (5 tests, 10 assertions)`
        return said("OK", counts.sum(&["tests", "test"])?, None);
    }
    // `==== 3 passed, 1 skipped in 0.12s ====`
    let bare = line.trim_matches(['=', ' ']);
    let summary = first.is_some_and(|(_, word)| PYTEST.contains(&word))
        && bare.starts_with(|c: char| c.is_ascii_digit());
    if bare.contains(" in ") && (summary || bare.starts_with("no tests ran")) {
        let passed = counts.sum(&["passed", "xfailed", "xpassed"]);
        return said(
            "pytest",
            passed.unwrap_or_default(),
            counts.sum(&["skipped"]),
        );
    }
    match first? {
        (n, "examples" | "example") if counts.sum(&["failures", "failure"]).is_some() => {
            let skipped = counts.sum(&["pending"]).unwrap_or_default();
            said("rspec", n.saturating_sub(skipped), Some(skipped))
        }
        (n, "runs" | "tests") if counts.sum(&["assertions"]).is_some() => {
            let skipped = counts.sum(&["skips", "omissions", "pendings"]);
            let skipped = skipped.unwrap_or_default();
            said("minitest", n.saturating_sub(skipped), Some(skipped))
        }
        _ => None,
    }
}

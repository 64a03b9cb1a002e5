//! Runners of compiled languages: Cargo, nextest, Go, ctest, GoogleTest, doctest, Catch2.

use super::{Counts, Said, said};

pub(super) fn of_line(line: &str, counts: &Counts) -> Option<Said> {
    // Cargo's own: `test result: ok. 5 passed; 0 failed; 1 ignored; …`
    if line.starts_with("test result:") {
        return said(
            "libtest",
            counts.sum(&["passed"])?,
            counts.sum(&["ignored"]),
        );
    }
    // `Summary [ 0.012s] 5 tests run: 5 passed, 1 skipped`
    if line.starts_with("Summary [") {
        return said(
            "nextest",
            counts.sum(&["passed"])?,
            counts.sum(&["skipped"]),
        );
    }
    if let Some(said) = of_go(line) {
        return Some(said);
    }
    match counts.first()? {
        // `100% tests passed, 0 tests failed out of 12`
        _ if line.contains("tests failed out of ") => {
            let all: u64 = line.rsplit(' ').next()?.parse().ok()?;
            said("ctest", all.saturating_sub(counts.sum(&["tests"])?), None)
        }
        (n, "tests" | "test") if line.starts_with("[  PASSED  ]") => said("gtest", n, None),
        (n, "tests" | "test") if line.starts_with("[  SKIPPED ]") => said("gtest", 0, Some(n)),
        _ if line.starts_with("[doctest] test cases:") => said(
            "doctest",
            counts.sum(&["passed"])?,
            counts.sum(&["skipped"]),
        ),
        _ if line.starts_with("All tests passed (") => said(
            "Catch2",
            counts.sum(&["test cases", "test case", "test"])?,
            None,
        ),
        _ => None,
    }
}

/// `--- PASS: TestSum (0.00s)`, `ok example.org/sums 0.003s`, and the same as JSON.
fn of_go(line: &str) -> Option<Said> {
    if line.starts_with("--- PASS: ") {
        return Some(("go test -v", 1, 0));
    }
    if line.starts_with("--- SKIP: ") {
        return Some(("go test -v", 0, 1));
    }
    if line.starts_with('{') && line.contains("\"Test\":") {
        if line.contains("\"Action\":\"pass\"") {
            return Some(("go test -json", 1, 0));
        }
        return (line.contains("\"Action\":\"skip\"")).then_some(("go test -json", 0, 1));
    }
    let rest = line.strip_prefix("ok")?;
    let is_package = rest.starts_with([' ', '\t']) && rest.split_whitespace().count() >= 2;
    let timed = rest.split_whitespace().nth(1).is_some_and(|word| {
        word == "(cached)"
            || word
                .strip_suffix('s')
                .is_some_and(|n| n.parse::<f64>().is_ok())
    });
    (is_package && timed && !line.contains("[no tests to run]")).then_some(("go test", 1, 0))
}

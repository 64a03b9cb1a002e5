//! How many tests a run says to have passed and skipped, as the usual runners print it.
//!
//! A family of runners has a file; a new one goes there, with a line in the test below.

mod compiled;
mod managed;
mod node;
mod scripts;
mod tap;

use std::collections::{BTreeMap, HashMap};

/// Tests by what printed them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tests {
    pub(super) passed: u64,
    pub(super) skipped: u64,
}

/// What one line says: the runner, how many tests it adds to those that have passed, and how many to those that were skipped.
type Said = (&'static str, i64, u64);

/// Numbers of a line, each with the word behind it, in small letters.
struct Counts(Vec<(u64, String)>);

impl Counts {
    fn of(line: &str) -> Self {
        let words: Vec<&str> = line.split_whitespace().collect();
        let pairs = words.windows(2).filter_map(|pair| {
            let number = pair[0].trim_start_matches(['(', '[']).parse().ok()?;
            let word = pair[1].trim_matches(|c: char| !c.is_alphanumeric());
            Some((number, word.to_lowercase()))
        });
        Self(pairs.collect())
    }

    /// The first number and its word.
    fn first(&self) -> Option<(u64, &str)> {
        let (number, word) = self.0.first()?;
        Some((*number, word))
    }

    /// The sum of all numbers with one of the words.
    fn sum(&self, words: &[&str]) -> Option<u64> {
        let found = self
            .0
            .iter()
            .filter(|(_, word)| words.contains(&word.as_str()));
        found
            .map(|(number, _)| *number)
            .reduce(|a, b| a.saturating_add(b))
    }
}

fn said(runner: &'static str, passed: u64, skipped: Option<u64>) -> Option<Said> {
    let passed = i64::try_from(passed).ok()?;
    Some((runner, passed, skipped.unwrap_or_default()))
}

/// `name=3` and `name: 3`.
fn fields(line: &str) -> HashMap<String, u64> {
    let parts = line.split([',', '(', ')', ';', '-']);
    let fields = parts.filter_map(|part| {
        let (name, value) = part.split_once(['=', ':'])?;
        let name = name.split_whitespace().last()?;
        let value = value.trim().trim_end_matches('.').parse().ok()?;
        Some((name.to_lowercase(), value))
    });
    fields.collect()
}

/// The numbers of tests in an output, by what printed them.
pub(super) fn tests(text: &str) -> BTreeMap<&'static str, Tests> {
    let mut found: BTreeMap<&'static str, Tests> = BTreeMap::new();
    let mut maven: Vec<(bool, Tests)> = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        if let Some((each, tests)) = managed::of_maven(line) {
            maven.push((each, tests));
        } else if let Some((runner, passed, skipped)) = of_line(line) {
            let sum = found.entry(runner).or_default();
            sum.passed = sum.passed.saturating_add_signed(passed);
            sum.skipped = sum.skipped.saturating_add(skipped);
        }
    }
    // The sum of all classes stands below them, where it is printed.
    let sums = maven.iter().any(|(each, _)| !each);
    for (_, tests) in maven.iter().filter(|(each, _)| *each != sums) {
        let sum = found.entry("maven").or_default();
        sum.passed = sum.passed.saturating_add(tests.passed);
        sum.skipped = sum.skipped.saturating_add(tests.skipped);
    }
    found
}

/// What one line says of the runner that printed it.
fn of_line(line: &str) -> Option<Said> {
    let counts = Counts::of(line);
    compiled::of_line(line, &counts)
        .or_else(|| scripts::of_line(line, &counts))
        .or_else(|| node::of_line(line, &counts))
        .or_else(|| tap::of_line(line))
        .or_else(|| managed::of_line(line, &counts))
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn numbers_of_tests_are_read_as_the_usual_runners_print_them() {
        for (text, runner, passed, skipped) in [
            (
                "===== 3 passed, 1 skipped, 2 warnings in 0.12s =====",
                "pytest",
                3,
                1,
            ),
            ("2 failed, 3 passed, 1 xfailed in 1.20s", "pytest", 4, 0),
            ("== no tests ran in 0.01s ==", "pytest", 0, 0),
            (
                "Ran 12 tests in 0.003s\n\nOK (skipped=2)",
                "unittest",
                10,
                2,
            ),
            ("Ran 1 test in 0.003s\n\nOK", "unittest", 1, 0),
            (
                "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.00s\ntest result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.30s",
                "libtest",
                7,
                1,
            ),
            (
                "     Summary [   0.012s] 5 tests run: 5 passed, 1 skipped",
                "nextest",
                5,
                1,
            ),
            (
                "--- PASS: TestA (0.00s)\n    --- PASS: TestA/b (0.00s)\n--- SKIP: TestC (0.00s)",
                "go test -v",
                2,
                1,
            ),
            (
                "ok  \texample.org/a\t0.003s\nok  \texample.org/b\t(cached)\n?   \texample.org/c\t[no test files]\nok  \texample.org/d\t0.1s [no tests to run]",
                "go test",
                2,
                0,
            ),
            (
                "{\"Action\":\"pass\",\"Package\":\"a\",\"Test\":\"T\"}\n{\"Action\":\"pass\",\"Package\":\"a\"}",
                "go test -json",
                1,
                0,
            ),
            ("Tests:       1 skipped, 5 passed, 6 total", "Jest", 5, 1),
            ("      Tests  5 passed | 1 skipped (6)", "Jest", 5, 1),
            ("  5 passing (12ms)\n  1 pending", "Mocha", 5, 1),
            (
                "ℹ tests 6\nℹ pass 5\nℹ fail 0\nℹ skipped 1\nℹ duration_ms 42.1",
                "node",
                5,
                1,
            ),
            ("# tests 6\n# pass 5\n# skipped 1", "node", 5, 1),
            ("  5 tests passed\n  1 test skipped", "AVA", 5, 1),
            (
                "[INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 1, Time elapsed: 0.05 s - in a.B\n[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.05 s - in a.C\n[INFO] Tests run: 5, Failures: 0, Errors: 0, Skipped: 1",
                "maven",
                4,
                1,
            ),
            (
                "100% tests passed, 0 tests failed out of 12",
                "ctest",
                12,
                0,
            ),
            ("12 examples, 0 failures, 1 pending", "rspec", 11, 1),
            (
                "5 runs, 10 assertions, 0 failures, 0 errors, 1 skips",
                "minitest",
                4,
                1,
            ),
            ("1..3\nok 1 - a\nok 2 b # SKIP no net\nok 3", "TAP", 2, 1),
            ("OK (5 tests, 10 assertions)", "OK", 5, 0),
            (
                "[  PASSED  ] 12 tests.\n[  SKIPPED ] 1 test, listed below:",
                "gtest",
                12,
                1,
            ),
            (
                "[         5 tests successful      ]\n[         1 tests skipped         ]",
                "JUnit",
                5,
                1,
            ),
            (
                "Passed!  - Failed:     0, Passed:     5, Skipped:     1, Total:     6",
                "dotnet",
                5,
                1,
            ),
            (
                "SumTest > adds() PASSED\nSumTest > later() SKIPPED",
                "gradle",
                1,
                1,
            ),
            ("ok | 5 passed | 0 failed | 1 ignored (12ms)", "deno", 5, 1),
        ] {
            let found = tests(text);
            let wanted = Tests { passed, skipped };
            assert_eq!(found.get(runner), Some(&wanted), "{text}: {found:?}");
            assert_eq!(found.len(), 1, "{text}: {found:?}");
        }
        for text in [
            "3 files in 2 folders",
            "ok",
            "okay 3",
            "done in 3 s",
            "12 tests are planned",
            "# of all",
        ] {
            assert_eq!(tests(text), BTreeMap::new(), "{text}");
        }
    }
}

//! What a command shows of itself when it has done all it should: how many tests have passed, and its last line.
//!
//! A version that ends the process, or has its tests skipped, gives a check that succeeds without having looked. So what the
//! original's runs showed is the measure. Numbers, times, colours, paths and the order of lines may differ; more tests may pass.

use std::collections::{BTreeMap, HashMap};

use super::metric;
use crate::measure::text;

/// Standard output and standard error of a run.
type Streams<'a> = [&'a [u8]; 2];

/// Longest line that is quoted, in characters.
const QUOTED: usize = 60;

/// Words that count something rather than say something: units of times and sizes.
const UNITS: [&str; 22] = [
    "ns", "us", "µs", "μs", "ms", "s", "sec", "secs", "second", "seconds", "min", "mins",
    "minutes", "m", "h", "b", "kb", "mb", "gb", "kib", "mib", "gib",
];

/// Tests by what printed them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tests {
    passed: u64,
    skipped: u64,
}

/// What both runs of the original showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    /// By the name of the runner: as many as passed at least, and were skipped at most.
    tests: BTreeMap<&'static str, Tests>,
    /// The last line, as words, and how often such a line was printed at least.
    last: Option<(String, Vec<String>, usize)>,
    /// Whether anything was printed.
    anything: bool,
}

impl Shown {
    /// What two runs have in common.
    pub(super) fn of(runs: [Streams<'_>; 2]) -> Self {
        let [a, b] = runs.map(Output::of);
        let tests = a.tests.iter().filter_map(|(runner, a)| {
            let b = b.tests.get(runner)?;
            let both = Tests {
                passed: a.passed.min(b.passed),
                skipped: a.skipped.max(b.skipped),
            };
            Some((*runner, both))
        });
        let tests: BTreeMap<_, _> = tests.collect();
        let last = a.last.clone().zip(b.last.clone());
        // The summary of tests is compared as such.
        let last = last.filter(|((_, a), (_, b))| a == b && tests.is_empty());
        let last = last.map(|((line, words), _)| {
            let times = [&a, &b].map(|o| o.lines.get(&words).copied().unwrap_or_default());
            (line, words, times[0].min(times[1]))
        });
        Self {
            anything: a.last.is_some() && b.last.is_some(),
            tests,
            last,
        }
    }

    /// Whether the runs showed nothing.
    pub(super) fn is_silent(&self) -> bool {
        !self.anything && self.tests.is_empty()
    }

    /// Why a run that succeeded has not done all that the original's did; `None` where nothing is missing.
    pub(super) fn missing(&self, run: Streams<'_>) -> Option<String> {
        let output = Output::of(run);
        for (runner, wanted) in &self.tests {
            let Some(found) = output.tests.get(runner) else {
                return Some(format!(
                    "it does not say how many tests it ran, as it does with the original ({})",
                    counted(wanted.passed, "passes", "pass")
                ));
            };
            if found.passed < wanted.passed {
                return Some(format!(
                    "it ran {} of {}",
                    counted(found.passed, "test", "tests"),
                    wanted.passed
                ));
            }
            if found.skipped > wanted.skipped {
                return Some(format!(
                    "it skipped {}, and {} with the original",
                    counted(found.skipped, "test", "tests"),
                    wanted.skipped
                ));
            }
        }
        if self.anything && output.last.is_none() {
            return Some("it prints nothing, where it does with the original".to_owned());
        }
        let (line, words, times) = self.last.as_ref()?;
        let found = output.lines.get(words).copied().unwrap_or_default();
        let similar = |other: &Vec<String>| {
            let both = words.iter().filter(|w| other.contains(w)).count();
            both * 2 >= words.len()
        };
        match (found, *times) {
            (found, times) if found >= times => None,
            (0, 1) if output.lines.keys().any(similar) => None,
            (0, _) => Some(format!(
                "it ends before it prints `{}`, as it does with the original",
                quoted(line)
            )),
            (found, times) => Some(format!(
                "it prints {} like `{}`, and {times} with the original",
                counted(found as u64, "line", "lines"),
                quoted(line)
            )),
        }
    }
}

fn counted(number: u64, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

fn quoted(line: &str) -> String {
    let short: String = line.chars().take(QUOTED).collect();
    let more = if short.len() < line.len() { "…" } else { "" };
    text::clean(&format!("{short}{more}"))
}

/// What one run printed.
struct Output {
    tests: BTreeMap<&'static str, Tests>,
    /// The last line of standard output with a word in it, and its words.
    last: Option<(String, Vec<String>)>,
    /// How often a line of these words was printed there.
    lines: HashMap<Vec<String>, usize>,
}

impl Output {
    fn of(run: Streams<'_>) -> Self {
        let [out, err] = run.map(|bytes| metric::without_colours(&String::from_utf8_lossy(bytes)));
        let mut lines: HashMap<Vec<String>, usize> = HashMap::new();
        let mut last = None;
        for line in out.lines() {
            let words = words(line);
            if words.is_empty() {
                continue;
            }
            *lines.entry(words.clone()).or_default() += 1;
            last = Some((line.trim().to_owned(), words));
        }
        // A line that is all numbers is something, too.
        if last.is_none() {
            let line = out.lines().rfind(|line| !line.trim().is_empty());
            last = line.map(|line| (line.trim().to_owned(), Vec::new()));
        }
        Self {
            tests: tests(&format!("{out}\n{err}")),
            last,
            lines,
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

/// The numbers of tests in an output, by what printed them.
fn tests(text: &str) -> BTreeMap<&'static str, Tests> {
    let mut found: BTreeMap<&'static str, Tests> = BTreeMap::new();
    let mut maven: Vec<(bool, Tests)> = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        if let Some((each, tests)) = of_maven(line) {
            maven.push((each, tests));
        } else if let Some((runner, passed, skipped)) = of_line(line) {
            let sum = found.entry(runner).or_default();
            sum.passed = sum.passed.saturating_add_signed(passed);
            sum.skipped += skipped;
        }
    }
    // The sum of all classes stands below them, where it is printed.
    let sums = maven.iter().any(|(each, _)| !each);
    for (_, tests) in maven.iter().filter(|(each, _)| *each != sums) {
        let sum = found.entry("maven").or_default();
        sum.passed += tests.passed;
        sum.skipped += tests.skipped;
    }
    found
}

/// `[INFO] Tests run: 5, Failures: 0, Errors: 0, Skipped: 1, Time elapsed: 0.05 s - in a.B`: whether it is of one class.
fn of_maven(line: &str) -> Option<(bool, Tests)> {
    let rest = line.split_once("Tests run:")?.1;
    let fields = fields(rest);
    let run: u64 = rest.split(',').next()?.trim().parse().ok()?;
    let of = |name: &str| fields.get(name).copied().unwrap_or_default();
    let tests = Tests {
        passed: run.saturating_sub(of("failures") + of("errors") + of("skipped")),
        skipped: of("skipped"),
    };
    Some((rest.contains("Time elapsed"), tests))
}

/// What one line says: the runner, and how many tests it adds to those that have passed and to those that were skipped.
fn of_line(line: &str) -> Option<(&'static str, i64, u64)> {
    let counts = counts(line);
    let of = |names: &[&str]| -> Option<u64> {
        let found = counts
            .iter()
            .filter(|(_, name)| names.contains(&name.as_str()));
        found.map(|(number, _)| *number).reduce(|a, b| a + b)
    };
    let first = counts.first().map(|(n, name)| (*n, name.as_str()));
    let some = |runner, passed: u64, skipped: Option<u64>| {
        Some((
            runner,
            i64::try_from(passed).ok()?,
            skipped.unwrap_or_default(),
        ))
    };
    // Cargo's own: `test result: ok. 5 passed; 0 failed; 1 ignored; …`
    if line.starts_with("test result:") {
        return some("libtest", of(&["passed"])?, of(&["ignored"]));
    }
    // `Summary [ 0.012s] 5 tests run: 5 passed, 1 skipped`
    if line.starts_with("Summary [") {
        return some("nextest", of(&["passed"])?, of(&["skipped"]));
    }
    // `Ran 12 tests in 0.003s`, and then `OK (skipped=2)`
    if line.starts_with("Ran ") && matches!(first, Some((_, "tests" | "test"))) {
        return some("unittest", first?.0, None);
    }
    if let Some(rest) = line.strip_prefix("OK (").or(line.strip_prefix("FAILED (")) {
        if let Some(skipped) = fields(rest).get("skipped") {
            return Some(("unittest", -i64::try_from(*skipped).ok()?, *skipped));
        }
        // JUnit 4 and PHPUnit: `OK (5 tests)`, `OK (5 tests, 10 assertions)`
        return some("OK", of(&["tests", "test"])?, None);
    }
    // pytest: `==== 3 passed, 1 skipped in 0.12s ====`
    let bare = line.trim_matches(['=', ' ']);
    if bare.contains(" in ") && (first.is_some() || bare.starts_with("no tests ran")) {
        let named = [
            "passed",
            "skipped",
            "failed",
            "xfailed",
            "xpassed",
            "deselected",
            "warnings",
        ];
        let begins = bare.starts_with("no tests ran")
            || first.is_some_and(|(_, name)| named.contains(&name))
                && bare.starts_with(|c: char| c.is_ascii_digit());
        if begins {
            let passed = of(&["passed", "xfailed", "xpassed"]).unwrap_or_default();
            return some("pytest", passed, of(&["skipped"]));
        }
    }
    of_go(line)
        .or_else(|| of_node(line))
        .or_else(|| of_tap(line))
        .or_else(|| match first? {
            // ctest: `100% tests passed, 0 tests failed out of 12`
            _ if line.contains("tests failed out of ") => {
                let (all, failed) = (
                    line.rsplit(' ').next()?.parse::<u64>().ok()?,
                    of(&["tests"])?,
                );
                some("ctest", all.saturating_sub(failed), None)
            }
            (n, "examples" | "example") if of(&["failures", "failure"]).is_some() => {
                let skipped = of(&["pending"]).unwrap_or_default();
                some("rspec", n.saturating_sub(skipped), Some(skipped))
            }
            (n, "runs" | "tests") if of(&["assertions"]).is_some() => {
                let skipped = of(&["skips", "omissions", "pendings"]).unwrap_or_default();
                some("minitest", n.saturating_sub(skipped), Some(skipped))
            }
            (n, "tests") if of(&["failures"]).is_some() => {
                let skipped = of(&["skipped", "excluded"]).unwrap_or_default();
                some("ExUnit", n.saturating_sub(skipped), Some(skipped))
            }
            (n, "tests" | "test") if line.starts_with("[  PASSED  ]") => some("gtest", n, None),
            (n, "tests" | "test") if line.starts_with("[  SKIPPED ]") => some("gtest", 0, Some(n)),
            _ if line.starts_with("[doctest] test cases:") => {
                some("doctest", of(&["passed"])?, of(&["skipped"]))
            }
            (n, "tests" | "test") if line.contains(" successful ") && line.starts_with("[ ") => {
                some("JUnit", n, None)
            }
            (n, "tests" | "test") if line.contains(" skipped ") && line.starts_with("[ ") => {
                some("JUnit", 0, Some(n))
            }
            _ if line.starts_with("All tests passed (") => {
                some("Catch2", of(&["test cases", "test case", "test"])?, None)
            }
            _ if line.starts_with("ok | ") => some("deno", of(&["passed"])?, of(&["ignored"])),
            _ => None,
        })
        .or_else(|| {
            let fields = fields(line);
            if line.starts_with("Passed!") {
                return some(
                    "dotnet",
                    *fields.get("passed")?,
                    fields.get("skipped").copied(),
                );
            }
            if line.starts_with("Files=") {
                return some("prove", *fields.get("tests")?, None);
            }
            // Gradle, where it names tests: `SumTest > adds() PASSED`
            let (_, name) = line.split_once(" > ")?;
            match name.rsplit(' ').next()? {
                "PASSED" => some("gradle", 1, None),
                "SKIPPED" => some("gradle", 0, Some(1)),
                _ => None,
            }
        })
}

/// `--- PASS: TestSum (0.00s)`, `ok example.org/sums 0.003s`, and the same as JSON.
fn of_go(line: &str) -> Option<(&'static str, i64, u64)> {
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

/// Jest, Vitest, Mocha, AVA, Bun, and Node's own.
fn of_node(line: &str) -> Option<(&'static str, i64, u64)> {
    let counts = counts(line);
    let of = |names: &[&str]| -> i64 {
        let found = counts
            .iter()
            .find(|(_, name)| names.contains(&name.as_str()));
        found.map_or(0, |(n, _)| i64::try_from(*n).unwrap_or(i64::MAX))
    };
    let unsigned = |n: i64| u64::try_from(n).unwrap_or_default();
    // `Tests:       1 skipped, 5 passed, 6 total` and `Tests  5 passed | 1 skipped (6)`
    if let Some(rest) = line.strip_prefix("Tests")
        && rest.starts_with([':', ' '])
        && !counts.is_empty()
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
    let [(number, name), ..] = &counts[..] else {
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

/// `ok 3 - adds numbers`, `ok 4 # SKIP no network`
fn of_tap(line: &str) -> Option<(&'static str, i64, u64)> {
    let rest = line.strip_prefix("ok ")?;
    let number = rest.split_whitespace().next()?;
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let skipped = rest.split_once(" # ").is_some_and(|(_, why)| {
        why.get(..4)
            .is_some_and(|word| word.eq_ignore_ascii_case("skip"))
    });
    Some(if skipped {
        ("TAP", 0, 1)
    } else {
        ("TAP", 1, 0)
    })
}

/// Numbers of a line with the word behind each.
fn counts(line: &str) -> Vec<(u64, String)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let pairs = words.windows(2).filter_map(|pair| {
        let number = pair[0].trim_start_matches(['(', '[']).parse().ok()?;
        let word = pair[1].trim_matches(|c: char| !c.is_alphanumeric());
        Some((number, word.to_lowercase()))
    });
    pairs.collect()
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

#[cfg(test)]
mod unit {
    use super::*;
    fn run(stdout: &str) -> Streams<'_> {
        [stdout.as_bytes(), b""]
    }

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

    #[test]
    fn what_is_missing_is_said_in_plain_words_and_what_only_looks_different_is_not() {
        let same = |text: &str| Shown::of([run(text), run(text)]);
        for (original, version, why) in [
            (
                "Ran 12 tests in 1.2s\n\nOK",
                "Ran 3 tests in 0.1s\n\nOK",
                "it ran 3 tests of 12",
            ),
            (
                "Ran 2 tests in 1s\n\nOK",
                "",
                "it does not say how many tests it ran",
            ),
            (
                "Ran 2 tests in 1s\n\nOK",
                "Ran 2 tests in 1s\n\nOK (skipped=2)",
                "it ran 0 tests of 2",
            ),
            (
                "1 passed in 0.1s",
                "1 passed, 1 skipped in 0.1s",
                "it skipped 1 test, and 0 with",
            ),
            ("1\n2\n", "", "it prints nothing"),
            (
                "start\nall cases are right\n",
                "start\n",
                "it ends before it prints `all cases are right`",
            ),
            (
                "case 1 is right\ncase 2 is right\n",
                "case 1 is right\n",
                "it prints 1 line like `case 2 is right`, and 2",
            ),
        ] {
            let missing = same(original).missing(run(version)).unwrap_or_default();
            assert!(missing.starts_with(why), "{version}: {missing}");
        }
        for (original, version) in [
            ("Ran 12 tests in 1.2s\n\nOK", "Ran 12 tests in 0.1s\n\nOK"),
            (
                "Ran 12 tests in 1.2s\n\nOK",
                "more\nRan 13 tests in 0.1s\n\nOK",
            ),
            (
                "===== 3 passed in 0.12s =====",
                "\u{1b}[32m3 passed\u{1b}[0m in 0.01s",
            ),
            ("took 1.5 s\n", "took 120 ms\n"),
            ("b is right\na is right\n", "a is right\nb is right\n"),
            ("max 12.5 MB, done\n", "done, max 900 KB\n"),
            ("/tmp/x1/made\nwrote /tmp/x1/made", "wrote /tmp/y2/made"),
            ("", "a warning\n"),
            ("17\n", "17\n"),
        ] {
            let missing = same(original).missing(run(version));
            assert_eq!(missing, None, "{version}");
        }
        // What changes from run to run of the original is no measure.
        let varying = Shown::of([run("left over\n"), run("right now\n")]);
        assert_eq!(varying.missing(run("something else\n")), None);
        let fewer = Shown::of([run("4 passed in 1s"), run("2 passed in 1s")]);
        assert_eq!(fewer.missing(run("2 passed in 1s")), None);
    }
}

//! What a command shows of itself when it has done all it should: how many tests have passed, and how many lines it prints.
//!
//! A version that ends the process, or has its tests skipped, gives a check that succeeds without having looked. So what the
//! original's runs showed is the measure. What lines say may differ, and so may their order; more may be printed, and more
//! tests may pass.

mod output;

use std::collections::BTreeMap;

use self::output::{Output, Streams};
use super::runners::Tests;
use crate::measure::text;

/// Longest line that is quoted, in characters.
const QUOTED: usize = 60;

/// What both runs of the original showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    /// By the name of the runner: as many as passed at least, and were skipped at most.
    tests: BTreeMap<&'static str, Tests>,
    /// How many lines are printed, where that does not change from run to run.
    lines: Option<usize>,
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
        let last = a.last.clone().zip(b.last.clone());
        let last = last.filter(|((_, a), (_, b))| a == b);
        let last = last.map(|((line, words), _)| {
            let times = [&a, &b].map(|o| o.lines.get(&words).copied().unwrap_or_default());
            (line, words, times[0].min(times[1]))
        });
        Self {
            tests: tests.collect(),
            lines: Some(a.count).filter(|count| *count == b.count),
            last,
            anything: a.count > 0 && b.count > 0,
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
        if self.anything && output.count == 0 {
            return Some("it prints nothing, where it does with the original".to_owned());
        }
        // The summary of tests is compared as such.
        if !self.tests.is_empty() || self.lines.is_none_or(|lines| output.count >= lines) {
            return None;
        }
        let Some((line, words, times)) = &self.last else {
            return Some(format!(
                "it prints {}, and {} with the original",
                counted(output.count as u64, "line", "lines"),
                self.lines.unwrap_or_default()
            ));
        };
        // A version that says less on its way has come to the end all the same.
        match output.lines.get(words).copied().unwrap_or_default() {
            found if found >= *times => None,
            0 => Some(format!(
                "it ends before it prints `{}`, as it does with the original",
                quoted(line)
            )),
            found => Some(format!(
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

#[cfg(test)]
mod unit {
    use super::*;

    fn run(stdout: &str) -> Streams<'_> {
        [stdout.as_bytes(), b""]
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
            // Though a line like the last one was printed before.
            (
                "parse ok\nrender ok\n",
                "parse ok\n",
                "it ends before it prints `render ok`",
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
            // Something else is said.
            ("best: list comprehension\n", "best: a loop\n"),
            ("begin\nSLOW: over the target\n", "begin\nOK: within it\n"),
            // Less is said on the way.
            ("f(1)\nf(2)\nall right\n", "all right\n"),
            (
                "round 1\nround 2\nround 3\ndone after 3 rounds\n",
                "round 1\nround 2\ndone after 2 rounds\n",
            ),
        ] {
            let missing = same(original).missing(run(version));
            assert_eq!(missing, None, "{version}");
        }
        // What changes from run to run of the original is no measure.
        let varying = Shown::of([run("left over\n"), run("right now\n")]);
        assert_eq!(varying.missing(run("something else\n")), None);
        let by_chance = Shown::of([run("a\na\na\n"), run("a\na\na\na\na\n")]);
        assert_eq!(by_chance.missing(run("a\n")), None);
        let other = Shown::of([run("a\nb: x\n"), run("a\nb: y\n")]);
        let missing = other.missing(run("a\n")).unwrap_or_default();
        assert_eq!(missing, "it prints 1 line, and 2 with the original");
        let fewer = Shown::of([run("4 passed in 1s"), run("2 passed in 1s")]);
        assert_eq!(fewer.missing(run("2 passed in 1s")), None);
    }
}

//! What the output of a failed command means: tests that failed, code that does not build, tools or the network missing.

use crate::sandbox::{Outcome, RunVerdict};
use crate::task::Task;
use crate::task::project::{Project, hint_for};

/// Names of failed tests that are listed.
const NAMED: usize = 5;

/// Standard output and standard error, as text.
pub(super) fn text(outcome: &Outcome) -> String {
    let mut all = String::from_utf8_lossy(&outcome.stdout.bytes).into_owned();
    all.push('\n');
    all.push_str(&String::from_utf8_lossy(&outcome.stderr.bytes));
    all
}

/// Names of tests that an output says have failed: of Cargo, pytest and unittest, Go, Node, Jest, JUnit.
pub(super) fn failed_tests(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        let name = line
            .strip_prefix("test ")
            .and_then(|l| l.strip_suffix(" ... FAILED"))
            .or_else(|| line.strip_prefix("FAILED ").map(|l| before(l, " - ")))
            .or_else(|| {
                let rest = line
                    .strip_prefix("FAIL: ")
                    .or_else(|| line.strip_prefix("ERROR: "))?;
                rest.contains('(').then(|| before(rest, " "))
            })
            .or_else(|| line.strip_prefix("--- FAIL: ").map(|l| before(l, " (")))
            .or_else(|| {
                let (number, name) = line.strip_prefix("not ok ")?.split_once(" - ")?;
                number.bytes().all(|b| b.is_ascii_digit()).then_some(name)
            })
            .or_else(|| line.strip_prefix("✕ ").map(|l| before(l, " (")))
            .or_else(|| line.strip_prefix("✖ ").map(|l| before(l, " (")))
            .or_else(|| line.strip_prefix("● "))
            .or_else(|| line.strip_prefix("[ERROR]   ").map(|l| before(l, ":")));
        let Some(name) = name
            .map(str::trim)
            .filter(|n| !n.is_empty() && n.len() < 200)
        else {
            continue;
        };
        if !names.iter().any(|n| n == name) {
            names.push(name.to_owned());
        }
    }
    names
}

fn before<'a>(text: &'a str, mark: &str) -> &'a str {
    text.split(mark).next().unwrap_or(text)
}

/// The failed tests in one sentence; nothing where none are named.
pub(super) fn failed_in_words(text: &str) -> Option<String> {
    let names = failed_tests(text);
    let more = names.len().saturating_sub(NAMED);
    let list = names
        .iter()
        .take(NAMED)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match names.len() {
        0 => None,
        1 => Some(format!("the test {list} fails")),
        n if more == 0 => Some(format!("{n} tests fail: {list}")),
        n => Some(format!("{n} tests fail: {list} and {more} more")),
    }
}

/// The line that says that the code does not build, if one does.
pub(super) fn build_error(text: &str) -> Option<&str> {
    const WHOLE: [&str; 8] = [
        "error: could not compile",
        "[build failed]",
        "COMPILATION ERROR",
        "Compilation failed",
        "error TS",
        "SyntaxError: ",
        "IndentationError: ",
        "fatal error: ",
    ];
    let broken = text.lines().any(|line| {
        WHOLE.iter().any(|sign| line.contains(sign))
            || (line.contains(": error: ") && !line.contains("AssertionError"))
            || line.strip_prefix("vet: ").is_some_and(is_of_go)
    });
    if !broken {
        return None;
    }
    let first = |line: &&str| {
        let line = line.trim_start();
        line.starts_with("error[")
            || line.starts_with("error: ")
            || line.contains(": error: ")
            || line.contains(" error TS")
            || line.contains("SyntaxError: ")
            || line.contains("IndentationError: ")
            || is_of_go(line)
    };
    text.lines()
        .find(first)
        .map(str::trim)
        .or(Some("it does not build"))
}

/// `./main.go:12:4: undefined: x`
fn is_of_go(line: &str) -> bool {
    line.split_once(".go:").is_some_and(|(_, rest)| {
        let mut parts = rest.splitn(3, ':');
        let number = |part: Option<&str>| {
            part.is_some_and(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))
        };
        number(parts.next()) && number(parts.next())
    })
}

/// What was missing and what to do, where the output of a command that failed says so.
pub(super) fn missing(outcome: &Outcome, text: &str, task: &Task) -> Option<String> {
    // Commands find the project in their copy of it, not among what is shown.
    let project = Project {
        shown: Vec::new(),
        ..task.project.clone()
    };
    (outcome.verdict == RunVerdict::RuntimeError)
        .then(|| hint_for(text, &project))
        .flatten()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn failed_tests_are_named_for_the_usual_tools() {
        for (text, name) in [
            ("test a::b ... ok\ntest a::c ... FAILED\n", "a::c"),
            (
                "FAILED tests/test_x.py::test_it[3] - assert 1 == 2",
                "tests/test_x.py::test_it[3]",
            ),
            ("FAIL: test_it (tests.Case.test_it)", "test_it"),
            ("    --- FAIL: TestSolve/small (0.00s)", "TestSolve/small"),
            ("not ok 3 - adds numbers", "adds numbers"),
            ("  ✕ adds numbers (3 ms)", "adds numbers"),
            ("  ● suite › adds numbers", "suite › adds numbers"),
        ] {
            assert_eq!(failed_tests(text), [name], "{text}");
        }
        assert_eq!(
            failed_tests("test a ... ok\nok 1 - fine\nFAIL\nFAIL: pkg"),
            [] as [String; 0]
        );
        let many: String = (0..9).map(|i| format!("test t{i} ... FAILED\n")).collect();
        assert_eq!(
            failed_in_words(&many).unwrap(),
            "9 tests fail: t0, t1, t2, t3, t4 and 4 more"
        );
        assert_eq!(failed_in_words("fine"), None);
    }

    #[test]
    fn code_that_does_not_build_is_told_from_a_test_that_fails() {
        let rust = "   Compiling x\nerror[E0308]: mismatched types\n --> src/lib.rs\nerror: could not compile `x`";
        assert_eq!(build_error(rust), Some("error[E0308]: mismatched types"));
        let go = "# x\n./main.go:3:4: undefined: y\nFAIL\tx [build failed]";
        assert_eq!(build_error(go), Some("./main.go:3:4: undefined: y"));
        let vet = "# x\nvet: ./main.go:3:4: undeclared name: y";
        assert_eq!(
            build_error(vet),
            Some("vet: ./main.go:3:4: undeclared name: y")
        );
        assert_eq!(
            build_error("a.c:1:2: error: expected ';'"),
            Some("a.c:1:2: error: expected ';'")
        );
        assert_eq!(
            build_error("test a ... FAILED\nerror: test failed, to rerun pass `--lib`"),
            None
        );
    }
}

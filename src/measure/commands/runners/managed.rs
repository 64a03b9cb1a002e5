//! Runners of the JVM, .NET and Elixir.

use super::{Counts, Said, Tests, fields, said};

/// `[INFO] Tests run: 5, Failures: 0, Errors: 0, Skipped: 1, Time elapsed: 0.05 s - in a.B`: whether it is of one class.
pub(super) fn of_maven(line: &str) -> Option<(bool, Tests)> {
    let rest = line.split_once("Tests run:")?.1;
    let fields = fields(rest);
    let run: u64 = rest.split(',').next()?.trim().parse().ok()?;
    let of = |name: &str| fields.get(name).copied().unwrap_or_default();
    let tests = Tests {
        passed: ["failures", "errors", "skipped"]
            .iter()
            .fold(run, |left, name| left.saturating_sub(of(name))),
        skipped: of("skipped"),
    };
    Some((rest.contains("Time elapsed"), tests))
}

pub(super) fn of_line(line: &str, counts: &Counts) -> Option<Said> {
    let of_junit = |(n, word): (u64, &str)| match word {
        "tests" | "test" if line.starts_with("[ ") && line.contains(" successful ") => {
            said("JUnit", n, None)
        }
        "tests" | "test" if line.starts_with("[ ") && line.contains(" skipped ") => {
            said("JUnit", 0, Some(n))
        }
        "tests" if counts.sum(&["failures"]).is_some() => {
            let skipped = counts.sum(&["skipped", "excluded"]).unwrap_or_default();
            said("ExUnit", n.saturating_sub(skipped), Some(skipped))
        }
        _ => None,
    };
    if let Some(said) = counts.first().and_then(of_junit) {
        return Some(said);
    }
    if line.starts_with("Passed!") {
        let fields = fields(line);
        return said(
            "dotnet",
            *fields.get("passed")?,
            fields.get("skipped").copied(),
        );
    }
    // Gradle, where it names tests: `SumTest > adds() PASSED`
    let (_, name) = line.split_once(" > ")?;
    match name.rsplit(' ').next()? {
        "PASSED" => said("gradle", 1, None),
        "SKIPPED" => said("gradle", 0, Some(1)),
        _ => None,
    }
}

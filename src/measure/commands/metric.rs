//! Figures that a command says itself: lines `METRIC name=value`, and the usual outputs of benchmark tools.
//!
//! The author of the command's program can make it print anything, so such a figure is labelled as reported, and the wall
//! time of the command is kept beside it.

use serde::{Deserialize, Serialize};

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    /// Time: nanoseconds.
    Time,
    /// Memory or data: bytes.
    Bytes,
    /// Anything else, as it was written.
    Plain,
}

/// One figure that was said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ReportedFigure {
    /// Its name.
    pub name: String,
    /// Its value, in the unit; finite, and not below zero.
    pub value: f64,
    /// What it counts.
    pub unit: Unit,
}

/// Everything that was said in an output, in order: `METRIC` lines if there are any, else what benchmark tools print.
#[must_use]
pub(crate) fn all(text: &str) -> Vec<ReportedFigure> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let said: Vec<ReportedFigure> = lines.iter().filter_map(|l| metric(l)).collect();
    if said.is_empty() { tools(&lines) } else { said }
}

/// The figure of a run: of the wanted name, or of the first that was said; the median where it was said several times.
#[must_use]
pub(crate) fn choose(said: &[ReportedFigure], wanted: Option<&str>) -> Option<ReportedFigure> {
    let name = match wanted {
        Some(name) => name,
        None => &said.first()?.name,
    };
    let mut same: Vec<&ReportedFigure> = said.iter().filter(|s| s.name == name).collect();
    same.sort_by(|a, b| a.value.total_cmp(&b.value));
    let middle = same.get(same.len() / 2)?;
    let value = if same.len().is_multiple_of(2) {
        f64::midpoint(same[same.len() / 2 - 1].value, middle.value)
    } else {
        middle.value
    };
    Some(ReportedFigure {
        value,
        ..(*middle).clone()
    })
}

/// `METRIC name=value`, with or without a unit.
fn metric(line: &str) -> Option<ReportedFigure> {
    let rest = line.strip_prefix("METRIC")?;
    if !rest.starts_with([' ', '\t', ':']) {
        return None;
    }
    let (name, value) = rest.trim_start_matches([' ', '\t', ':']).split_once('=')?;
    let name = name.trim();
    if name.is_empty() {
        return None;
    }
    let (value, unit) = quantity(value.trim())?;
    Some(ReportedFigure {
        name: name.to_owned(),
        value,
        unit,
    })
}

/// A number with or without a unit behind it.
fn quantity(text: &str) -> Option<(f64, Unit)> {
    let numeric = |(i, c): (usize, char)| {
        let exponent = (c == 'e' || c == 'E')
            && text[i + 1..].starts_with(|d: char| d.is_ascii_digit() || d == '-' || d == '+')
            && text[..i].ends_with(|d: char| d.is_ascii_digit() || d == '.');
        let sign = (c == '-' || c == '+') && (i == 0 || text[..i].ends_with(['e', 'E']));
        !(c.is_ascii_digit() || matches!(c, '.' | ',' | '_') || exponent || sign)
    };
    let end = text
        .char_indices()
        .find(|at| numeric(*at))
        .map_or(text.len(), |(i, _)| i);
    let (number, unit) = text.split_at(end);
    let number: f64 = number.replace([',', '_'], "").parse().ok()?;
    let (factor, unit) = factor(unit.trim());
    let value = number * factor;
    (value.is_finite() && value >= 0.0).then_some((value, unit))
}

/// By how much a unit is larger than the smallest of its kind. What is not known leaves the number as it is.
fn factor(unit: &str) -> (f64, Unit) {
    let first = unit.split_whitespace().next().unwrap_or_default();
    let first = first
        .split('/')
        .next()
        .filter(|_| !is_rate(first))
        .unwrap_or(first);
    match first {
        "ps" => (1e-3, Unit::Time),
        "ns" => (1.0, Unit::Time),
        "us" | "µs" | "μs" => (1e3, Unit::Time),
        "ms" => (1e6, Unit::Time),
        "s" | "sec" | "secs" | "seconds" => (1e9, Unit::Time),
        "min" => (60e9, Unit::Time),
        "B" | "bytes" => (1.0, Unit::Bytes),
        "kB" | "KB" => (1e3, Unit::Bytes),
        "MB" => (1e6, Unit::Bytes),
        "GB" => (1e9, Unit::Bytes),
        "KiB" => (1024.0, Unit::Bytes),
        "MiB" => (1024.0 * 1024.0, Unit::Bytes),
        "GiB" => (1024.0 * 1024.0 * 1024.0, Unit::Bytes),
        _ => (1.0, Unit::Plain),
    }
}

/// Something for each second is neither a time nor an amount.
fn is_rate(unit: &str) -> bool {
    unit.ends_with("/s") || unit.ends_with("/sec")
}

/// Outputs of benchmark tools, line by line.
fn tools(lines: &[&str]) -> Vec<ReportedFigure> {
    let mut found = Vec::new();
    let mut last = "";
    let mut table = None;
    for line in lines {
        if let Some(said) = libtest(line)
            .or_else(|| criterion(line, last))
            .or_else(|| go(line))
        {
            found.push(said);
        } else if let Some(said) = hyperfine(line, last) {
            found.push(said);
            continue;
        } else if let Some(head) = table_head(line) {
            table = Some(head);
        } else if let Some((unit, column)) = table {
            match table_row(line, unit, column) {
                Some(said) => found.push(said),
                None if line.is_empty() => table = None,
                None => {}
            }
        }
        // The name may stand on the line before.
        if !line.is_empty() {
            last = line;
        }
    }
    found
}

fn time(name: &str, value: f64) -> ReportedFigure {
    ReportedFigure {
        name: name.to_owned(),
        value,
        unit: Unit::Time,
    }
}

/// `test parse ... bench:       1,234 ns/iter (+/- 56)`
fn libtest(line: &str) -> Option<ReportedFigure> {
    let (name, rest) = line.strip_prefix("test ")?.split_once("... bench:")?;
    let (value, unit) = quantity(rest.trim())?;
    (unit == Unit::Time).then(|| time(name.trim(), value))
}

/// `parse   time:   [1.2 ms 1.3 ms 1.4 ms]`: the estimate in the middle.
fn criterion(line: &str, before: &str) -> Option<ReportedFigure> {
    let (name, rest) = line.split_once("time:")?;
    let inside = rest.trim().strip_prefix('[')?.split_once(']')?.0;
    let words: Vec<&str> = inside.split_whitespace().collect();
    let [_, _, number, unit, _, _] = words[..] else {
        return None;
    };
    let (value, unit) = quantity(&format!("{number}{unit}"))?;
    let name = match name.trim() {
        "" => before.trim(),
        name => name,
    };
    (unit == Unit::Time).then(|| time(name, value))
}

/// `BenchmarkParse-8   1000   1234 ns/op   …`
fn go(line: &str) -> Option<ReportedFigure> {
    let mut words = line.split_whitespace();
    let name = words.next().filter(|n| n.starts_with("Benchmark"))?;
    words.next()?.parse::<u64>().ok()?;
    let value: f64 = words.next()?.parse().ok()?;
    if words.next()? != "ns/op" {
        return None;
    }
    // The number of processors behind the name is the machine's.
    let plain = name
        .rsplit_once('-')
        .filter(|(_, n)| n.bytes().all(|b| b.is_ascii_digit()))
        .map_or(name, |(plain, _)| plain);
    Some(time(plain, value))
}

/// `Time (mean ± σ):     10.1 ms ±   0.3 ms`, behind `Benchmark 1: command`.
fn hyperfine(line: &str, before: &str) -> Option<ReportedFigure> {
    let rest = line
        .strip_prefix("Time (mean ± σ):")
        .or_else(|| line.strip_prefix("Time (abs ≡):"))?;
    let (value, unit) = quantity(rest.trim())?;
    let name = before.split_once(": ").map_or(before, |(_, name)| name);
    (unit == Unit::Time).then(|| time(name, value))
}

/// `Name (time in us)   Min   Max   Mean   StdDev   Median …` of pytest-benchmark: its unit, and which number to take.
fn table_head(line: &str) -> Option<(f64, usize)> {
    let rest = line.strip_prefix("Name (time in ")?;
    let (unit, columns) = rest.split_once(')')?;
    let (factor, kind) = factor(unit);
    let columns: Vec<&str> = columns.split_whitespace().collect();
    let column = ["Median", "Mean", "Min"]
        .iter()
        .find_map(|wanted| columns.iter().position(|c| c == wanted))?;
    (kind == Unit::Time).then_some((factor, column))
}

/// `test_parse   1.2300 (1.0)   4.5600 (1.02) …`: what stands in brackets compares rows.
fn table_row(line: &str, unit: f64, column: usize) -> Option<ReportedFigure> {
    let mut words = line.split_whitespace();
    let name = words
        .next()
        .filter(|n| n.starts_with(|c: char| c.is_alphabetic()))?;
    let numbers: Vec<f64> = words
        .filter(|w| !w.starts_with('('))
        .map_while(|w| w.replace(',', "").parse().ok())
        .collect();
    let value = numbers.get(column)? * unit;
    value.is_finite().then(|| time(name, value))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn one(text: &str) -> (String, f64, Unit) {
        let said = choose(&all(text), None).unwrap();
        (said.name, said.value, said.unit)
    }

    #[test]
    fn metric_lines_are_read_with_and_without_units() {
        for (text, name, value, unit) in [
            ("METRIC parse=12.5", "parse", 12.5, Unit::Plain),
            ("  METRIC parse = 12.5ms", "parse", 12.5e6, Unit::Time),
            ("METRIC: a b=3 µs", "a b", 3e3, Unit::Time),
            ("METRIC x=1e3", "x", 1e3, Unit::Plain),
            ("METRIC x=1.5e-3s", "x", 1.5e6, Unit::Time),
            ("METRIC peak=2MiB", "peak", 2_097_152.0, Unit::Bytes),
            ("METRIC rate=1,234 MB/s", "rate", 1234.0, Unit::Plain),
            ("METRIC ops=10 ops/s", "ops", 10.0, Unit::Plain),
            ("METRIC t=7 ns/iter", "t", 7.0, Unit::Time),
        ] {
            let got = one(text);
            assert_eq!((got.0.as_str(), got.2), (name, unit), "{text}");
            assert!((got.1 - value).abs() < 1e-6 * value, "{text}: {}", got.1);
        }
        for text in [
            "METRICS a=1",
            "METRIC a",
            "METRIC =1",
            "METRIC a=",
            "METRIC a=x",
            "METRIC a=-1",
            "METRIC a=inf",
            "METRIC a=1e999",
            "metric a=1",
            "",
        ] {
            assert_eq!(all(text), [], "{text}");
        }
    }

    #[test]
    fn the_median_counts_and_the_wanted_name() {
        let said = all("METRIC a=3\nnoise\nMETRIC b=9\nMETRIC a=1\nMETRIC a=2\nMETRIC b=5\n");
        assert_eq!(choose(&said, None).unwrap().value, 2.0);
        assert_eq!(choose(&said, Some("b")).unwrap().value, 7.0);
        assert_eq!(choose(&said, Some("c")), None);
        assert_eq!(choose(&[], None), None);
    }

    #[test]
    fn what_benchmark_tools_print_is_understood() {
        for (text, name, value) in [
            (
                "test parse::short ... bench:       1,234.5 ns/iter (+/- 56)",
                "parse::short",
                1234.5,
            ),
            (
                "running 1 test\ntest b ... bench:          12 ns/iter (+/- 1) = 80 MB/s",
                "b",
                12.0,
            ),
            (
                "parse                   time:   [1.2000 ms 1.3000 ms 1.4000 ms]\n    change: [-1% +0% +1%]",
                "parse",
                1.3e6,
            ),
            (
                "group/a name that is long\n                        time:   [1.0 µs 2.0 µs 3.0 µs]",
                "group/a name that is long",
                2e3,
            ),
            (
                "goos: linux\nBenchmarkParse/small-8   \t    1000\t      1234 ns/op\t 5 B/op",
                "BenchmarkParse/small",
                1234.0,
            ),
            (
                "Benchmark 1: ./run --fast\n  Time (mean ± σ):      10.1 ms ±   0.3 ms    [User: 1 ms]",
                "./run --fast",
                10.1e6,
            ),
            (
                "Name (time in us)   Min   Max   Mean   StdDev   Median\n-----\ntest_it  1.0 (1.0)  1,900.5 (2.0)  3.0 (1.0)  0.1 (1.0)  2.5 (1.0)\n-----\n\nLegend: x",
                "test_it",
                2500.0,
            ),
        ] {
            let got = one(text);
            assert_eq!(got.0, name);
            assert!((got.1 - value).abs() < 1e-6 * value, "{text}: {}", got.1);
            assert_eq!(all(text).len(), 1, "{text}");
        }
        assert_eq!(
            all("BenchmarkX 1 2 MB/s\ntime: [a]\ntest x ... ok\nName (time in us) Min\n\nhello 3"),
            []
        );
        // Lines of our own count before all others.
        assert_eq!(
            one("test b ... bench: 12 ns/iter (+/- 1)\nMETRIC a=1").0,
            "a"
        );
    }
}

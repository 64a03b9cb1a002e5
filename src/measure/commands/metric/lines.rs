//! Figures of benchmark tools that stand in one line, or in one with its name on the line before.

use super::figure::{Found, ReportedFigure, Unit};
use super::quantity::quantity;
use super::tables;

/// The figures of one line. `before` is the last line with anything in it, `found` what was read so far.
pub(super) fn read(line: &str, before: &str, found: &mut Found) -> Vec<ReportedFigure> {
    let several = go(line);
    if !several.is_empty() {
        return several;
    }
    let one = libtest(line)
        .or_else(|| criterion(line, before))
        .or_else(|| hyperfine(line, before))
        .or_else(|| pyperf(line, found))
        .or_else(|| timeit(line, found))
        .or_else(|| benchmark_js(line))
        .or_else(|| mitata(line))
        .or_else(|| tables::headless(line))
        .or_else(|| tables::single(line));
    one.into_iter().collect()
}

/// A time that stands at the start of a text.
fn time(text: &str) -> Option<(f64, Unit)> {
    quantity(text.trim()).filter(|(_, unit)| *unit == Unit::Time)
}

/// `test parse ... bench:       1,234 ns/iter (+/- 56)`
fn libtest(line: &str) -> Option<ReportedFigure> {
    let (name, rest) = line.strip_prefix("test ")?.split_once("... bench:")?;
    Some(ReportedFigure::new(name, time(rest)?))
}

/// `parse   time:   [1.2 ms 1.3 ms 1.4 ms]`: the estimate in the middle.
fn criterion(line: &str, before: &str) -> Option<ReportedFigure> {
    let (name, rest) = line.split_once("time:")?;
    let inside = rest.trim().strip_prefix('[')?.split_once(']')?.0;
    let words: Vec<&str> = inside.split_whitespace().collect();
    let [_, _, number, unit, _, _] = words[..] else {
        return None;
    };
    let name = match name.trim() {
        "" => before,
        name => name,
    };
    Some(ReportedFigure::new(name, time(&format!("{number}{unit}"))?))
}

/// `BenchmarkParse-8   1000   1234 ns/op   80.1 MB/s   5 B/op   1 allocs/op`: the time by the benchmark's name, the others
/// by it and their unit.
fn go(line: &str) -> Vec<ReportedFigure> {
    let mut words = line.split_whitespace();
    let name = words.next().filter(|n| n.starts_with("Benchmark"));
    let times = words.next().and_then(|n| n.parse::<u64>().ok());
    let (Some(name), Some(_)) = (name, times) else {
        return Vec::new();
    };
    // The number of processors behind the name is the machine's.
    let plain = name
        .rsplit_once('-')
        .filter(|(_, n)| n.bytes().all(|b| b.is_ascii_digit()))
        .map_or(name, |(plain, _)| plain);
    let words: Vec<&str> = words.collect();
    let figure = |pair: &[&str]| {
        let [number, unit] = *pair else { return None };
        let value = quantity(&format!("{number} {unit}"))?;
        Some(match unit {
            "ns/op" => ReportedFigure::new(plain, value),
            unit => ReportedFigure::new(&format!("{plain} {unit}"), value),
        })
    };
    let mut all: Vec<ReportedFigure> = words.chunks(2).map_while(figure).collect();
    // The time decides unless another figure was asked for.
    all.sort_by_key(|f| f.name != plain);
    all
}

/// `Time (mean ± σ):     10.1 ms ±   0.3 ms`, behind `Benchmark 1: command`.
fn hyperfine(line: &str, before: &str) -> Option<ReportedFigure> {
    let rest = line
        .strip_prefix("Time (mean ± σ):")
        .or_else(|| line.strip_prefix("Time (abs ≡):"))?;
    let name = match before.split_once(": ") {
        Some((benchmark, name)) if benchmark.starts_with("Benchmark") => name,
        _ => before,
    };
    Some(ReportedFigure::new(name, time(rest)?))
}

/// `parse: Mean +- std dev: 12.3 us +- 0.2 us`; the name is missing where there is one benchmark only.
fn pyperf(line: &str, found: &mut Found) -> Option<ReportedFigure> {
    let at = |mark| line.split_once(mark);
    let (name, rest) = at("Mean +- std dev:").or_else(|| at("Median +- MAD:"))?;
    let name = name.trim_start_matches('.').trim().trim_end_matches(':');
    let value = quantity(rest.trim())?;
    match name {
        "" => Some(ReportedFigure::new(&found.name_for("pyperf"), value)),
        name => Some(ReportedFigure::new(name, value)),
    }
}

/// `20000 loops, best of 5: 12.3 usec per loop`; IPython's `12.3 µs ± 45 ns per loop (mean ± std. dev. of 7 runs, …)`.
fn timeit(line: &str, found: &mut Found) -> Option<ReportedFigure> {
    let (timing, _) = line.split_once(" per loop")?;
    let value = match timing.split_once(": ") {
        Some((loops, best)) if loops.contains(" best of ") => time(best)?,
        Some(_) => return None,
        None if timing.contains('±') || timing.contains("+-") => time(timing)?,
        None => return None,
    };
    Some(ReportedFigure::new(&found.name_for("timeit"), value))
}

/// `String#indexOf x 12,345,678 ops/sec ±1.05% (90 runs sampled)`
fn benchmark_js(line: &str) -> Option<ReportedFigure> {
    let (start, _) = line.split_once(" ops/sec")?;
    let (name, rate) = start.rsplit_once(" x ")?;
    let (value, _) = quantity(rate)?;
    Some(ReportedFigure::new(name, (value, Unit::Rate)))
}

/// `parse         12.34 µs/iter  12.50 µs  ▂█▂`
fn mitata(line: &str) -> Option<ReportedFigure> {
    let before = &line[..line.find("/iter")?];
    let (before, unit) = before.trim_end().rsplit_once(' ')?;
    let before = before.trim_end();
    let (name, number) = before.rsplit_once(' ')?;
    Some(ReportedFigure::new(name, time(&format!("{number}{unit}"))?))
        .filter(|figure| !figure.name.is_empty())
}

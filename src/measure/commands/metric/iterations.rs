//! How many iterations a benchmark tool says to have made: what chooses them by the clock uses as much time for a fast version as
//! for a slow one, and only its time for each of them tells one from the other.

use super::{Unit, all, without_colours};

/// Names of `METRIC` lines that say it.
const NAMES: [&str; 8] = [
    "iterations",
    "iters",
    "loops",
    "rounds",
    "runs",
    "reps",
    "repeats",
    "repetitions",
];

/// The iterations behind a figure of the output, where the output says how many there were.
pub(in crate::measure::commands) fn iterations(text: &str, name: &str) -> Option<f64> {
    let text = without_colours(text);
    if super::is_in_lines(&text) {
        let counts = |n: &str| NAMES.contains(&n.to_lowercase().as_str());
        let said = all(&text);
        let mut said = said.iter();
        let found = said.find(|f| f.unit == Unit::Plain && f.name != name && counts(&f.name));
        let found = found.map(|f| f.value);
        return found.filter(|count| count.is_finite() && *count >= 1.0);
    }
    let mut table = None;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.contains(&"Rounds") && words.contains(&"Iterations") {
            table = Some(words.len());
        }
        found.extend(
            go(&words, name)
                .or_else(|| google(&words, name))
                .or_else(|| in_table(line, &words, name, table?))
                .or_else(|| criterion(line))
                .or_else(|| hyperfine(line, &words))
                .or_else(|| timeit(line, &words)),
        );
    }
    match found[..] {
        [one] => Some(one),
        // Several benchmarks, whose names do not stand in these lines.
        _ => None,
    }
}

fn number(word: &str) -> Option<f64> {
    let value: f64 = word.replace(',', "").parse().ok()?;
    (value.is_finite() && value > 0.0).then_some(value)
}

/// `BenchmarkParse-8   1000   1234 ns/op`
fn go(words: &[&str], name: &str) -> Option<f64> {
    let [first, count, _, "ns/op", ..] = words else {
        return None;
    };
    let plain = first.rsplit_once('-').map_or(*first, |(plain, _)| plain);
    (plain == name || *first == name).then(|| number(count))?
}

/// `BM_parse   123 ns   122 ns   5732`
fn google(words: &[&str], name: &str) -> Option<f64> {
    let [first, _, a, _, b, count, ..] = words else {
        return None;
    };
    let units = ["ns", "us", "ms", "s"];
    (*first == name && units.contains(a) && units.contains(b)).then(|| number(count))?
}

/// The last two columns of pytest-benchmark.
fn in_table(line: &str, words: &[&str], name: &str, columns: usize) -> Option<f64> {
    let [.., rounds, iterations] = words else {
        return None;
    };
    let is_row = line.starts_with(name) && words.len() > columns / 2;
    is_row.then(|| Some(number(rounds)? * number(iterations)?))?
}

/// `Collecting 100 samples in estimated 5.0 s (1.2M iterations)`
fn criterion(line: &str) -> Option<f64> {
    let (_, rest) = line.split_once("Collecting ")?;
    let (_, count) = rest.split_once('(')?;
    let count = count.split_once(" iterations)")?.0;
    let times = match count.chars().last()? {
        'k' => 1e3,
        'M' => 1e6,
        'B' => 1e9,
        'T' => 1e12,
        _ => 1.0,
    };
    Some(number(count.trim_end_matches(['k', 'M', 'B', 'T']))? * times)
}

/// `Range (min … max):   9.8 ms …  11.0 ms    273 runs`
fn hyperfine(line: &str, words: &[&str]) -> Option<f64> {
    let [.., count, "runs"] = words else {
        return None;
    };
    line.starts_with("Range (min").then(|| number(count))?
}

/// `50000 loops, best of 5: 4.5 usec per loop`
fn timeit(line: &str, words: &[&str]) -> Option<f64> {
    let [count, "loops," | "loop,", "best", "of", times, ..] = words else {
        return None;
    };
    let times = number(times.trim_end_matches(':'))?;
    line.contains("per loop")
        .then(|| Some(number(count)? * times))?
}

#[cfg(test)]
mod tests {
    use super::iterations;

    #[test]
    fn iterations_are_read_where_a_tool_says_them_and_nowhere_else() {
        for (text, name, count) in [
            (
                "BenchmarkParse-8   1000   1234 ns/op   5 B/op",
                "BenchmarkParse",
                Some(1000.0),
            ),
            (
                "BenchmarkA-8 10 9 ns/op\nBenchmarkB-8 20 9 ns/op",
                "BenchmarkB",
                Some(20.0),
            ),
            (
                "BM_parse    123 ns    122 ns    5732",
                "BM_parse",
                Some(5732.0),
            ),
            (
                "Name (time in us)  Min  Max  Mean  Rounds  Iterations\ntest_a   1.0 (1.0)  2.0 (1.0)  1.5 (1.0)  20,000  10",
                "test_a",
                Some(200_000.0),
            ),
            (
                "Benchmarking a: Collecting 100 samples in estimated 5.0043 s (1.2M iterations)\na  time:   [1.2 ms 1.3 ms 1.4 ms]",
                "a",
                Some(1.2e6),
            ),
            (
                "  Range (min … max):     9.8 ms …  11.0 ms    273 runs",
                "a",
                Some(273.0),
            ),
            (
                "50000 loops, best of 5: 4.5 usec per loop",
                "timeit",
                Some(250_000.0),
            ),
            ("METRIC f=3ms\nMETRIC iterations=50", "f", Some(50.0)),
            ("METRIC f=3ms\nMETRIC Loops=1", "f", Some(1.0)),
            // The size of the input, and how often something was found.
            ("METRIC f=3ms\nMETRIC n=50", "f", None),
            ("METRIC f=3ms\nMETRIC count=50\nMETRIC samples=9", "f", None),
            // No number of times.
            ("METRIC f=3ms\nMETRIC rounds=0", "f", None),
            ("METRIC f=3ms\nMETRIC rounds=-3", "f", None),
            ("METRIC f=3ms\nMETRIC rounds=nan", "f", None),
            ("METRIC f=3ms\nMETRIC rounds=0.5", "f", None),
            ("METRIC f=3ms\nMETRIC hits=50", "f", None),
            ("test a ... bench:       1,234 ns/iter (+/- 56)", "a", None),
            ("a x 1,000 ops/sec ±0.61% (92 runs sampled)", "a", None),
        ] {
            assert_eq!(iterations(text, name), count, "{text}");
        }
    }
}

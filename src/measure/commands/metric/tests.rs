//! Readers of figures, with outputs of the real libraries where a registry has them (see the fixtures' README).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

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
        ("METRIC rate=1,234 MB/s", "rate", 1.234e9, Unit::Rate),
        ("METRIC ops=10 ops/s", "ops", 10.0, Unit::Rate),
        ("METRIC ops=2 Mops/ms", "ops", 2e9, Unit::Rate),
        ("METRIC t=3 usec", "t", 3e3, Unit::Time),
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
        "METRIC a=info",
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
            "goos: linux\nBenchmarkParse/small-8   \t    1000\t      1234 ns/op",
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
        all("BenchmarkX one 2 MB/s\ntime: [a]\ntest x ... ok\nName (time in us) Min\n\nhello 3"),
        []
    );
    // Lines of our own count before all others.
    assert_eq!(
        one("test b ... bench: 12 ns/iter (+/- 1)\nMETRIC a=1").0,
        "a"
    );
}

#[test]
fn a_value_that_tells_nothing_is_read_and_known_as_such() {
    for text in [
        "0",
        "0.0ms",
        "-1",
        "-0.5ms",
        "nan",
        "NaN ms",
        "inf",
        "-Infinity",
        "1e999",
        "∞",
    ] {
        let said = all(&format!("METRIC a={text}"));
        assert_eq!(said.len(), 1, "{text}");
        assert!(!said[0].is_usable(), "{text}: {said:?}");
    }
    assert!(all("METRIC a=1e-3")[0].is_usable());
}

/// What is read of an output, by name, each once: nanoseconds, bytes, a second's worth, or as it was written.
fn read(text: &str) -> Vec<(String, f64, Unit)> {
    let figures = each(&all(text)).into_iter();
    figures.map(|f| (f.name, f.value, f.unit)).collect()
}

/// The output of a library, and what it says.
macro_rules! golden {
    ($file:literal, $wanted:expr) => {{
        let text = include_str!(concat!(
            "../../../../tests/fixtures/benches/",
            $file,
            ".txt"
        ));
        let wanted: &[(&str, f64, Unit)] = &$wanted;
        let read = read(text);
        let names: Vec<&str> = read.iter().map(|r| r.0.as_str()).collect();
        let expected: Vec<&str> = wanted.iter().map(|w| w.0).collect();
        assert_eq!(names, expected, $file);
        for ((name, value, unit), wanted) in read.iter().zip(wanted) {
            assert_eq!(*unit, wanted.2, "{}: {name}", $file);
            let near = (value - wanted.1).abs() <= 1e-9 * wanted.1;
            assert!(
                near || (value.is_nan() && wanted.1.is_nan()),
                "{}: {name}: {value}",
                $file
            );
        }
    }};
}

#[test]
fn outputs_of_pythons_libraries_are_read_whole() {
    golden!(
        "pytest_benchmark",
        [
            ("test_plain", 296.9999, Unit::Time),
            ("test_join[a few parts]", 1522.9998, Unit::Time),
            ("test_join[many parts 12 (slow)]", 26188.9982, Unit::Time),
        ]
    );
    golden!(
        "pyperf",
        [
            ("fib of ten", 12.9e3, Unit::Time),
            ("fib of twelve", 31.8e3, Unit::Time),
        ]
    );
    golden!("pyperf_timeit", [("pyperf", 1.24e3, Unit::Time)]);
    golden!(
        "timeit",
        [
            ("timeit", 679.0, Unit::Time),
            ("timeit 2", 6.55e3, Unit::Time),
        ]
    );
    golden!("ipython", [("timeit", 679.0, Unit::Time)]);
    golden!(
        "asv",
        [
            ("lists.Sort.time_sort(10)", 787.0, Unit::Time),
            ("lists.Sort.time_sort(1000)", 6.04e3, Unit::Time),
            ("lists.Two.time_both(10, up)", 1.64e3, Unit::Time),
            ("lists.Two.time_both(10, down)", 975.0, Unit::Time),
            ("lists.Two.time_both(100, up)", 2.05e3, Unit::Time),
            ("lists.Two.time_both(100, down)", 3.53e3, Unit::Time),
            ("lists.peakmem_big", 31.2e6, Unit::Bytes),
            ("lists.time_sum", 26.9e3, Unit::Time),
            ("lists.track_size", 42.0, Unit::Plain),
        ]
    );
}

#[test]
fn outputs_of_javascripts_libraries_are_read_whole() {
    golden!(
        "benchmark_js",
        [
            ("RegExp x test", 37_343_345.0, Unit::Rate),
            ("String#indexOf with blanks", 772_818_938.0, Unit::Rate),
        ]
    );
    golden!(
        "tinybench",
        [
            ("a fast task", 59.77, Unit::Time),
            ("it's slow", 8709.4, Unit::Time),
        ]
    );
    golden!(
        "mitata",
        [
            ("fib of 5", 88.48, Unit::Time),
            ("fib(10)", 880.66, Unit::Time),
        ]
    );
    golden!(
        "vitest",
        [
            ("fib of 5", 5_508_685.43, Unit::Rate),
            ("fib(10)", 813_952.89, Unit::Rate),
            (
                "sum.bench.js > large ones > fib of 5",
                53_794.82,
                Unit::Rate
            ),
        ]
    );
    // Other versions of tinybench have other columns, and a row may stand alone.
    let older = "│ (index) │ Task Name │ ops/sec │ Average Time (ns) │ Margin │\n│ 0 │ 'a b' │ '41,621' │ 24025.79 │ '±20.50%' │";
    assert_eq!(read(older), [("a b".to_owned(), 24025.79, Unit::Time)]);
    let alone = "│ 0 │ 'count' │ '123.45 ± 0.5%' │ '8100445 ± 0.4%' │ 64 │";
    assert_eq!(read(alone), [("count".to_owned(), 123.45, Unit::Time)]);
}

#[test]
fn outputs_of_compiled_languages_libraries_are_read_whole() {
    golden!(
        "criterion",
        [
            ("fib of 5", 26.251, Unit::Time),
            (
                "group with blanks/fib of ten and a long name",
                1300.0,
                Unit::Time
            ),
        ]
    );
    golden!(
        "divan",
        [
            ("plain", 0.657, Unit::Time),
            ("with_args/5", 12.9, Unit::Time),
            ("with_args/10", 155.3, Unit::Time),
            ("inner/a name with blanks", 1.31e6, Unit::Time),
        ]
    );
    golden!(
        "libtest",
        [
            ("parse::long_input", 1234.56, Unit::Time),
            ("parse::short", 123.0, Unit::Time),
        ]
    );
    golden!(
        "go",
        [
            ("BenchmarkFib/small_one", 145.2, Unit::Time),
            ("BenchmarkFib/small_one MB/s", 440.92e6, Unit::Rate),
            ("BenchmarkFib/small_one B/op", 64.0, Unit::Bytes),
            ("BenchmarkFib/small_one allocs/op", 1.0, Unit::Plain),
            ("BenchmarkFib/large_one", 689.9, Unit::Time),
            ("BenchmarkFib/large_one MB/s", 92.77e6, Unit::Rate),
            ("BenchmarkFib/large_one B/op", 64.0, Unit::Bytes),
            ("BenchmarkFib/large_one allocs/op", 1.0, Unit::Plain),
        ]
    );
    golden!(
        "google_benchmark",
        [
            ("fib of five", 1092.0, Unit::Time),
            ("fib/8", 4811.0, Unit::Time),
            ("fib/10", 11966.0, Unit::Time),
        ]
    );
    golden!(
        "jmh",
        [
            ("Lists.sort(10)", 123.0, Unit::Time),
            ("Lists.sort(1000)", 12310.0, Unit::Time),
            ("Lists.sort:gc.alloc.rate(1000)", 512.5e6, Unit::Rate),
            ("Lists.sum", 1_234_500.0, Unit::Rate),
            ("Lists.once", 45.6e6, Unit::Time),
            ("Lists.nothing", f64::NAN, Unit::Time),
        ]
    );
}

#[test]
fn outputs_that_time_commands_and_our_own_lines_are_read_whole() {
    golden!(
        "hyperfine",
        [
            ("./run --fast 'a: b'", 10.1e6, Unit::Time),
            ("./run --slow", 1.204e9, Unit::Time),
        ]
    );
    golden!(
        "metric",
        [
            ("parse a file", 13e6, Unit::Time),
            ("peak", 3.0 * 1024.0 * 1024.0, Unit::Bytes),
            ("rate", 1500.0, Unit::Rate),
            ("steps", 42.0, Unit::Plain),
        ]
    );
}

#[test]
fn rows_about_repetitions_are_told_from_benchmarks_with_such_names() {
    let head = "Benchmark            Time             CPU   Iterations\n";
    let row = |name: &str, times: u32| format!("{name}  10 ns  9 ns  {times}\n");
    let names = |text: &str| read(text).into_iter().map(|r| r.0).collect::<Vec<_>>();
    let own = [
        row("BM_geo_mean", 500),
        row("BM_geo_median", 400),
        row("BM_geo_stddev", 300),
    ];
    assert_eq!(
        names(&(head.to_owned() + &own.concat())),
        ["BM_geo_mean", "BM_geo_median", "BM_geo_stddev"]
    );
    let repeated = [
        row("BM_sort", 500),
        row("BM_sort", 500),
        row("BM_sort_mean", 2),
        row("BM_sort_median", 2),
        row("BM_sort_stddev", 2),
    ];
    assert_eq!(
        names(&(head.to_owned() + &repeated.concat())),
        ["BM_sort", "BM_sort_median"]
    );
}

#[test]
fn what_is_better_of_a_figure_is_known_or_left_open() {
    let better = |text: &str, at: usize| all(text)[at].more_is_better();
    assert_eq!(better("METRIC a=1ms", 0), Some(false));
    assert_eq!(better("METRIC a=1 MB", 0), Some(false));
    assert_eq!(better("METRIC a=1 ops/s", 0), Some(true));
    assert_eq!(better("METRIC a=1", 0), None);
    assert_eq!(
        better("BenchmarkA-2 10 5 ns/op 3 allocs/op", 1),
        Some(false)
    );
    let jmh = "Benchmark  Mode  Cnt  Score  Units\nA.f:gc.alloc.rate  thrpt  5  512.5  MB/sec\n";
    assert_eq!(better(jmh, 0), None);
}

/// Outputs of many lines, and of long ones: a slow reading of these would not end within the test's time.
#[test]
fn large_outputs_are_read_in_time_that_grows_as_they_do() {
    let lines = 100_000;
    let many = |line: &dyn Fn(usize) -> String| (0..lines).map(line).collect::<String>();
    let metrics = many(&|i| format!("METRIC a{i}={i}\n"));
    assert_eq!(each(&all(&metrics)).len(), lines);
    let loops = many(&|_| "20 loops, best of 5: 12.3 usec per loop\n".to_owned());
    assert_eq!(each(&all(&loops)).len(), lines);
    let vitest = "name  hz  mean\n".to_owned() + &many(&|i| format!("· a{i}  1.0  2.0\n"));
    assert_eq!(each(&all(&vitest)).len(), lines);
    let long = format!("name  hz  mean\n· a {}  1.0  2.0\n", "  x".repeat(lines));
    assert_eq!(all(&long).len(), 1);
}

//! Figures against the truth, a row a program: `cargo bench --bench memory`.
//!
//! Beside ours stands what people use: the largest resident set that `/usr/bin/time -v` reports, and a sampler that reads
//! the resident set of the process it started once a millisecond. The programs say themselves what they use
//! (`tests/truth/truth.c`). Prints Markdown.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use reheat::sandbox::{RunVerdict, Sandbox, Settings};

#[path = "../tests/it/support/truth.rs"]
#[allow(dead_code)]
mod truth;
use truth::{MIB, Measured, Truth};

const PROGRAMS: [(&str, &str); 7] = [
    ("touch", "100 MiB touched"),
    ("parent-child", "parent of 50, child of 200"),
    ("two", "two of 100 at a time"),
    ("shared", "100 shared by four forks"),
    ("memfd", "100 in a file in memory"),
    ("file", "a file of 80 written (buffer: 1)"),
    ("daemon", "a daemon of 200"),
];

fn open(forbid: &[&str]) -> Sandbox {
    let settings = Settings {
        launcher: Some(env!("CARGO_BIN_EXE_reheat").into()),
        unsafe_no_isolation: false,
    };
    Sandbox::open_without(&settings, forbid).unwrap()
}

/// The largest resident set as `/usr/bin/time -v` tells it, in bytes.
fn by_time(argv: &[String]) -> Option<f64> {
    let output = Command::new("/usr/bin/time")
        .arg("-v")
        .args(argv)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = said
        .lines()
        .find(|l| l.contains("Maximum resident set size"))?;
    let kib: f64 = line.rsplit(' ').next()?.trim().parse().ok()?;
    Some(kib * 1024.0)
}

/// The largest resident set and the area under it, of the process itself, read once a millisecond.
fn by_resident_set(argv: &[String]) -> (f64, f64) {
    let mut child = Command::new(&argv[0])
        .args(&argv[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let (mut most, mut area) = (0.0_f64, 0.0);
    let mut last = (std::time::Instant::now(), 0.0);
    while child.try_wait().unwrap().is_none() {
        let statm =
            std::fs::read_to_string(format!("/proc/{}/statm", child.id())).unwrap_or_default();
        let pages: f64 = statm
            .split_whitespace()
            .nth(1)
            .and_then(|w| w.parse().ok())
            .unwrap_or(0.0);
        let bytes = pages * rustix::param::page_size() as f64;
        most = most.max(bytes);
        let now = std::time::Instant::now();
        area += (now - last.0).as_nanos() as f64 * (bytes + last.1) / 2.0;
        last = (now, bytes);
        std::thread::sleep(Duration::from_millis(1));
    }
    (most, area)
}

/// Ours in MiB, or the range where only that is known.
fn ours(m: &Measured) -> String {
    if m.outcome.verdict != RunVerdict::Ok {
        return "refused".to_owned();
    }
    match (m.outcome.peak.low, m.outcome.peak.high) {
        (Some(low), Some(high)) => {
            format!("{:.1} to {:.1}", low.0 as f64 / MIB, high.0 as f64 / MIB)
        }
        _ => format!("{:.1}", m.outcome.peak.bytes.0 as f64 / MIB),
    }
}

fn error(got: f64, wanted: f64) -> String {
    format!("{:+.1} %", (got / wanted - 1.0) * 100.0)
}

fn main() {
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    let Some(truth) = Truth::compile() else {
        println!("skipped: needs gcc");
        return;
    };
    if !Path::new("/usr/bin/time").exists() {
        println!("(/usr/bin/time is not installed)");
    }
    let (mut full, mut bare) = (open(&[]), open(&["cgroup"]));
    println!(
        "| peak, MiB | truth | reheat | error | without a cgroup | time -v | error | 1 ms RSS | error |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for (name, label) in PROGRAMS {
        let argv = [truth.path().display().to_string(), name.to_owned()];
        let m = truth.measure(&mut full, name);
        let without = truth.measure(&mut bare, name);
        row(
            label,
            m.said("peak") + m.said("base"),
            &m,
            Some(&without),
            &argv,
        );
    }
    for resting in truth::at_rest().into_iter().flatten() {
        let m = truth::run(&mut full, &resting.program);
        let without = truth::run(&mut bare, &resting.program);
        row(
            resting.name,
            m.said("peak"),
            &m,
            Some(&without),
            &resting.bare,
        );
    }

    println!(
        "\n| figure | truth | reheat | error | without a cgroup | other | error |\n|---|---|---|---|---|---|---|"
    );
    let argv = [truth.path().display().to_string(), "steps".to_owned()];
    let area = |m: &Measured| m.outcome.integral.0 - m.said("base") * m.outcome.wall.0 as f64;
    let (m, without) = (
        truth.measure(&mut full, "steps"),
        truth.measure(&mut bare, "steps"),
    );
    let (_, rss) = by_resident_set(&argv);
    println!(
        "| integral of steps, MiB·s | {:.2} | {:.2} | {} | {} | 1 ms RSS: {:.2} | {} |",
        m.said("integral") / MIB / 1e9,
        area(&m) / MIB / 1e9,
        error(area(&m), m.said("integral")),
        error(area(&without), without.said("integral")),
        rss / MIB / 1e9,
        error(rss, m.said("integral")),
    );
    for (name, label) in [
        ("spin", "CPU of a spin, ms"),
        ("spin-three", "CPU of three, ms"),
        ("daemon", "CPU of a daemon, ms"),
    ] {
        let (m, without) = (
            truth.measure(&mut full, name),
            truth.measure(&mut bare, name),
        );
        let other = by_time_cpu(&[truth.path().display().to_string(), name.to_owned()]);
        println!(
            "| {label} | {:.1} | {:.1} | {} | {} | time -v: {} | {} |",
            m.said("cpu") / 1e6,
            m.outcome.cpu.0 as f64 / 1e6,
            error(m.outcome.cpu.0 as f64, m.said("cpu")),
            error(without.outcome.cpu.0 as f64, without.said("cpu")),
            other.map_or("–".into(), |s| format!("{:.0}", s * 1e3)),
            other.map_or("–".into(), |s| error(s * 1e9, m.said("cpu"))),
        );
    }
    let mut beyond = |name: &str, figure: fn(&Measured) -> f64| {
        let mut all: Vec<f64> = (0..40)
            .map(|_| {
                let m = truth.measure(&mut full, name);
                (figure(&m) - m.said("wall")) / 1e6
            })
            .collect();
        all.sort_by(f64::total_cmp);
        all[20]
    };
    let (mine, parent) = (
        beyond("clock", |m| m.outcome.wall.0 as f64),
        beyond("clocked", |m| m.said("outer")),
    );
    println!(
        "| wall beyond what the program itself sees, ms (median of 40) | {parent:.2} by a parent in C | {mine:.2} | {:+.2} ms | | | |",
        mine - parent
    );
}

fn row(label: &str, wanted: f64, m: &Measured, without: Option<&Measured>, argv: &[String]) {
    let time = by_time(argv);
    let (rss, _) = by_resident_set(argv);
    println!(
        "| {label} | {:.1} | {} | {} | {} | {} | {} | {:.1} | {} |",
        wanted / MIB,
        ours(m),
        error(m.outcome.peak.bytes.0 as f64, wanted),
        without.map_or("–".into(), ours),
        time.map_or("–".into(), |t| format!("{:.1}", t / MIB)),
        time.map_or("–".into(), |t| error(t, wanted)),
        rss / MIB,
        error(rss, wanted),
    );
}

/// User and system time as `/usr/bin/time -v` tells them, in seconds.
fn by_time_cpu(argv: &[String]) -> Option<f64> {
    let output = Command::new("/usr/bin/time")
        .args(["-f", "%U %S"])
        .args(argv)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let times: Vec<f64> = said
        .lines()
        .last()?
        .split(' ')
        .filter_map(|w| w.parse().ok())
        .collect();
    (times.len() == 2).then(|| times.iter().sum())
}

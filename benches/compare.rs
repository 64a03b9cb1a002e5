//! How far a comparison can be trusted, and what it costs: `cargo bench --bench compare`. Prints Markdown.
//!
//! Two copies of one program (false alarms), and an old one with 2, 5 and 20 % more work (how often and after how many
//! pairs that is found; what a process costs by itself makes the whole gain a little less). Each beside what people do
//! by hand: the mean of ten runs of each, and hyperfine's ten runs with ranges of ± σ that do not touch.
//! `REHEAT_BENCH_COMPARISONS=20` makes it shorter.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reheat::base::units::Nanos;
use reheat::measure::stats::{Rules, Sequential, median};
use reheat::measure::{
    Answer, Built, ComparisonPlan, Contender, Contest, ContestOutcome, Evaluation, Judge, Progress,
};
use reheat::sandbox::{CancelToken, Limits, Settings};
use reheat::task::{Case, Checker, Languages, Objective, Source, Task, Workload};

/// Work of the incumbent: about five milliseconds.
const LOOPS: u64 = 2_400_000;

/// The smallest effect that matters, by hand too.
const MATTERS: f64 = 1.01;

fn main() {
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    let comparisons = std::env::var("REHEAT_BENCH_COMPARISONS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(200_usize);
    statistics();
    let mut bench = match Bench::open() {
        Ok(bench) => bench,
        Err(why) => {
            println!("skipped: needs a C compiler and a sandbox ({why})");
            return;
        }
    };
    println!(
        "one run takes about {}; hyperfine: {}\n",
        bench.baseline.figures.wall_ns,
        if bench.hyperfine {
            "installed"
        } else {
            "not installed"
        }
    );
    println!(
        "| truth | comparisons | better | worse | the same | not better | undecided | pairs, median | time, median | estimate | mean of ten | hyperfine ± σ | own cost a run |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    for (label, truth, share) in [
        ("two copies", 1.0, 1),
        ("20 % more work in the old one", 1.2, 4),
        ("5 % more work", 1.05, 4),
        ("2 % more work", 1.02, 4),
    ] {
        bench.line(label, truth, comparisons.div_ceil(share));
    }
}

/// What the statistics cost, without any run.
fn statistics() {
    let started = Instant::now();
    let rounds = 50;
    for round in 0..rounds {
        let mut run = Sequential::new(Rules::default());
        for i in 0..200_u32 {
            run.push(f64::from((i * 7919 + round) % 101) / 500.0 - 0.1);
        }
    }
    println!(
        "statistics of 200 pairs with all looks: {}",
        Nanos::from(started.elapsed() / rounds)
    );
}

struct Bench {
    judge: Judge,
    task: Task,
    cancel: CancelToken,
    baseline: Evaluation,
    hyperfine: bool,
}

/// What one rule by hand says: ratio of the means, and whether the ranges of ± σ do not touch.
struct ByHand {
    ratio: f64,
    apart: bool,
}

impl ByHand {
    fn of(old: (f64, f64), new: (f64, f64)) -> Self {
        Self {
            ratio: old.0 / new.0,
            apart: (old.0 - new.0).abs() > old.1 + new.1,
        }
    }

    /// Whether the programs are said to differ: in the right direction, where there is one.
    fn differs(&self, truth: f64) -> bool {
        if truth > 1.0 {
            self.ratio >= MATTERS
        } else {
            !(1.0 / MATTERS..MATTERS).contains(&self.ratio)
        }
    }
}

impl Bench {
    fn open() -> Result<Self, String> {
        let languages = Languages::load(None).map_err(|e| e.to_string())?;
        let launcher = PathBuf::from(env!("CARGO_BIN_EXE_reheat"));
        let settings = Settings {
            launcher: Some(launcher),
            unsafe_no_isolation: false,
        };
        let mut judge = Judge::open(settings, None).map_err(|e| e.to_string())?;
        let task = task(&languages)?;
        let cancel = CancelToken::new();
        let built = judge
            .build(&busy(LOOPS, 0), &task.language, None, &cancel, &mut |_| {})
            .map_err(|e| e.to_string())?;
        let baseline = judge
            .evaluate(&built, &task, &cancel, &mut |_| {})
            .map_err(|e| e.to_string())?;
        let hyperfine = Command::new("hyperfine").arg("--version").output().is_ok();
        Ok(Self {
            judge,
            task,
            cancel,
            baseline,
            hyperfine,
        })
    }

    fn line(&mut self, label: &str, truth: f64, comparisons: usize) {
        let mut answers = Vec::new();
        let (mut pairs, mut gains, mut costs, mut times) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut mean_of_ten, mut hyperfine) = (0, 0);
        for i in 0..comparisons {
            let old = self.ready(&busy(LOOPS, 2 * i));
            let new = self.ready(&busy((LOOPS as f64 / truth) as u64, 2 * i + 1));
            let contender = |name, (built, evaluation)| Contender {
                name,
                built,
                evaluation,
            };
            let (a, b) = (
                contender("old", (&old.0, &old.1)),
                contender("new", (&new.0, &new.1)),
            );
            let (mut wall, mut sweeps) = (0.0, 0.0);
            let started = Instant::now();
            let plan = ComparisonPlan::new(Objective::Time, Duration::from_secs(30));
            let contest = Contest::new(a, b, &self.task, &plan);
            let contested = self.judge.contest(&contest, &self.cancel, &mut |p| {
                if let Progress::Paired {
                    incumbent,
                    candidate,
                    ..
                } = p
                {
                    wall += (incumbent.wall_ns + candidate.wall_ns).0 as f64;
                    sweeps += 1.0;
                }
            });
            let elapsed = started.elapsed().as_nanos() as f64;
            let Ok(ContestOutcome::Done { comparison: c, .. }) = contested else {
                panic!("{contested:?}")
            };
            // What a pair took beyond the programs' own wall time, shared among its runs.
            costs.push((elapsed - wall * c.repeats as f64) / (2.0 * c.repeats as f64 * sweeps));
            times.push(elapsed);
            answers.push(c.answer);
            pairs.push(sweeps);
            gains.push(c.gain.0);
            let (old, new) = (product(&old.0), product(&new.0));
            mean_of_ten += usize::from(ByHand::of(ten(&old), ten(&new)).differs(truth));
            if self.hyperfine {
                let said = by_hyperfine(&old, &new);
                hyperfine += usize::from(said.apart && said.differs(truth));
            }
        }
        let count = |answer: Answer| answers.iter().filter(|a| **a == answer).count();
        let word = if truth > 1.0 { "found" } else { "wrong" };
        println!(
            "| {label} | {comparisons} | {} | {} | {} | {} | {} | {:.0} | {} | {:.3}× | {mean_of_ten} {word} | {} | {} |",
            count(Answer::Better),
            count(Answer::Worse),
            count(Answer::NoDifference),
            count(Answer::NotBetter),
            count(Answer::Undecided),
            median(&mut pairs).unwrap(),
            Nanos(median(&mut times).unwrap() as u64),
            median(&mut gains).unwrap(),
            if self.hyperfine {
                format!("{hyperfine} {word}")
            } else {
                "–".to_owned()
            },
            Nanos(median(&mut costs).unwrap().max(0.0) as u64),
        );
    }

    fn ready(&mut self, source: &Source) -> (Built, Evaluation) {
        let language = self.task.language.clone();
        let built = self
            .judge
            .build(source, &language, None, &self.cancel, &mut |_| {})
            .unwrap();
        let mut evaluation = self
            .judge
            .evaluate(&built, &self.task, &self.cancel, &mut |_| {})
            .unwrap();
        evaluation.floor = self.judge.floor(&language, None, &self.cancel).unwrap();
        (built, evaluation)
    }
}

fn task(languages: &Languages) -> Result<Task, String> {
    Ok(Task {
        name: "busy".into(),
        title: String::new(),
        kind: None,
        statement: String::new(),
        language: languages.get("c").ok_or("no language c")?,
        tool: None,
        source: None,
        objective: Objective::Time,
        limits: Limits::default(),
        build: Limits::for_builds(),
        path: None,
        region: None,
        harness: reheat::task::Harness::default(),
        project: reheat::task::Project::default(),
        check: None,
        read: Vec::new(),
        ok_status: Default::default(),
        checker: Checker::Tokens,
        workload: Workload {
            cases: vec![Case {
                name: "1".into(),
                input: Arc::from(&b""[..]),
                expected: Some(Arc::from(&b"done\n"[..])),
                status: None,
                held_out: false,
            }],
            ..Workload::default()
        },
        args: Vec::new(),
        files: Vec::new(),
        references: Vec::new(),
        notes: Vec::new(),
        tape: None,
    })
}

/// The file that was built.
fn product(built: &Built) -> PathBuf {
    built.mounts.last().unwrap().host.clone()
}

/// Mean and standard deviation of ten runs in a row, in nanoseconds, as a script would take them.
fn ten(program: &Path) -> (f64, f64) {
    let times: Vec<f64> = (0..10)
        .map(|_| {
            let started = Instant::now();
            let status = Command::new(program).stdout(Stdio::null()).status();
            assert!(status.unwrap().success());
            started.elapsed().as_nanos() as f64
        })
        .collect();
    let mean = times.iter().sum::<f64>() / 10.0;
    let variance = times.iter().map(|t| (t - mean).powi(2)).sum::<f64>() / 9.0;
    (mean, variance.sqrt())
}

/// The same by hyperfine.
fn by_hyperfine(old: &Path, new: &Path) -> ByHand {
    let file = tempfile::NamedTempFile::new().unwrap();
    let status = Command::new("hyperfine")
        .args([
            "-N",
            "--warmup",
            "1",
            "--runs",
            "10",
            "--style",
            "none",
            "--export-json",
        ])
        .arg(file.path())
        .args([old, new])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(status.unwrap().success());
    let said: serde_json::Value =
        serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap();
    let of = |i: usize| {
        let r = &said["results"][i];
        (r["mean"].as_f64().unwrap(), r["stddev"].as_f64().unwrap())
    };
    ByHand::of(of(0), of(1))
}

/// A program that is busy for so many loops; the number makes copies differ as texts, not as programs.
fn busy(loops: u64, number: usize) -> Source {
    let text = format!(
        "#include <stdio.h>\n/* copy {} */\nint main(void) {{ volatile unsigned x = 1; for (unsigned long i = 0; i < {loops}UL; i++) x = x * 1664525u + 1013904223u; puts(\"done\"); return 0; }}\n",
        number % 2
    );
    Source {
        file_name: "main.c".into(),
        text: text.into(),
    }
}

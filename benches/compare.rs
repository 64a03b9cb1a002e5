//! How far a comparison can be trusted, and what it costs: `cargo bench --bench compare`.
//!
//! Two copies of one program (false alarms), a true 20 % and a true 5 % (pairs until they are found), each beside
//! the rule that people use by hand: the mean of ten runs of each. `REHEAT_BENCH_COMPARISONS=20` makes it shorter.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reheat::measure::stats::{Rules, Sequential, median};
use reheat::measure::{Answer, Compared, Contender, Evaluation, Judge, Plan, Progress};
use reheat::sandbox::{Control, Settings};
use reheat::task::{Case, Checker, Languages, Limits, Objective, Source, Task, Workload};
use reheat::units::Nanos;

/// Time of the incumbent, about; long enough to drown the start of a process.
const LOOPS: u64 = 12_000_000;

fn main() {
    let comparisons = std::env::var("REHEAT_BENCH_COMPARISONS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(100_usize);
    statistics();
    let mut bench = match Bench::open() {
        Ok(bench) => bench,
        Err(why) => {
            println!("skipped: needs a C compiler and a sandbox ({why})");
            return;
        }
    };
    println!(
        "\n{comparisons} comparisons a line, one run takes about {}",
        bench.run_time()
    );
    println!(
        "{:<22} {:>7} {:>6} {:>6} {:>8} {:>6} {:>10} {:>9} {:>12} {:>14}",
        "truth",
        "better",
        "worse",
        "same",
        "≤",
        "?",
        "pairs",
        "estimate",
        "mean of ten",
        "own cost/run"
    );
    for (label, share) in [
        ("two copies", 1.0),
        ("20 % faster", 1.2),
        ("5 % faster", 1.05),
    ] {
        bench.line(
            label,
            share,
            if share > 1.1 {
                comparisons.div_ceil(2)
            } else {
                comparisons
            },
        );
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
        "statistics of 200 pairs with all nine looks: {}",
        Nanos::from(started.elapsed() / rounds)
    );
}

struct Bench {
    judge: Judge,
    task: Task,
    control: Control,
    baseline: Evaluation,
}

impl Bench {
    fn open() -> Result<Self, String> {
        let languages = Languages::load(None).map_err(|e| e.to_string())?;
        let launcher = PathBuf::from(env!("CARGO_BIN_EXE_reheat"));
        let mut judge = Judge::open(
            Settings {
                launcher: Some(launcher),
                unsafe_no_isolation: false,
            },
            None,
        )
        .map_err(|e| e.to_string())?;
        let task = Task {
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
            read: Vec::new(),
            checker: Checker::Tokens,
            workload: Workload {
                cases: vec![Case {
                    name: "1".into(),
                    input: Arc::from(&b""[..]),
                    expected: Some(Arc::from(&b"done\n"[..])),
                    held_out: false,
                }],
                ..Workload::default()
            },
            args: Vec::new(),
            files: Vec::new(),
            references: Vec::new(),
            notes: Vec::new(),
            tape: None,
        };
        let control = Control::new();
        let built = judge
            .build(&busy(LOOPS, 0), &task.language, None, &control, &mut |_| {})
            .map_err(|e| e.to_string())?;
        let baseline = judge
            .evaluate(&built, &task, &control, &mut |_| {})
            .map_err(|e| e.to_string())?;
        Ok(Self {
            judge,
            task,
            control,
            baseline,
        })
    }

    fn run_time(&self) -> Nanos {
        self.baseline.figures.wall_ns
    }

    fn line(&mut self, label: &str, truth: f64, comparisons: usize) {
        let mut answers = Vec::new();
        let (mut pairs, mut errors, mut costs) = (Vec::new(), Vec::new(), Vec::new());
        let mut naive = 0;
        for i in 0..comparisons {
            let old = self.ready(&busy(LOOPS, 2 * i));
            let new = self.ready(&busy((LOOPS as f64 / truth) as u64, 2 * i + 1));
            let contender = |name, (built, evaluation)| Contender {
                name,
                built,
                evaluation,
            };
            let (old, new) = (
                contender("old", (&old.0, &old.1)),
                contender("new", (&new.0, &new.1)),
            );
            let mut ten = (0.0, 0.0);
            let mut busy_ns = 0.0;
            let mut runs = 0_u32;
            let started = Instant::now();
            let compared = self.judge.compare(
                &old,
                &new,
                &self.baseline,
                &self.task,
                &Plan::new(Objective::Time, Duration::from_secs(30)),
                &self.control,
                &mut |p| {
                    if let Progress::Paired {
                        pairs,
                        incumbent,
                        candidate,
                        ..
                    } = p
                    {
                        busy_ns += (incumbent.wall_ns + candidate.wall_ns).0 as f64;
                        runs += 2;
                        if pairs <= 10 {
                            ten = (
                                ten.0 + incumbent.wall_ns.0 as f64,
                                ten.1 + candidate.wall_ns.0 as f64,
                            );
                        }
                    }
                },
            );
            let elapsed = started.elapsed().as_nanos() as f64;
            let Ok(Compared::Done(c)) = compared else {
                panic!("{compared:?}")
            };
            // By hand: "the mean of ten is lower" by at least the same smallest effect.
            let ratio = ten.0 / ten.1;
            naive += usize::from(if truth > 1.0 {
                ratio >= 1.01
            } else {
                !(1.0 / 1.01..1.01).contains(&ratio)
            });
            // The warm-up was one pair more.
            costs.push(
                (elapsed - busy_ns * f64::from(runs + 2) / f64::from(runs.max(1)))
                    / f64::from(runs + 2),
            );
            answers.push(c.answer);
            pairs.push(c.pairs as f64);
            errors.push(c.gain.0);
        }
        let count = |answer: Answer| answers.iter().filter(|a| **a == answer).count();
        println!(
            "{label:<22} {:>7} {:>6} {:>6} {:>8} {:>6} {:>10} {:>8.3}× {:>12} {:>14}",
            count(Answer::Better),
            count(Answer::Worse),
            count(Answer::NoDifference),
            count(Answer::NotBetter),
            count(Answer::Undecided),
            median(&mut pairs).unwrap(),
            median(&mut errors).unwrap(),
            format!("{naive} {}", if truth > 1.0 { "found" } else { "wrong" }),
            Nanos(median(&mut costs).unwrap().max(0.0) as u64).to_string(),
        );
    }

    fn ready(&mut self, source: &Source) -> (reheat::measure::Built, Evaluation) {
        let built = self
            .judge
            .build(
                source,
                &self.task.language,
                None,
                &self.control,
                &mut |_| {},
            )
            .unwrap();
        let evaluation = self
            .judge
            .evaluate(&built, &self.task, &self.control, &mut |_| {})
            .unwrap();
        (built, evaluation)
    }
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

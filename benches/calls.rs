//! How far the timing of calls can be trusted, and how quick it is: `cargo bench --bench calls`. Prints Markdown.
//!
//! Functions of real packages, each with a version that somebody has made faster or means to have, beside what people do by
//! hand: a timer in one process that runs both in turn, and separate processes in the manner of pyperf. Then functions against
//! themselves: `REHEAT_BENCH_SAME=200` says how often (default 20).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "calls/functions.rs"]
mod functions;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use functions::{FUNCTIONS, Function};
use reheat::measure::{
    Answer, Built, Comparison, ComparisonPlan, Contender, Contest, ContestOutcome, Evaluation,
    Judge, Progress,
};
use reheat::sandbox::{CancelToken, Settings};
use reheat::task::harness_spec::HarnessSpec;

use reheat::task::{Languages, Objective, Source, Task, TaskDefaults};

fn main() {
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    let same = std::env::var("REHEAT_BENCH_SAME")
        .ok()
        .and_then(|n| n.parse().ok());
    let only = std::env::var("REHEAT_BENCH_ONLY").ok();
    let wanted = |f: &&Function| only.as_ref().is_none_or(|o| f.name.contains(o.as_str()));
    let table = std::env::var("REHEAT_BENCH_TABLE").map_or(true, |said| said != "no");
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load at the start: {}\n", load.trim());
    println!(
        "| function | a pass | in one process | separate processes | Reheat | interval | answer | launches | first interval | time |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let mut all = Vec::new();
    for function in FUNCTIONS.iter().filter(wanted) {
        let Some(mut bench) = Bench::open(function) else {
            println!("| {} | skipped |", function.name);
            continue;
        };
        if !table {
            all.push(bench);
            continue;
        }
        let by_timer = bench.both(2.0);
        let apart = bench.apart();
        let (c, first, took) = bench.contest(&answer(function.new));
        println!(
            "| {} | {} | {by_timer:.3}× | {apart:.3}× | {:.3}× | {:.3}–{:.3} | {}{} | {} | {:.1} s | {:.1} s |",
            function.name,
            c.incumbent_figures.cpu_ns,
            c.gain.0,
            c.low.0,
            c.high.0,
            c.answer.in_words(),
            c.launches.as_ref().map_or("", |l| if l.charged.is_empty() {
                ""
            } else {
                ", charged"
            }),
            c.pairs,
            first.as_secs_f64(),
            took.as_secs_f64(),
        );
        if std::env::var_os("REHEAT_BENCH_RATIOS").is_some() {
            let percent = |all: &[f64]| -> Vec<i64> {
                let middle = c.gain.0.ln();
                all.iter().map(|r| ((r - middle) * 1000.0) as i64).collect()
            };
            println!(
                "  {:?} + {:?} (‰ of a launch from the gain), {:?}",
                percent(&c.log_ratios),
                percent(&c.confirming),
                c.launches
            );
        }
        all.push(bench);
    }
    let times: usize = same.unwrap_or(20);
    let (mut wrong, mut done, mut widths) = (0, 0, Vec::new());
    for i in 0..times {
        if all.is_empty() {
            break;
        }
        let at = i % all.len();
        let bench = &mut all[at];
        // The same code with another comment: another version, so that nothing is taken from memory.
        let own = bench.task.source.clone().unwrap().text;
        let text = if bench.function.python {
            format!("{}\n    # {i}\n", own.trim_end())
        } else {
            own.replacen('{', &format!("{{ // {i}\n"), 1)
        };
        let (c, _, _) = bench.contest(&text);
        done += 1;
        wrong += usize::from(matches!(c.answer, Answer::Better | Answer::Worse));
        widths.push((c.high.0 / c.low.0).sqrt() - 1.0);
        if done % 20 == 0 {
            println!("{done} tried, {wrong} better or worse");
        }
        let all = std::env::var_os("REHEAT_BENCH_RATIOS").is_some();
        if all || matches!(c.answer, Answer::Better | Answer::Worse) {
            println!(
                "{} against itself: {} {:.3} [{:.3}–{:.3}] {}",
                bench.function.name,
                c.answer.in_words(),
                c.gain.0,
                c.low.0,
                c.high.0,
                c.note
            );
        }
    }
    widths.sort_by(f64::total_cmp);
    let half = widths.get(widths.len() / 2).copied().unwrap_or(0.0);
    println!(
        "\nagainst themselves: {wrong} of {done} better or worse; half width, median: {:.1} %",
        half * 100.0
    );
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load at the end: {}", load.trim());
}

struct Bench {
    function: &'static Function,
    folder: tempfile::TempDir,
    judge: Judge,
    task: Task,
    cancel: CancelToken,
    old: (Built, Evaluation),
}

impl Bench {
    fn open(function: &'static Function) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let ending = if function.python { "py" } else { "js" };
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let file = write(&format!("module.{ending}"), function.old);
        write(&format!("new.{ending}"), function.new);
        let calls: Vec<String> = (function.calls)();
        let calls = write("calls.jsonl", &calls.join("\n"));
        let languages = Languages::load(None).unwrap();
        let aim = HarnessSpec {
            calls: Some(calls.display().to_string()),
            project: Some(folder.path().to_path_buf()),
            ..HarnessSpec::default()
        };
        let asked = PathBuf::from(format!("{}::{}", file.display(), function.called));
        let mut task = aim
            .task(&asked, false, None, &languages, &TaskDefaults::default())
            .unwrap();
        let cancel = CancelToken::new();
        let settings = Settings {
            launcher: Some(PathBuf::from(env!("CARGO_BIN_EXE_reheat"))),
            unsafe_no_isolation: false,
        };
        let mut judge = Judge::open(settings, None).ok()?;
        if let Err(why) = judge.complete_with_oracle(&mut task, &cancel, &mut |_| {}) {
            println!("{}: {why}", function.name);
            return None;
        }
        let source = task.source.clone().unwrap();
        let old = prepare(&mut judge, &task, &source, &cancel);
        Some(Self {
            function,
            folder,
            judge,
            task,
            cancel,
            old,
        })
    }

    fn contest(&mut self, text: &str) -> (Comparison, Duration, Duration) {
        let source = Source {
            text: Arc::from(text),
            ..self.task.source.clone().unwrap()
        };
        let new = prepare(&mut self.judge, &self.task, &source, &self.cancel);
        let contender = |name, (built, evaluation)| Contender {
            name,
            built,
            evaluation,
        };
        let started = Instant::now();
        let mut first = None;
        let plan = ComparisonPlan::new(Objective::Time, Duration::from_secs(20));
        let old = contender("old", (&self.old.0, &self.old.1));
        let new = contender("new", (&new.0, &new.1));
        let contest = Contest::new(old, new, &self.task, &plan);
        let contested = self.judge.contest(&contest, &self.cancel, &mut |p| {
            if matches!(p, Progress::Estimated { .. } | Progress::Looked { .. }) && first.is_none()
            {
                first = Some(started.elapsed());
            }
        });
        let took = started.elapsed();
        let Ok(ContestOutcome::Done { comparison, .. }) = contested else {
            panic!("{}: {contested:?}", self.function.name)
        };
        (comparison, first.unwrap_or(took), took)
    }

    fn timer(&self, args: &[&str]) -> f64 {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/calls");
        let (tool, script) = if self.function.python {
            ("python3", "timer.py")
        } else {
            ("node", "timer.cjs")
        };
        let output = Command::new(tool)
            .arg(here.join(script))
            .args(args)
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        said.trim()
            .parse()
            .unwrap_or_else(|_| panic!("{said}{}", String::from_utf8_lossy(&output.stderr)))
    }

    fn files(&self) -> [&'static str; 2] {
        if self.function.python {
            ["module.py", "new.py"]
        } else {
            ["module.js", "new.js"]
        }
    }

    fn both(&self, seconds: f64) -> f64 {
        let [old, new] = self.files();
        self.timer(&[
            "both",
            old,
            new,
            self.function.called,
            "calls.jsonl",
            &seconds.to_string(),
        ])
    }

    /// Six processes of each version, in turn.
    fn apart(&self) -> f64 {
        let [old, new] = self.files();
        let one =
            |file: &str| self.timer(&["one", file, self.function.called, "calls.jsonl", "0.2"]);
        let (mut a, mut b) = (0.0, 0.0);
        for _ in 0..6 {
            a += one(old);
            b += one(new);
        }
        a / b
    }
}

fn prepare(
    judge: &mut Judge,
    task: &Task,
    source: &Source,
    cancel: &CancelToken,
) -> (Built, Evaluation) {
    let built = judge.prepare(task, source, cancel, &mut |_| {}).unwrap();
    let evaluation = judge.evaluate(&built, task, cancel, &mut |_| {}).unwrap();
    assert!(evaluation.verdict.accepted(), "{:?}", evaluation.failure);
    (built, evaluation)
}

/// What a model answers: the function, with what it needs before it.
fn answer(text: &str) -> String {
    let text = text.replace("module.exports", "// module.exports");
    text.lines()
        .filter(|l| !l.starts_with("// module.exports"))
        .collect::<Vec<_>>()
        .join("\n")
}

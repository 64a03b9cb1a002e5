//! Whether the workbench keeps out of the way of what it measures: `cargo bench --features testing --bench quiet`. Prints Markdown.
//!
//! The same comparison again and again in one process, in turn with and without the real screen drawing in a real
//! pseudo-terminal (at the pace it keeps while something is timed) and a reply streaming in. What counts is the ratio of
//! the two gains, and of the two times: 1 if drawing and streaming change nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reheat::measure::stats::{hodges_lehmann, median};
use reheat::measure::{ComparisonPlan, Contender, Contest, ContestOutcome, Judge};
use reheat::sandbox::{CancelToken, Settings};
use reheat::task::load::TaskFlags;
use reheat::task::{Languages, Objective, Source};
use reheat::tui::testing::{
    App, Cause, Depth, FrameLimiter, Moment, Reply, Screen, Syntaxes, Tab, Theme, draw, session,
    take, work,
};

/// Where the child writes what it found: its own screen is in use.
const FOUND: &str = "REHEAT_BENCH_QUIET";

fn main() {
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    match std::env::var_os(FOUND) {
        Some(file) => std::fs::write(file, compare()).unwrap(),
        None => in_a_terminal(),
    }
}

/// Runs this very program again in a pseudo-terminal and prints what it found.
fn in_a_terminal() {
    let found = tempfile::NamedTempFile::new().unwrap();
    let size = portable_pty::PtySize {
        rows: 45,
        cols: 160,
        pixel_width: 0,
        pixel_height: 0,
    };
    let pair = portable_pty::native_pty_system().openpty(size).unwrap();
    let mut command = portable_pty::CommandBuilder::new(std::env::current_exe().unwrap());
    command.env(FOUND, found.path());
    command.env("TERM", "xterm-256color");
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let mut drawn = 0;
    let mut buffer = [0_u8; 65_536];
    while let Ok(n @ 1..) = reader.read(&mut buffer) {
        drawn += n;
    }
    assert!(child.wait().unwrap().success());
    print!("{}", std::fs::read_to_string(found.path()).unwrap());
    println!("({drawn} bytes were drawn)");
}

/// The screen and the streaming reply, each on a thread of its own, while `on`.
struct Workbench {
    on: Arc<AtomicBool>,
    over: Arc<AtomicBool>,
    frames: Arc<AtomicUsize>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl Workbench {
    fn start() -> Self {
        let on = Arc::new(AtomicBool::new(false));
        let over = Arc::new(AtomicBool::new(false));
        let frames = Arc::new(AtomicUsize::new(0));
        let flags = (on.clone(), over.clone(), frames.clone());
        let screen = std::thread::spawn(move || drawing(&flags.0, &flags.1, &flags.2));
        let flags = (on.clone(), over.clone());
        let stream = std::thread::spawn(move || streaming(&flags.0, &flags.1));
        Self {
            on,
            over,
            frames,
            threads: vec![screen, stream],
        }
    }
}

impl Drop for Workbench {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}

/// Something changes a hundred times a second; the screen draws when its pace allows.
fn drawing(on: &AtomicBool, over: &AtomicBool, frames: &AtomicUsize) {
    let session = session(Moment::Comparing);
    let mut screen = Screen::take().unwrap();
    let mut app = App::new(Theme::dark(Depth::True), None, session.last_at.unwrap());
    app.observe(&session);
    let mut grammars = None;
    let mut pace = FrameLimiter::default();
    while !over.load(Ordering::SeqCst) {
        std::thread::sleep(Duration::from_millis(10));
        let due = pace.wait(Cause::NewsWhileTiming, Instant::now()).is_zero();
        if !on.load(Ordering::SeqCst) || !due {
            continue;
        }
        // Another tab on every frame: far more to draw than a comparison ever changes.
        app.state.nav.tab = match app.state.nav.tab {
            None => Some(Tab::Diff),
            Some(_) => None,
        };
        let mut jobs = Vec::new();
        app.prepare(&session, &mut |job| jobs.push(job));
        for job in jobs {
            take(&mut app, &session, work(job, &mut grammars));
        }
        screen.draw(|f| drop(draw(f, &session, &app))).unwrap();
        pace.drawn(Instant::now());
        frames.fetch_add(1, Ordering::SeqCst);
    }
}

/// Fifty tokens a second are taken in and coloured.
fn streaming(on: &AtomicBool, over: &AtomicBool) {
    let grammars = Arc::new(Syntaxes::default());
    let text: String = (0..400)
        .map(|i| format!("    value_{i} = compute({i})\n"))
        .collect();
    let text = format!("Words first.\n\n```python\n{text}");
    let (mut reply, mut end) = (Reply::default(), 0);
    while !over.load(Ordering::SeqCst) {
        std::thread::sleep(Duration::from_millis(20));
        if on.load(Ordering::SeqCst) {
            end = if end + 5 > text.len() { 0 } else { end + 5 };
            reply.update((1, 0), &text[..end], 100, "python", Some(&grammars));
        }
    }
}

const PYTHON: &str = "n = int(input())\nt = 0\nfor i in range(n): t += i * i % 7\nprint(t)\n";

/// Comparisons in turn, quiet and busy; a table of what they gave.
fn compare() -> String {
    let rounds: usize = std::env::var("REHEAT_BENCH_COMPARISONS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(30);
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    write("old.py", PYTHON);
    write("cases.jsonl", "{\"input\": \"300000\\n\"}\n");
    let flags = TaskFlags {
        file: Some(dir.path().join("old.py")),
        cases: Some(dir.path().join("cases.jsonl")),
        ..TaskFlags::default()
    };
    let mut task = flags.load(&Languages::load(None).unwrap()).unwrap();
    let launcher = Some(PathBuf::from(env!("CARGO_BIN_EXE_reheat")));
    let settings = Settings {
        launcher,
        unsafe_no_isolation: false,
    };
    let mut judge = Judge::open(settings, None).unwrap();
    let cancel = CancelToken::new();
    judge
        .complete_with_oracle(&mut task, &cancel, &mut |_| {})
        .unwrap();
    let mut ready = |text: &str| {
        let source = Source {
            file_name: "main.py".into(),
            text: text.into(),
        };
        let built = judge
            .build(&source, &task.language, None, &cancel, &mut |_| {})
            .unwrap();
        let evaluation = judge.evaluate(&built, &task, &cancel, &mut |_| {}).unwrap();
        (built, evaluation)
    };
    let old = ready(PYTHON);
    // One test more in every turn, and the same answer.
    let new = ready(&PYTHON.replace("t += i * i % 7", "t += i * i % 7 if i % 6 else i * i % 7"));
    let contender = |name, (built, evaluation)| Contender {
        name,
        built,
        evaluation,
    };
    let (a, b) = (
        contender("old", (&old.0, &old.1)),
        contender("new", (&new.0, &new.1)),
    );
    let workbench = Workbench::start();
    let (mut gains, mut times) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for round in 0..2 * rounds {
        let busy = round % 2;
        workbench.on.store(busy == 1, Ordering::SeqCst);
        let plan = ComparisonPlan::new(Objective::Time, Duration::from_secs(3));
        let contested = judge.contest(&Contest::new(a, b, &task, &plan), &cancel, &mut |_| {});
        let Ok(ContestOutcome::Done { comparison: c, .. }) = contested else {
            panic!("{contested:?}")
        };
        gains[busy].push(c.gain.0.ln());
        times[busy].push((c.incumbent_figures.cpu_ns.0 as f64).ln());
    }
    let frames = workbench.frames.load(Ordering::SeqCst);
    drop(workbench);
    let row = |what: &str, [quiet, busy]: [Vec<f64>; 2]| {
        let ratios: Vec<f64> = quiet.iter().zip(&busy).map(|(q, b)| b - q).collect();
        let (middle, low, high) = hodges_lehmann(&ratios, 0.05);
        let (mut quiet, mut busy) = (quiet, busy);
        format!(
            "| {what} | {:.3} | {:.3} | {:.3} [{:.3}–{:.3}] |\n",
            median(&mut quiet).unwrap().exp(),
            median(&mut busy).unwrap().exp(),
            middle.exp(),
            low.exp(),
            high.exp()
        )
    };
    let ms = |list: Vec<f64>| list.into_iter().map(|t| t - 1e6_f64.ln()).collect();
    let times = times.map(ms);
    format!(
        "| {rounds} comparisons each | nothing drawn | {frames} frames drawn, a reply streaming | ratio |\n|---|---|---|---|\n{}{}",
        row("gain", gains),
        row("incumbent's CPU time, ms", times)
    )
}

//! What starting a program in the sandbox costs: `true` from launch to exit, against a bare `posix_spawn`, bubblewrap and
//! `hyperfine -N`; and what clearing away after a run costs, however much the run has littered.
//!
//! All launchers are run in turn, in random order within each turn, so that whatever else the machine does meets all of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rand::seq::SliceRandom;
use reheat::base::units::Bytes;
use reheat::sandbox::{CancelToken, Limits, Program, Sandbox, Settings};

const TURNS: usize = 400;
const TRUE: &str = "/bin/true";

/// Runs of one call of hyperfine.
const HYPERFINE: u32 = 10;

type Launch = Box<dyn FnMut() -> Duration>;

/// Of the launches in the sandbox, how long the program itself ran: from exec to its end.
type Inside = std::rc::Rc<std::cell::RefCell<Vec<f64>>>;

fn quiet(program: &str, args: &[&str]) -> Duration {
    let start = Instant::now();
    let mut command = Command::new(program);
    command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .env_clear();
    assert!(command.status().unwrap().success());
    start.elapsed()
}

/// A program that is run to its end by the standard library, which uses `posix_spawn`.
fn bare(program: &'static str, args: &'static [&'static str]) -> Launch {
    Box::new(move || quiet(program, args))
}

/// `hyperfine -N` with its own start, divided by its runs.
fn hyperfine() -> Launch {
    let runs = HYPERFINE.to_string();
    Box::new(move || quiet("/usr/bin/hyperfine", &["-N", "-w0", "-r", &runs, TRUE]) / HYPERFINE)
}

fn open(forbid: &[&str]) -> Sandbox {
    let settings = Settings {
        launcher: Some(env!("CARGO_BIN_EXE_reheat").into()),
        unsafe_no_isolation: false,
    };
    Sandbox::open_without(&settings, forbid).unwrap()
}

/// The run is over when its outcome is there; the next one starts when nothing is left of it.
fn warm(forbid: &[&str], inside: &Inside) -> Launch {
    let inside = inside.clone();
    let mut sandbox = open(forbid);
    let program = Program {
        argv: vec![TRUE.into()],
        ..Program::default()
    };
    Box::new(move || {
        let start = Instant::now();
        let outcome = sandbox
            .run(
                &program,
                &Limits::default(),
                &mut |_| {},
                &CancelToken::new(),
            )
            .unwrap();
        let took = start.elapsed();
        inside.borrow_mut().push(outcome.wall.0 as f64 / 1e3);
        took
    })
}

fn at(list: &[f64], share: f64) -> f64 {
    list[((list.len() - 1) as f64 * share) as usize]
}

fn main() {
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    launches();
    clearing();
}

fn launches() {
    let inside = Inside::default();
    let mut launchers: Vec<(&str, Launch)> = vec![
        ("posix_spawn", bare(TRUE, &[])),
        ("reheat, full", warm(&[], &inside)),
        ("reheat, no cgroup", warm(&["cgroup"], &Inside::default())),
        (
            "reheat, weak",
            warm(&["user", "namespaces"], &Inside::default()),
        ),
    ];
    if Command::new("bwrap").arg("--version").output().is_ok() {
        let args = &[
            "--unshare-all",
            "--ro-bind",
            "/",
            "/",
            "--proc",
            "/proc",
            "--dev",
            "/dev",
            TRUE,
        ];
        launchers.push(("bubblewrap, all unshared", bare("bwrap", args)));
    } else {
        println!("(bubblewrap is not installed)");
    }
    if std::path::Path::new("/usr/bin/hyperfine").exists() {
        launchers.push(("hyperfine -N, a run", hyperfine()));
    } else {
        println!("(hyperfine is not installed)");
    }
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); launchers.len()];
    let mut order: Vec<usize> = (0..launchers.len()).collect();
    for turn in 0..TURNS + 10 {
        order.shuffle(&mut rand::rng());
        for i in &order {
            // It runs ten programs for one figure: a tenth of the turns is enough.
            if launchers[*i].0.starts_with("hyperfine") && turn % 10 != 0 {
                continue;
            }
            let took = launchers[*i].1();
            if turn >= 10 {
                times[*i].push(took.as_secs_f64() * 1e6);
            }
        }
    }
    for list in &mut times {
        list.sort_by(f64::total_cmp);
    }
    let base = at(&times[0], 0.5);
    println!("| true, launch to exit | p10 µs | p50 µs | p90 µs | ratio |");
    println!("|---|---|---|---|---|");
    for ((name, _), list) in launchers.iter().zip(&times) {
        println!(
            "| {name} | {:.0} | {:.0} | {:.0} | {:.2}× |",
            at(list, 0.1),
            at(list, 0.5),
            at(list, 0.9),
            at(list, 0.5) / base
        );
    }
    let mut inside = inside.borrow_mut();
    inside.sort_by(f64::total_cmp);
    println!(
        "\nOf a full launch, {:.0} µs (p50) are the program itself, from exec to its end.",
        at(&inside, 0.5)
    );
}

/// From the end of a program to the moment at which the next run may start, after different kinds of litter.
fn clearing() {
    const LITTER: [(&str, &str); 7] = [
        ("nothing", "pass"),
        (
            "100,000 files wanted",
            "for i in range(100_000):\n  try: open(f'{home}/{i}', 'w').close()\n  except OSError: break",
        ),
        (
            "folders as deep as it goes",
            "os.chdir(home)\nwhile True:\n  try: os.mkdir('d'); os.chdir('d')\n  except OSError: break",
        ),
        (
            "64 MiB in files",
            "f = open(home + '/f', 'wb')\ntry:\n  while True: f.write(b'x' * (1 << 20)); f.flush()\nexcept OSError: pass\nos._exit(0)",
        ),
        ("400 MiB of memory", "x = b'x' * (400 << 20)\nos._exit(0)"),
        (
            "60 processes",
            "import time\nfor i in range(60):\n  try:\n    if os.fork() == 0: time.sleep(100)\n  except OSError: break\nos._exit(0)",
        ),
        (
            "60 zombies",
            "for i in range(60):\n  try:\n    if os.fork() == 0: os._exit(0)\n  except OSError: break",
        ),
    ];
    if !std::path::Path::new("/usr/bin/python3").exists() {
        println!("(python3 is not installed)");
        return;
    }
    println!("\n| clearing away after | full p50 ms | full max | weak p50 ms | weak max |");
    println!("|---|---|---|---|---|");
    let mut sandboxes = [open(&[]), open(&["user", "namespaces"])];
    let limits = Limits {
        time: Duration::from_secs(60),
        memory: Bytes::mib(512),
        ..Limits::default()
    };
    for (name, script) in LITTER {
        let mut row = format!("| {name} |");
        for sandbox in &mut sandboxes {
            let text = format!("import os\nhome = os.environ['HOME']\n{script}");
            let program = Program {
                argv: ["/usr/bin/python3", "-I", "-S", "-c", &text]
                    .map(String::from)
                    .to_vec(),
                ..Program::default()
            };
            let mut took: Vec<f64> = (0..9)
                .map(|_| {
                    let start = Instant::now();
                    let outcome = sandbox
                        .run(&program, &limits, &mut |_| {}, &CancelToken::new())
                        .unwrap();
                    let reason = outcome.reason.clone().unwrap_or_default();
                    assert!(
                        outcome.exit_code == Some(0) || reason.contains("--disk"),
                        "{name}: {reason}"
                    );
                    sandbox.settle();
                    let all = start.elapsed();
                    all.saturating_sub(Duration::from_nanos(outcome.wall.0))
                        .as_secs_f64()
                        * 1e3
                })
                .collect();
            took.sort_by(f64::total_cmp);
            row += &format!(" {:.1} | {:.1} |", at(&took, 0.5), at(&took, 1.0));
        }
        println!("{row}");
    }
}

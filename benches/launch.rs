//! What starting a program in the sandbox costs: `true` from launch to exit, against a bare `posix_spawn` and against bubblewrap.
//!
//! All are run in turn, in random order within each turn, so that whatever else the machine does meets all of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rand::seq::SliceRandom;
use reheat::sandbox::{Control, Limits, Program, Sandbox, Settings};

const TURNS: usize = 400;
const TRUE: &str = "/bin/true";

type Launch = Box<dyn FnMut() -> Duration>;

/// A program that is run to its end by the standard library, which uses `posix_spawn`.
fn bare(program: &'static str, args: &'static [&'static str]) -> Launch {
    Box::new(move || {
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
    })
}

fn warm(forbid: &[&str]) -> Launch {
    let settings = Settings {
        launcher: Some(env!("CARGO_BIN_EXE_reheat").into()),
        unsafe_no_isolation: false,
    };
    let mut sandbox = Sandbox::open_without(&settings, forbid).unwrap();
    let program = Program {
        argv: vec![TRUE.into()],
        ..Program::default()
    };
    Box::new(move || {
        let start = Instant::now();
        sandbox
            .run(&program, &Limits::default(), &mut |_| {}, &Control::new())
            .unwrap();
        start.elapsed()
    })
}

fn main() {
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    let mut launchers: Vec<(&str, Launch)> = vec![
        ("posix_spawn", bare(TRUE, &[])),
        ("reheat, warm", warm(&[])),
        ("reheat, warm, no cgroup", warm(&["cgroup"])),
    ];
    if Command::new("bwrap").arg("--version").output().is_ok() {
        launchers.push((
            "bubblewrap, all unshared",
            bare(
                "bwrap",
                &[
                    "--unshare-all",
                    "--ro-bind",
                    "/",
                    "/",
                    "--proc",
                    "/proc",
                    "--dev",
                    "/dev",
                    TRUE,
                ],
            ),
        ));
    } else {
        println!("(bubblewrap is not installed)");
    }
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); launchers.len()];
    let mut order: Vec<usize> = (0..launchers.len()).collect();
    for turn in 0..TURNS + 10 {
        order.shuffle(&mut rand::rng());
        for i in &order {
            let took = launchers[*i].1();
            if turn >= 10 {
                times[*i].push(took.as_secs_f64() * 1e6);
            }
        }
    }
    for list in &mut times {
        list.sort_by(f64::total_cmp);
    }
    let at = |list: &[f64], share: f64| list[((list.len() - 1) as f64 * share) as usize];
    let base = at(&times[0], 0.5);
    println!(
        "{:<28} {:>10} {:>10} {:>10} {:>8}",
        "true, launch to exit", "p10 µs", "p50 µs", "p90 µs", "ratio"
    );
    for ((name, _), list) in launchers.iter().zip(&times) {
        println!(
            "{name:<28} {:>10.0} {:>10.0} {:>10.0} {:>7.2}×",
            at(list, 0.1),
            at(list, 0.5),
            at(list, 0.9),
            at(list, 0.5) / base
        );
    }
}

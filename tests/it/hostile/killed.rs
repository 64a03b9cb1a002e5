//! The workbench itself is killed in the middle of a run: every descendant of the run must die, in every tier.

use std::process::Stdio;
use std::time::{Duration, Instant};

use reheat::sandbox::{CancelToken, Limits, Program, Sandbox, SandboxError};

use super::attack::processes_with;
use super::{settings, tiers};
use crate::support::{PATIENCE, in_own_process};

/// The script of the guest: children in the same session, in one of their own, and one whose parent is gone.
const SCRIPT: &str = "sleep 1000 & setsid sh -c 'sleep 1000; :' \"$0\" & (setsid sh -c 'sleep 1000; :' \"$0\" &) ; sleep 1000";

/// Starts a workbench of its own in the tier, kills it while its run lives, and waits for the end of all.
pub(crate) fn workbench_killed_in(tier: &str) -> Result<(), String> {
    let marker = format!(
        "hostile-53-{}-{}",
        std::process::id(),
        tier.replace([' ', ','], "-")
    );
    let mut workbench = in_own_process(module_path!(), "a_workbench_to_be_killed")
        .env("HOSTILE_KILLED", tier)
        .env("HOSTILE_MARKER", &marker)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let all_there = wait_until(|| processes_with(&marker).len() >= 3);
    workbench.kill().unwrap();
    workbench.wait().unwrap();
    if !all_there {
        return Err("its run never came to life".to_owned());
    }
    if wait_until(|| processes_with(&marker).is_empty()) {
        Ok(())
    } else {
        Err(format!("still there: {:?}", processes_with(&marker)))
    }
}

/// Kills the launcher while a run lives: of that run nothing may stay, although it is repeated with a new launcher.
pub(crate) fn launcher_killed_in(sandbox: &mut Sandbox, tier: &str) -> Result<(), String> {
    let marker = format!(
        "hostile-53b-{}-{}",
        std::process::id(),
        tier.replace([' ', ','], "-")
    );
    let program = Program {
        argv: ["/bin/sh", "-c", SCRIPT, &marker]
            .map(String::from)
            .to_vec(),
        ..Program::default()
    };
    let limits = Limits {
        time: Duration::from_secs(60),
        ..Limits::default()
    };
    let cancel = CancelToken::new();
    let canceller = cancel.clone();
    let mut first = Vec::new();
    let mut all_gone = false;
    let mut watch = |_| {
        let there = processes_with(&marker);
        if first.is_empty() && there.len() >= 3 {
            first = there;
            for launcher in launchers() {
                rustix::process::kill_process(launcher, rustix::process::Signal::KILL).unwrap();
            }
        } else if !first.is_empty() && there.iter().all(|p| !first.contains(p)) {
            all_gone = true;
            canceller.stop();
        }
    };
    let ended = sandbox.run(&program, &limits, &mut watch, &cancel);
    if !matches!(ended, Err(SandboxError::Stopped)) {
        return Err(format!("ended as {ended:?}"));
    }
    if !all_gone || !wait_until(|| processes_with(&marker).is_empty()) {
        return Err(format!("still there: {:?}", processes_with(&marker)));
    }
    Ok(())
}

/// The launchers that this thread has started.
fn launchers() -> Vec<rustix::process::Pid> {
    let mine = std::fs::read_to_string("/proc/thread-self/children").unwrap_or_default();
    mine.split_whitespace()
        .filter(|pid| {
            std::fs::read(format!("/proc/{pid}/cmdline"))
                .is_ok_and(|c| c.starts_with(b"reheat-launcher"))
        })
        .filter_map(|pid| rustix::process::Pid::from_raw(pid.parse().ok()?))
        .collect()
}

/// Not a test: the workbench that is killed.
#[test]
#[ignore = "started by the test of all programs, to be killed"]
fn a_workbench_to_be_killed() {
    let (Ok(tier), Ok(marker)) = (
        std::env::var("HOSTILE_KILLED"),
        std::env::var("HOSTILE_MARKER"),
    ) else {
        return;
    };
    let (_, forbid) = tiers().iter().find(|(name, _)| *name == tier).unwrap();
    let mut sandbox = Sandbox::open_without(&settings(), forbid).unwrap();
    let program = Program {
        argv: ["/bin/sh", "-c", SCRIPT, &marker]
            .map(String::from)
            .to_vec(),
        ..Program::default()
    };
    let limits = Limits {
        time: Duration::from_secs(60),
        ..Limits::default()
    };
    sandbox
        .run(&program, &limits, &mut |_| {}, &CancelToken::new())
        .unwrap();
}

/// Waits for something that must happen; false if it does not within a long time.
pub(crate) fn wait_until(happened: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if happened() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    false
}

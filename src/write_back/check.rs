//! The user's own check, run as they would run it: by their shell, in their project, outside of the sandbox.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::task::{Harness, Task};

/// How often it is looked whether it has ended.
const LOOK: Duration = Duration::from_millis(20);
/// Most bytes of what it prints that are kept for the reason.
const KEPT: usize = 64 << 10;
/// Lines of it that are told.
const TOLD: usize = 3;

/// The command that a task says is right: the one of `--check` when its session began.
#[must_use]
pub fn usual_check(task: &Task) -> Option<String> {
    let own = match &task.harness {
        Harness::Commands(commands) => commands.check.as_ref(),
        _ => None,
    };
    own.or(task.check.as_ref()).cloned()
}

/// Where what it prints goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// To our standard error.
    Shown,
    /// Nowhere; its last lines are told if it fails.
    Kept,
}

/// Runs it and waits. `stopped` is asked all the time; where it says yes the check is ended, and has failed.
///
/// # Errors
/// It did not end with status 0, could not be started, or was ended: a sentence.
pub fn run(
    command: &str,
    folder: &Path,
    output: Output,
    stopped: &dyn Fn() -> bool,
) -> Result<(), String> {
    let mut shell = if cfg!(windows) {
        Command::new("cmd")
    } else {
        Command::new("sh")
    };
    shell
        .arg(if cfg!(windows) { "/C" } else { "-c" })
        .arg(command)
        .current_dir(folder)
        .stdin(Stdio::null());
    match output {
        Output::Shown => shell.stdout(std::io::stderr()),
        Output::Kept => shell.stdout(Stdio::piped()).stderr(Stdio::piped()),
    };
    // A group of its own, so that it ends with all that it has started.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut shell, 0);
    let mut child = shell
        .spawn()
        .map_err(|e| format!("`{command}` could not be started: {e}"))?;
    let readers = [
        child.stdout.take().map(read_end),
        child.stderr.take().map(read_end),
    ];
    let ended = loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => break Ok(()),
            Ok(Some(status)) => break Err(format!("`{command}` ended with {status}")),
            Ok(None) if stopped() => {
                end(&mut child);
                return Err(format!("`{command}` was interrupted"));
            }
            Ok(None) => std::thread::sleep(LOOK),
            Err(e) => break Err(format!("`{command}` cannot be waited for: {e}")),
        }
    };
    ended.map_err(|why| {
        // What it left running in the background may hold its output open: it is not waited for.
        end(&mut child);
        let said: Vec<String> = readers.into_iter().flatten().filter_map(heard).collect();
        let said = said.concat();
        let lines: Vec<&str> = said.lines().filter(|l| !l.trim().is_empty()).collect();
        let last = &lines[lines.len().saturating_sub(TOLD)..];
        if last.is_empty() {
            why
        } else {
            format!("{why}: {}", last.join(" / "))
        }
    })
}

/// What a reader has read, if it comes to an end soon: a process that left the group may hold the pipe open.
fn heard(reader: std::thread::JoinHandle<String>) -> Option<String> {
    for _ in 0..25 {
        if reader.is_finished() {
            return reader.join().ok();
        }
        std::thread::sleep(LOOK);
    }
    None
}

/// Ends it with all that it has started.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(pid) = i32::try_from(child.id())
        .ok()
        .and_then(rustix::process::Pid::from_raw)
    {
        let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// Reads a pipe to its end and keeps the end of it.
fn read_end(mut pipe: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let (mut kept, mut piece) = (Vec::new(), [0_u8; 8192]);
        while let Ok(n) = pipe.read(&mut piece) {
            if n == 0 {
                break;
            }
            kept.extend_from_slice(&piece[..n]);
            let over = kept.len().saturating_sub(KEPT);
            kept.drain(..over);
        }
        String::from_utf8_lossy(&kept).into_owned()
    })
}

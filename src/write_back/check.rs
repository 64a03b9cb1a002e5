//! The user's own check, run as they would run it: by their shell, in their project, outside of the sandbox.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::task::{Harness, Task};

/// How often to poll for its end.
const LOOK: Duration = Duration::from_millis(20);
/// Most bytes of its output that are kept for an error message.
const KEPT: usize = 64 << 10;
/// Lines of output in an error message.
const TOLD: usize = 3;

/// The check of a task: the `--check` with which its session began.
pub(crate) fn usual_check(task: &Task) -> Option<String> {
    let own = match &task.harness {
        Harness::Commands(commands) => commands.check.as_ref(),
        _ => None,
    };
    own.or(task.check.as_ref()).cloned()
}

/// Where its output goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckOutput {
    /// To our standard error.
    Shown,
    /// Nowhere; an error message has the last lines.
    Kept,
}

/// Runs it and waits. `stopped` is polled; once it returns true the check is killed and counts as failed.
///
/// # Errors
/// It failed, could not be started, or was killed: a sentence.
pub fn run(
    command: &str,
    folder: &Path,
    output: CheckOutput,
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
        CheckOutput::Shown => shell.stdout(std::io::stderr()),
        CheckOutput::Kept => shell.stdout(Stdio::piped()).stderr(Stdio::piped()),
    };
    // A process group of its own, so that everything it has started can be killed.
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
        // A background process may hold its output open: do not wait for that.
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

/// What a reader has read, if it ends soon: a process that left the group may hold the pipe open.
fn heard(reader: std::thread::JoinHandle<String>) -> Option<String> {
    for _ in 0..25 {
        if reader.is_finished() {
            return reader.join().ok();
        }
        std::thread::sleep(LOOK);
    }
    None
}

/// Kills it and everything it has started.
fn end(child: &mut Child) {
    if let Some(pid) = i32::try_from(child.id())
        .ok()
        .and_then(rustix::process::Pid::from_raw)
    {
        let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// Reads a pipe to its end and keeps the last bytes.
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

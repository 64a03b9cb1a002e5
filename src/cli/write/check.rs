//! The user's own check, run as they would run it: by their shell, in their project, outside of the sandbox.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::sandbox::Control;

/// Runs it and waits. What it prints goes to standard error.
///
/// # Errors
/// It did not end with status 0, could not be started, or was interrupted: a sentence.
pub(super) fn run(command: &str, folder: &Path) -> Result<(), String> {
    // An interruption ends the check, not this program, which has a file to put back.
    let came = crate::cli::stop_on_signals(&Control::new());
    let shell = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let mut child = Command::new(shell.0)
        .arg(shell.1)
        .arg(command)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(std::io::stderr())
        .spawn()
        .map_err(|e| format!("`{command}` could not be started: {e}"))?;
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("`{command}` ended with {status}")),
            Ok(None) if came.load(Ordering::SeqCst) == 0 => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Ok(None) => {
                // It had the same signal from the terminal; give it a moment to end by itself.
                std::thread::sleep(Duration::from_millis(500));
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("`{command}` was interrupted"));
            }
            Err(e) => return Err(format!("`{command}` cannot be waited for: {e}")),
        }
    }
}

//! `--prepare`: a command of the user's that runs once, outside of the sandbox and with network, before everything else.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Refusal, USAGE};

/// Runs the command in the project's folder, after asking where nobody agreed beforehand.
///
/// # Errors
/// It was declined, nobody is there to be asked, or it failed.
pub fn run(command: &str, folder: &Path, agreed: bool) -> Result<(), Refusal> {
    if !agreed {
        ask(command, folder)?;
    }
    eprintln!("reheat: running `{command}` in {}", folder.display());
    let status = Command::new("sh")
        .args(["-c", command])
        .current_dir(folder)
        .stdin(Stdio::null())
        .status()
        .map_err(|why| Refusal::new(super::ENVIRONMENT, format!("cannot run a shell: {why}")))?;
    if status.success() {
        return Ok(());
    }
    Err(Refusal::new(
        super::NOTHING,
        format!("--prepare `{command}` failed ({status}); nothing else was done"),
    ))
}

fn ask(command: &str, folder: &Path) -> Result<(), Refusal> {
    if !std::io::stdin().is_terminal() {
        return Err(Refusal::new(
            USAGE,
            format!(
                "--prepare runs `{command}` outside of the sandbox, and nobody is here to agree to that; add --yes"
            ),
        ));
    }
    eprint!(
        "reheat: --prepare runs `{command}` in {} with your rights, outside of the sandbox. Go on? [y/N] ",
        folder.display()
    );
    drop(std::io::stderr().flush());
    let mut answer = String::new();
    drop(std::io::stdin().lock().read_line(&mut answer));
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        return Ok(());
    }
    Err(Refusal::new(USAGE, "not agreed to; nothing was run"))
}

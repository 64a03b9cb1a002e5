//! `--prepare`: a command of the user that runs once, outside of the sandbox and with network, before everything else.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use super::{CliError, USAGE};

/// Runs the command in the project's folder, after asking for consent unless a flag gave it.
///
/// # Errors
/// It was declined, there is no terminal to ask on, or it failed.
pub(crate) fn run(command: &str, folder: &Path, agreed: bool) -> Result<(), CliError> {
    if !agreed {
        ask(command, folder)?;
    }
    eprintln!("reheat: running `{command}` in {}", folder.display());
    let status = Command::new("sh")
        .args(["-c", command])
        .current_dir(folder)
        .stdin(Stdio::null())
        .status()
        .map_err(|why| CliError::new(super::ENVIRONMENT, format!("cannot run a shell: {why}")))?;
    if status.success() {
        return Ok(());
    }
    Err(CliError::new(
        super::NOTHING,
        format!("--prepare `{command}` failed ({status}); nothing else was done"),
    ))
}

fn ask(command: &str, folder: &Path) -> Result<(), CliError> {
    if !std::io::stdin().is_terminal() {
        return Err(CliError::new(
            USAGE,
            format!(
                "--prepare runs `{command}` outside of the sandbox, and there is no terminal to ask for your consent; add --yes"
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
    Err(CliError::new(USAGE, "not agreed to; nothing was run"))
}

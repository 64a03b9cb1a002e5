//! A log file for diagnostics: asked for by `--log FILE` or `REHEAT_LOG`, never the screen, never a secret.
//!
//! It says what happened and when, but never contains what is typed, prompts, replies or code. Without a file nothing is written.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Instant;

struct Log {
    file: Mutex<File>,
    began: Instant,
}

static LOG: OnceLock<Log> = OnceLock::new();

/// Opens the log file; lines are added at its end.
///
/// # Errors
/// A sentence about why it cannot be written.
pub fn open(file: &Path) -> Result<(), String> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    let opened = options
        .open(file)
        .map_err(|e| format!("cannot write the log {}: {e}", file.display()))?;
    let log = Log {
        file: Mutex::new(opened),
        began: Instant::now(),
    };
    if LOG.set(log).is_ok() {
        line(
            "start",
            &format!(
                "reheat {} at {}, process {}",
                env!("CARGO_PKG_VERSION"),
                jiff::Timestamp::now(),
                std::process::id()
            ),
        );
    }
    Ok(())
}

/// Whether there is a log, so that callers need not format lines in vain.
pub(crate) fn on() -> bool {
    LOG.get().is_some()
}

/// The name of an enum's variant without its contents, which may be long or confidential.
pub(crate) fn variant(of: &dyn std::fmt::Debug) -> String {
    struct VariantName(String);
    impl std::fmt::Write for VariantName {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            let end = text
                .find(|c: char| !c.is_alphanumeric())
                .unwrap_or(text.len());
            self.0.push_str(&text[..end]);
            // An error ends the formatting early.
            if end < text.len() {
                Err(std::fmt::Error)
            } else {
                Ok(())
            }
        }
    }
    let mut name = VariantName(String::new());
    let _ = std::fmt::write(&mut name, format_args!("{of:?}"));
    name.0
}

/// Adds a line: seconds since the start, the part of the program, what happened. Errors such as a full disk are ignored.
pub(crate) fn line(part: &str, what: &str) {
    let Some(log) = LOG.get() else { return };
    let at = log.began.elapsed().as_secs_f64();
    let what: String = what
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let text = format!("{at:10.4} {part:<8} {what}\n");
    let mut file = log.file.lock().unwrap_or_else(PoisonError::into_inner);
    drop(file.write_all(text.as_bytes()));
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_what_is_in_a_variant_is_told() {
        assert_eq!(variant(&Some("secret")), "Some");
        assert_eq!(
            variant(&crate::engine::Command::Hint("secret".into())),
            "Hint"
        );
        assert_eq!(variant(&crate::engine::Command::Quit), "Quit");
    }
}

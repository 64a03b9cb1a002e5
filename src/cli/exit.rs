//! How a command ends: exit statuses, the sentence of an error, signals; and what it prints.

use std::io;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use super::letters;

/// Exit status of a loop that found nothing better, of a program that failed, of an expectation that did not hold.
pub(crate) const NOTHING: u8 = 1;
/// Exit status of wrong use.
pub(crate) const USAGE: u8 = 2;
/// Exit status where something is missing on this machine.
pub(crate) const ENVIRONMENT: u8 = 3;

/// Why a command cannot be carried out: the sentence, and the exit status that goes with it.
#[derive(Debug)]
pub struct CliError {
    /// [`USAGE`], [`ENVIRONMENT`] or [`NOTHING`].
    pub status: u8,
    why: String,
}

impl CliError {
    /// An error with an exit status and a sentence.
    pub fn new(status: u8, why: impl std::fmt::Display) -> Self {
        Self {
            status,
            why: why.to_string(),
        }
    }
}

impl std::fmt::Display for CliError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.why)
    }
}

impl From<CliError> for String {
    fn from(error: CliError) -> Self {
        error.why
    }
}

impl From<CliError> for ExitCode {
    fn from(error: CliError) -> Self {
        fail(error.status, &error.why)
    }
}

/// One clear sentence on standard error, and the exit status that goes with it.
pub(crate) fn fail(status: u8, message: impl std::fmt::Display) -> ExitCode {
    use std::io::Write;
    let message = crate::report::text::safe(&message.to_string());
    let message = letters::shown(&message);
    drop(writeln!(std::io::stderr(), "reheat: {message}"));
    ExitCode::from(status)
}

/// The first signal cancels in good order; returns where the number of the signal is stored.
pub(crate) fn stop_on_signals(
    cancel: &crate::sandbox::CancelToken,
) -> std::sync::Arc<std::sync::atomic::AtomicI32> {
    let came = std::sync::Arc::new(std::sync::atomic::AtomicI32::new(0));
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let (cancel, seen) = (cancel.clone(), came.clone());
    if let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP]) {
        std::thread::spawn(move || {
            for signal in signals.forever() {
                seen.store(signal, std::sync::atomic::Ordering::SeqCst);
                cancel.stop();
            }
        });
    }
    came
}

/// Set when something could not be printed, other than because nobody reads any more.
static LOST: OnceLock<String> = OnceLock::new();

/// Notes why something could not be printed.
pub(crate) fn note_lost(error: &io::Error) {
    if error.kind() != io::ErrorKind::BrokenPipe {
        LOST.get_or_init(|| error.to_string());
    }
}

/// The exit status of a command that is done, unless its output was lost on the way.
pub(super) fn unless_lost(status: ExitCode) -> ExitCode {
    match LOST.get() {
        Some(why) => fail(ENVIRONMENT, format_args!("cannot write the output: {why}")),
        None => status,
    }
}

/// A file that grows beyond what `ulimit -f` allows is an error like any other, not the silent end of this program.
pub(super) fn survive_file_limits() {
    use signal_hook::consts::SIGXFSZ;
    // Where it cannot be done everything else still works.
    drop(signal_hook::flag::register(SIGXFSZ, Arc::default()));
}

/// Prints a text for people; a closed pipe is not an error.
pub(crate) fn print(text: &str) {
    print_exactly(&letters::shown(&crate::report::text::safe(text)));
}

/// Prints a text for programs, unchanged; a closed pipe is not an error.
pub(crate) fn print_exactly(text: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        note_lost(&error);
    }
}

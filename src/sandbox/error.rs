//! What can go wrong in the sandbox itself.

/// The sandbox itself failed, or was stopped. Never a verdict on a program.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// This machine offers no isolation and it was not waived.
    #[error(
        "this machine offers no isolation: {0}; run `reheat doctor` to see what is missing, or accept the risk with --unsafe-no-isolation"
    )]
    NoIsolation(String),
    /// The program to start does not exist inside the sandbox, or may not be executed.
    #[error("cannot start {program}: {why}")]
    CannotStart {
        /// What was to be started.
        program: String,
        /// What the system said, in words.
        why: String,
    },
    /// Stopped by [`CancelToken::stop`](super::CancelToken::stop).
    #[error("stopped")]
    Stopped,
    /// Something else went wrong in the sandbox itself.
    #[error("the sandbox failed: {0}")]
    Failed(String),
}

//! Why a judge gives no verdict, and who watches it.

use super::Progress;
use crate::sandbox::SandboxError;
use crate::task::TaskError;

/// Receives progress while the judge works.
pub type Watch<'a> = &'a mut dyn FnMut(Progress);

/// Why there is no verdict. Never a property of a version.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// Stopped through [`CancelToken::stop`](crate::sandbox::CancelToken::stop); nothing was left running.
    #[error("stopped")]
    Stopped,
    /// Something is missing on this machine: a compiler, isolation.
    #[error("{0}")]
    Environment(String),
    /// The task cannot be judged as it is; the sentence says why and what to do.
    #[error("{0}")]
    Task(String),
    /// The sandbox itself failed, twice.
    #[error("the sandbox failed: {0}")]
    Sandbox(String),
    /// The folder for builds cannot be used.
    #[error("cannot keep builds in {path}: {why}")]
    Cache {
        /// Which folder.
        path: std::path::PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
}

impl From<SandboxError> for JudgeError {
    fn from(error: SandboxError) -> Self {
        match error {
            SandboxError::Stopped => Self::Stopped,
            SandboxError::NoIsolation(_) | SandboxError::CannotStart { .. } => {
                Self::Environment(error.to_string())
            }
            SandboxError::Failed(why) => Self::Sandbox(why),
        }
    }
}

impl From<TaskError> for JudgeError {
    fn from(error: TaskError) -> Self {
        match error {
            TaskError::Environment(why) => Self::Environment(why),
            other => Self::Task(other.to_string()),
        }
    }
}

//! What can be wrong with a task.

use std::path::PathBuf;

/// A problem with what the user gave: what, where, what to do.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// A file could not be read.
    #[error("cannot read {path}: {why}")]
    Read {
        /// The file that it is about.
        path: PathBuf,
        /// The error of the system.
        why: std::io::Error,
    },
    /// The input is wrong; the sentence says what, where and what to do.
    #[error("{0}")]
    Invalid(String),
    /// A compiler or interpreter is missing; nothing is wrong with the task.
    #[error("{0}")]
    Environment(String),
}

//! Puts a version into the user's own file: looks at the file as it is now, plans, writes in one piece, takes back; or
//! makes a patch or a commit on a new branch of it.
//!
//! Stands between the loop and the session: reads a [`Session`](crate::session::Session), touches the user's files only
//! when it is asked to, and never leaves one half-written. Decides nothing about what is better; draws nothing. The only
//! program it runs is `git`, for a branch.
//!
//! One window stays open and cannot be closed: between the last comparison of the file with what was read and the
//! rename that replaces it (some microseconds) another program may write the file, and its text is then lost.

mod backup_store;
pub mod branch;
pub mod check;
mod choose;
pub mod diff;
mod file_change;
mod git;
mod merge;
pub mod patch;
mod project_path;
mod replace;
mod replacement;
pub(crate) mod table;
mod target_file;
mod text;
pub mod write;

pub use backup_store::BackupStore;
pub(crate) use check::usual_check;
pub(crate) use choose::{Chosen, choose, worse_in_words};
pub use file_change::FileChange;
pub use merge::Conflict;
pub use replacement::{FileState, Replacement};
pub use target_file::{FileRefusal, TargetFile};
pub use write::{Check, WriteError, take_back, write};

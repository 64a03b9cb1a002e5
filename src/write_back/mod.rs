//! Puts a version into the user's own file: looks at the file as it is now, plans, writes in one piece, takes back; or
//! makes a patch or a commit on a new branch of it.
//!
//! Stands between the loop and the session: reads a [`Session`](crate::session::Session), touches the user's files only
//! when it is asked to, and never leaves one half-written. Decides nothing about what is better; draws nothing. The only
//! program it runs is `git`, for a branch.
//!
//! One window stays open and cannot be closed: between the last comparison of the file with what was read and the
//! rename that replaces it (some microseconds) another program may write the file, and its text is then lost.

pub mod branch;
pub mod check;
pub mod choose;
pub mod diff;
mod git;
pub mod keep;
mod merge;
pub mod names;
pub mod patch;
pub mod place;
pub mod plan;
mod replace;
pub mod table;
mod text;
mod texts;
pub mod write;

pub use check::usual_check;
pub use choose::{Chosen, choose};
pub use keep::Keep;
pub use merge::Conflict;
pub use place::{Place, Refusal};
pub use plan::{Plan, State};
pub use texts::Texts;
pub use write::{Check, Unwritten, take_back, write};

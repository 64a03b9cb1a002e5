//! What every room needs and none owns: quantities, harmless text, whole files, numbers in words, axes.
//!
//! The lowest room: it imports no other, and knows nothing of tasks, sandboxes, sessions or screens.

pub mod files;
pub(crate) mod scale;
pub mod stack;
pub mod text;
pub mod units;
pub mod words;

//! The append-only file of a session's events.
pub struct Journal;

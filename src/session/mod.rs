//! Remembers: what happened ([`Event`]), the state that follows from it ([`Session`], the fold of its events),
//! the file it is kept in ([`Journal`]) and all such files ([`Library`]).
//!
//! Decides nothing and runs nothing. Every view reads a [`Session`]; whether it is live, resumed or
//! replayed makes no difference to it.

pub mod cases;
pub(crate) mod cost;
mod course;
mod end_reason;
pub mod event;
pub(crate) mod extract;
pub mod fold;
pub(crate) mod history;
pub(crate) mod ids;
pub mod journal;
pub(crate) mod library;
mod live;
pub(crate) mod replies;
mod round;
mod stage;
mod task_record;
mod version;
pub mod written;

pub use event::{Event, EventRecord};
pub use fold::Session;
pub use history::{History, Landmark};
pub use journal::Journal;
pub use library::Library;

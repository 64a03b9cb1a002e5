//! Opening a program of the developer's: its file, then its cases, or one of its functions and by what that is judged.
//!
//! Three dialogs that lead from one to the next and back.

mod files;
mod functions;
mod judged;

#[cfg(test)]
pub(crate) use files::Files;
pub(crate) use files::open;

//! Calls of one function as a workload: reading them, the drivers that make them, and comparing what came of them.

pub mod driver;
mod join;
mod outcomes;
mod read;
mod shown;
mod tags;
mod values;

pub use join::join;
pub use outcomes::{differs, problem};
pub use read::{CallSet, HOW_CALLS_LOOK, read};

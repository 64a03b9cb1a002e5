//! Calls of one function as a workload: reading them, and comparing what came of them.

pub mod driver;
mod join;

pub use join::join;

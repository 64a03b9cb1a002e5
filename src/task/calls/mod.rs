//! Calls of one function as a workload: reading them, the drivers that make them, and comparing what came of them.

mod display;
pub mod driver;
mod evidence;
mod join;
mod left;
mod non_finite;
mod outcomes;
mod read;
mod tags;
mod unencodable;
mod values;

pub use super::left_kind::{LeftKind, LeftKinds};
pub(crate) use evidence::{Evidence, evidence};
pub(crate) use join::join;
pub(crate) use outcomes::differs;
pub use outcomes::problem;
pub(crate) use read::read;

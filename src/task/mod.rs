//! What is optimised, and reading it from files.
//!
//! Holds plain data (a [`Task`] and its parts) and the code that reads and checks it. Runs nothing,
//! asks no model, draws nothing: where expected outputs must come from running the original, `measure` completes the task.

pub mod bundled;
pub mod calls;
pub mod cases;
pub(crate) mod checker;
mod checker_file;
mod checker_program;
mod definition;
mod error;
mod folder;
pub mod harness;
pub mod harness_spec;
pub mod held_out;
mod in_words;
mod kept_folder;
pub mod language;
mod left_kind;
pub(crate) mod limits;
pub mod load;
mod mismatch;
mod objective;
mod ok_status;
pub(crate) mod packed_folder;
pub mod portable;
pub mod project;
mod reading;
pub(crate) mod region;
mod saved;
mod source;
mod sources;
pub(crate) mod tree;
mod workload;

pub use checker::Checker;
pub use definition::Task;
pub use error::TaskError;
pub use harness::Harness;
pub use language::{Language, Languages};
pub use limits::{LimitOverrides, TaskDefaults};
pub use objective::Objective;
pub use ok_status::OkStatus;
pub use project::Project;
pub use region::Region;
pub use region::Syntax;
pub use region::{FunctionItem, FunctionKind};
pub use source::{DataFile, PathOrText, ReferenceSolution, Source};
pub use workload::{Case, HoldOut, Workload};

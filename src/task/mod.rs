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
mod folder;
pub mod harness;
pub mod harness_spec;
pub mod held_out;
pub mod language;
pub(crate) mod limits;
pub mod load;
mod mismatch;
pub mod project;
mod reading;
pub(crate) mod region;
mod saved;
mod sources;
pub(crate) mod tree;

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::sandbox::Limits;
pub use checker::Checker;
pub use harness::Harness;
pub use held_out::HoldOut;
pub use language::{Language, Languages};
pub use limits::{LimitOverrides, TaskDefaults};
pub use project::Project;
pub use region::Region;

/// What is optimised and how it is judged.
#[derive(Clone, Debug)]
pub struct Task {
    /// Short name for lists and folders: `pairs`.
    pub name: String,
    /// One line for people.
    pub title: String,
    /// The kind of improvement that is possible, for bundled tasks: `quadratic → linear`.
    pub kind: Option<String>,
    /// The problem in words, Markdown; may be empty.
    pub statement: String,
    /// Language of every version.
    pub language: Arc<Language>,
    /// The original; `None` when there is only a statement and the loop starts from nothing.
    pub source: Option<Source>,
    /// The user's file that the source came from, absolute; a better version may be written back to it.
    pub path: Option<PathBuf>,
    /// The part of that file that may change, which is then the source; `None` for the whole file.
    pub region: Option<Arc<Region>>,
    /// How a version is run.
    pub harness: Harness,
    /// The parts of the user's project that builds and runs can see.
    pub project: Project,
    /// A command of the user that must succeed after a version was written back.
    pub check: Option<String>,
    /// What is to become better.
    pub objective: Objective,
    /// What one run may use.
    pub limits: Limits,
    /// What one build may use.
    pub build: Limits,
    /// Files and folders of this machine that runs may read, at the same paths.
    pub read: Vec<PathBuf>,
    /// How an output is compared with the expected one.
    pub checker: Checker,
    /// The cases that versions are checked and timed on.
    pub workload: Workload,
    /// Arguments that every run is given.
    pub args: Vec<String>,
    /// Data files that every run finds in its work folder, read-only.
    pub files: Vec<DataFile>,
    /// The interpreter or compiler to use instead of the language's default.
    pub tool: Option<String>,
    /// Remarks for the user that came up while reading the task, such as files that were ignored.
    pub notes: Vec<String>,
    /// Human solutions to rank against (bundled tasks and benchmarks).
    pub references: Vec<ReferenceSolution>,
    /// The recorded replies that come with the task.
    pub tape: Option<PathOrText>,
}

impl Task {
    /// The whole file with a version in its place: the version itself, where all of the file may change.
    ///
    /// # Errors
    /// The version does not fit into the region.
    pub(crate) fn assemble(&self, version: &str) -> Result<String, region::Misfit> {
        match &self.region {
            Some(region) => region.assemble(version),
            None => Ok(version.to_owned()),
        }
    }
}

/// One text of the code, with the name of the file it lives in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// File name without folders: `solution.py`.
    pub file_name: String,
    /// The whole text.
    pub text: Arc<str>,
}

/// What is to become better; for each a gain above 1 is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// Time of a sweep over the timing cases.
    #[default]
    Time,
    /// Peak memory of the whole process tree.
    Memory,
    /// Memory integrated over time.
    Integral,
}

impl Objective {
    /// The objective in the words of a prompt.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Time => "faster (less time)",
            Self::Memory => "leaner (a lower peak of memory)",
            Self::Integral => "both faster and leaner (less memory integrated over time)",
        }
    }

    /// The comparative that a screen uses: faster, leaner, lighter.
    pub(crate) fn comparative(self) -> &'static str {
        match self {
            Self::Time => "faster",
            Self::Memory => "leaner",
            Self::Integral => "lighter",
        }
    }

    /// Its contrary: slower, larger, heavier.
    #[must_use]
    pub fn contrary(self) -> &'static str {
        match self {
            Self::Time => "slower",
            Self::Memory => "larger",
            Self::Integral => "heavier",
        }
    }
}

impl std::fmt::Display for Objective {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Time => "time",
            Self::Memory => "memory",
            Self::Integral => "integral",
        })
    }
}

/// The inputs that the code is run on.
#[derive(Clone, Debug, Default)]
pub struct Workload {
    /// The cases in the order of their names, held-out ones last; a usable task has at least one.
    pub cases: Vec<Case>,
    /// How many of them a session is to hold out; [`held_out::choose`] marks them.
    pub hold_out: HoldOut,
    /// Names of cases that always stay shown.
    pub shown: Vec<String>,
    /// The folder or file that the cases were read from, if any; versions must never see it.
    pub place: Option<PathBuf>,
    /// The only case that is timed, by name, where the developer chose one to optimise. Every case is still checked.
    pub only: Option<String>,
}

impl Workload {
    /// Whether some case has no expected output yet, so that the original must serve as the oracle.
    #[must_use]
    pub fn needs_oracle(&self) -> bool {
        self.cases.iter().any(|c| c.expected.is_none())
    }
}

/// One input with the output that is expected.
#[derive(Clone, Debug)]
pub struct Case {
    /// Unique within the workload: `04`.
    pub name: String,
    /// Standard input of the run; for calls, the calls; any bytes.
    pub input: Arc<[u8]>,
    /// The right standard output; `None` until the oracle has been run.
    pub expected: Option<Arc<[u8]>>,
    /// Never shown to the model, neither in a prompt nor in the description of a failure.
    pub held_out: bool,
}

/// A data file that the program needs.
#[derive(Clone, Debug)]
pub struct DataFile {
    /// Where it is on this machine.
    pub host: PathBuf,
    /// Its name in the work folder of a run.
    pub name: String,
}

/// A human solution of a task.
#[derive(Clone, Debug)]
pub struct ReferenceSolution {
    /// `hash map, one pass`.
    pub name: String,
    /// The source of the solution.
    pub source: Source,
}

/// Something that is either a file on this machine or compiled into the program.
#[derive(Clone, Debug)]
pub enum PathOrText {
    /// The path of a file.
    Path(PathBuf),
    /// A text that is compiled in.
    Text(Arc<str>),
}

/// A problem with what the user gave: what, where, what to do.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// A file could not be read.
    #[error("cannot read {path}: {why}")]
    Read {
        /// The file that it is about.
        path: PathBuf,
        /// The error of the system.
        why: std::io::Error,
    },
    /// The input is wrong; the sentence says what, where and what to do.
    #[error("{0}")]
    Invalid(String),
    /// A compiler or interpreter is missing; nothing is wrong with the task.
    #[error("{0}")]
    Environment(String),
}

//! The ground: what is optimised, and reading it from files.
//!
//! Holds plain data (a [`Task`] and its parts) and the code that reads and checks it. Runs nothing,
//! asks nobody, draws nothing: a task with an oracle to be run is completed by `measure`.

pub mod aim;
pub mod bundled;
pub mod calls;
pub mod cases;
pub mod checker;
mod checker_program;
mod folder;
mod ground;
pub mod harness;
pub mod held_out;
pub mod language;
pub mod limits;
pub mod load;
pub mod project;
mod reading;
pub mod target;
pub mod tree;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::units::Bytes;
pub use checker::Checker;
pub use harness::Harness;
pub use held_out::HoldOut;
pub use language::{Language, Languages};
pub use limits::LimitsSaid;
pub use project::Project;
pub use target::Target;

/// What is optimised and how it is judged.
#[derive(Clone, Debug)]
pub struct Task {
    /// Short name for lists and folders: `pairs`.
    pub name: String,
    /// One line for people.
    pub title: String,
    /// What kind of improvement hides in it, for bundled tasks: `quadratic → linear`.
    pub kind: Option<String>,
    /// The problem in words, Markdown; may be empty.
    pub statement: String,
    /// Language of every version.
    pub language: Arc<Language>,
    /// The original; `None` when there is only a statement and the loop starts from nothing.
    pub source: Option<Source>,
    /// The user's file that the source came from, absolute: what a better version may be written back to.
    pub path: Option<PathBuf>,
    /// The part of that file that may change; the source is then this part alone. `None`: all of it.
    pub target: Option<Arc<Target>>,
    /// How a version is made to do its work.
    pub harness: Harness,
    /// What of the user's project builds and runs see.
    pub project: Project,
    /// A command of the user's that must succeed after a version was written back.
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
    /// The inputs.
    pub workload: Workload,
    /// Arguments that every run is given.
    pub args: Vec<String>,
    /// Data files that every run finds in its work folder, read-only.
    pub files: Vec<DataFile>,
    /// The user's choice of interpreter or compiler; takes the place of the language's own.
    pub tool: Option<String>,
    /// What was noticed while reading the task and should be told once (files that were ignored, …).
    pub notes: Vec<String>,
    /// Human solutions to be placed among (bundled tasks and benchmarks).
    pub references: Vec<Reference>,
    /// The recorded replies that come with the task.
    pub tape: Option<PathOrText>,
}

impl Task {
    /// The whole file with a version in its place: the version itself, where all of the file may change.
    ///
    /// # Errors
    /// The version does not fit into the region.
    pub fn assemble(&self, version: &str) -> Result<String, target::Misfit> {
        match &self.target {
            Some(target) => target.assemble(version),
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
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, clap::ValueEnum,
)]
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
    #[must_use]
    pub fn comparative(self) -> &'static str {
        match self {
            Self::Time => "faster",
            Self::Memory => "leaner",
            Self::Integral => "lighter",
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

/// What one run may use before it is stopped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Wall-clock time.
    pub time: Duration,
    /// Memory of the whole process tree.
    pub memory: Bytes,
    /// Standard output and standard error, each.
    pub output: Bytes,
    /// Processes and threads alive at once.
    pub processes: u32,
    /// What may be written to the private folders.
    pub disk: Bytes,
}

impl Limits {
    /// What a compiler may use where nothing else is said.
    #[must_use]
    pub fn for_builds() -> Self {
        Self {
            time: Duration::from_secs(60),
            memory: Bytes::mib(2048),
            output: Bytes::mib(1),
            processes: 256,
            disk: Bytes::mib(512),
        }
    }

    /// What a command of the user's may use where nothing else is said: it builds and tests a whole project.
    #[must_use]
    pub fn for_commands() -> Self {
        Self {
            time: Duration::from_secs(600),
            memory: Bytes::mib(4096),
            output: Bytes::mib(16),
            processes: 512,
            disk: Bytes::mib(1024),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(10),
            memory: Bytes::mib(512),
            output: Bytes::mib(64),
            processes: 64,
            disk: Bytes::mib(64),
        }
    }
}

/// The inputs that the code is run on.
#[derive(Clone, Debug, Default)]
pub struct Workload {
    /// At least one case in a usable task: in the order of their names, held-out ones behind the others.
    pub cases: Vec<Case>,
    /// How many of them a session is to hold out; [`held_out::choose`] marks them.
    pub hold_out: HoldOut,
    /// Names of cases that always stay shown.
    pub shown: Vec<String>,
    /// The folder or file that the cases were read from, if they were: nothing of it may come before a version's eyes.
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
    /// Standard input.
    pub input: Arc<[u8]>,
    /// Standard output as it should be; `None` until the oracle has said it.
    pub expected: Option<Arc<[u8]>>,
    /// Never shown to the model: neither in a prompt nor in what it is told of a failure.
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
pub struct Reference {
    /// `hash map, one pass`.
    pub name: String,
    /// The solution.
    pub source: Source,
}

/// Something that is either a file on this machine or compiled into the program.
#[derive(Clone, Debug)]
pub enum PathOrText {
    /// A file.
    Path(PathBuf),
    /// Its text.
    Text(Arc<str>),
}

/// A problem with what the user gave: what, where, what to do.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// A file could not be read.
    #[error("cannot read {path}: {why}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// Something in the input is wrong; the sentence says what, where and what to do.
    #[error("{0}")]
    Invalid(String),
    /// A compiler or interpreter is missing; nothing is wrong with the task.
    #[error("{0}")]
    Environment(String),
}

/// Extra facts by name, for forward compatibility of task files.
pub type Extra = BTreeMap<String, toml::Value>;

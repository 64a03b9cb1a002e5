//! A task that can be carried to another machine: everything in it, and nothing that only makes sense where it was made.
//!
//! [`PortableTask::pack`] takes a task apart, [`PortableTask::unpack`] makes one of what a stranger wrote. Nothing in it names a
//! program to run, a place on a disk or a variable of the environment; what a run may use is never more than usual. The language
//! is named by its id and is that of the machine it is played on.

mod blob;
mod limits;
mod pack;
mod unpack;

use serde::{Deserialize, Serialize};

pub use self::blob::Blob;
pub(crate) use self::limits::PortableLimits;
pub use self::pack::Packed;
pub(crate) use self::unpack::prose;
use super::{Objective, Source};

/// Most cases of a task that is carried.
pub(crate) const MOST_CASES: usize = 10_000;

/// A task without its cases; see the module's page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PortableTask {
    /// Short name.
    pub name: String,
    /// One line for people.
    #[serde(default)]
    pub title: String,
    /// The problem in words, Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub statement: String,
    /// Id of the language.
    pub language: String,
    /// What is to become better.
    #[serde(default)]
    pub objective: Objective,
    /// The whole file that versions are, or are put into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The part of the file that may change, as it is asked for behind `FILE::`; absent for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Where a function is called: how. Then the input of a case is its calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls: Option<PortableCalls>,
    /// The checker by its name; absent for the usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checker: Option<String>,
    /// A checker that is a program. It runs in the sandbox, as versions do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checker_program: Option<PortableProgram>,
    /// Limits of a run; never more than usual where it is played.
    #[serde(default)]
    pub limits: PortableLimits,
    /// Limits of a build.
    #[serde(default)]
    pub build: PortableLimits,
    /// Exit statuses that a version may end with; empty for 0 alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ok_status: Vec<u8>,
    /// Arguments of every run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,
    /// Names of the cases that no prompt shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held_out: Vec<String>,
    /// The only case that is timed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<String>,
    /// Data files that a run finds in its folder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<PortableFile>,
    /// Solutions of people to rank against.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<PortableReference>,
}

/// How a function is called.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PortableCalls {
    /// Whether one instance of the module serves all repetitions.
    #[serde(default)]
    pub keep: bool,
    /// The function of the same file that is called, where it is not the region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// A function that makes the calls. It runs in the sandbox, beside the version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator: Option<PortableGenerator>,
}

/// A function that makes calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PortableGenerator {
    /// The file it stands in; absent where that is the task's own file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Its name.
    pub function: String,
}

/// A program that belongs to a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PortableProgram {
    /// Its text.
    pub source: Source,
    /// Id of its language; told by the file's ending where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// A data file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PortableFile {
    /// Its name in the work folder of a run.
    pub name: String,
    /// What is in it.
    pub content: Blob,
}

/// A solution of a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PortableReference {
    /// What it is called.
    pub name: String,
    /// Its text.
    pub source: Source,
}

/// A case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PortableCase {
    /// Its name.
    pub name: String,
    /// Standard input, or the calls.
    pub input: Blob,
    /// What is right; absent where the original says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Blob>,
    /// The exit status that is right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u8>,
}

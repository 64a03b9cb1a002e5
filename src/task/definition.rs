//! [`Task`]: what is optimised and how it is judged.

use std::path::PathBuf;
use std::sync::Arc;

use super::checker::Checker;
use super::harness::Harness;
use super::language::Language;
use super::objective::Objective;
use super::ok_status::OkStatus;
use super::project::Project;
use super::region::{Misfit, Region, Syntax};
use super::source::{DataFile, PathOrText, ReferenceSolution, Source};
use super::workload::Workload;
use crate::sandbox::Limits;

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
    /// Exit statuses that a version which is a program may end with.
    pub ok_status: OkStatus,
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
    pub(crate) fn assemble(&self, version: &str) -> Result<String, Misfit> {
        match &self.region {
            Some(region) => region.assemble(version),
            None => Ok(version.to_owned()),
        }
    }

    /// A number that two versions share if they are the same code: equal but for comments and white space that means nothing.
    /// `in_place`: of the whole file with it, so that a helper or the class around a function may be repeated or left out; `None`
    /// where that is no other text, or the version does not fit.
    pub(crate) fn fingerprint(&self, version: &str, in_place: bool) -> Option<u64> {
        let syntax = Syntax::of(&self.language);
        match &self.region {
            _ if !in_place => Some(syntax.fingerprint(version)),
            Some(region) => Some(syntax.fingerprint(&region.assemble(version).ok()?)),
            None => None,
        }
    }
}

//! How a version is run: as a program, by calls of one function, or by commands of the user.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Case, HoldOut, Workload};

/// How a version is run. A case's input means something else in each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Harness {
    /// A program: a case's input is its standard input, its standard output is the answer.
    #[default]
    Program,
    /// One function, called by a driver of ours: the input of a case is its calls (see [`super::calls`]).
    Calls(Calls),
    /// Commands in a private copy of the work tree; there are no cases.
    Commands(Commands),
}

impl Harness {
    /// Whether anything says that a version is right: of commands only a check does.
    #[must_use]
    pub(crate) fn judges(&self) -> bool {
        !matches!(self, Self::Commands(commands) if commands.check.is_none())
    }
}

/// Calls of one function.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Calls {
    /// A function of the user that makes the calls; the input of a case is then only a seed.
    pub generator: Option<CallGenerator>,
    /// One instance of the module serves all repetitions, so that what it caches between them counts.
    pub keep: bool,
    /// The function that is called, as a driver is asked for it, where it is not the region: one of the same file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}

/// A function in a file of the user that makes calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallGenerator {
    /// The file, absolute.
    pub file: PathBuf,
    /// The function's name.
    pub function: String,
}

/// Commands of the user, run by a shell in a private copy of the work tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commands {
    /// Succeeds if a version is right: `cargo test`.
    pub check: Option<String>,
    /// Is timed, or prints `METRIC name=value`: `cargo bench -- parse`.
    pub bench: Option<String>,
    /// Runs once outside the sandbox before anything else, where the user agreed: `cargo fetch`.
    pub prepare: Option<String>,
    /// The METRIC that counts, where the bench prints several.
    pub metric: Option<String>,
    /// Whether a larger value of the METRIC is the better one.
    pub higher_is_better: bool,
}

/// Name of the case that is the check.
pub(crate) const CHECK: &str = "check";

/// Name of the case that is the bench.
pub(crate) const BENCH: &str = "bench";

impl Commands {
    /// The check and the bench as cases; the bench, if there is one, is the case that is timed.
    #[must_use]
    pub fn workload(&self) -> Workload {
        let case = |name: &str| Case {
            name: name.to_owned(),
            input: Arc::from([]),
            expected: Some(Arc::from([])),
            status: None,
            held_out: false,
        };
        let named = [(CHECK, &self.check), (BENCH, &self.bench)];
        let there = named.iter().filter(|(_, command)| command.is_some());
        let cases: Vec<Case> = there.map(|(name, _)| case(name)).collect();
        Workload {
            cases,
            hold_out: HoldOut::Count(0),
            ..Workload::default()
        }
    }
}

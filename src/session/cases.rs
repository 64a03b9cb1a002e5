//! Cases that come in while a session is on, single runs of cases, and the task's reference solutions.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::words::count;
use crate::measure::{CaseResult, Comparison, Evaluation, Failure, Verdict};
use crate::task::{Case, Objective};

/// A case that the developer added to a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedCase {
    /// Its name, unlike any other's.
    pub name: String,
    /// Standard input.
    pub input: Arc<str>,
    /// Standard output as it should be.
    pub expected: Arc<str>,
    /// The exit status as it should be; absent where any will do that the task allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u8>,
    /// Whether the model is never shown it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held_out: bool,
    /// Whether the original said the expected output.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_original: bool,
}

impl From<&AddedCase> for Case {
    fn from(added: &AddedCase) -> Self {
        Self {
            name: added.name.clone(),
            input: added.input.as_bytes().into(),
            expected: Some(added.expected.as_bytes().into()),
            status: added.status,
            held_out: added.held_out,
        }
    }
}

/// One case run once more.
#[derive(Clone, Debug, PartialEq)]
pub struct Rerun {
    /// Its result this time.
    pub result: CaseResult,
    /// How it failed, if it did.
    pub failure: Option<Failure>,
}

/// A version's evaluation before cases were added, and its results on those, so that an added case can be withdrawn.
#[derive(Clone, Debug, Default)]
pub(crate) struct Checks {
    pub(super) before: Option<Box<Evaluation>>,
    pub(super) results: Vec<Rerun>,
}

/// A reference solution as it was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// Its name.
    pub name: String,
    /// The verdict on it.
    pub verdict: Verdict,
    /// It against v0; absent where it does not pass.
    pub comparison: Option<Comparison>,
}

/// How a version stands among the references that pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReferenceRank {
    /// References that it is better than: their intervals lie below its own.
    pub ahead_of: usize,
    /// References whose intervals meet its own.
    pub level_with: usize,
    /// References that pass and were timed as it was.
    pub of: usize,
}

impl ReferenceRank {
    /// `faster than 3 of 4 references, level with 1`.
    #[must_use]
    pub fn in_words(self, objective: Objective) -> String {
        let level = match self.level_with {
            0 => String::new(),
            n => format!(", level with {n}"),
        };
        let ahead = self.ahead_of;
        let (word, of) = (objective.comparative(), count(self.of, "reference"));
        format!("{word} than {ahead} of {of}{level}")
    }
}

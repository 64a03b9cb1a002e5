//! The task as a session keeps it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::task::{Objective, Task, held_out};

/// The task as the session keeps it: enough to show and to resume it without the files it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskRecord {
    /// Short name.
    pub name: String,
    /// One line.
    pub title: String,
    /// The problem in words.
    pub statement: Arc<str>,
    /// Id of the language.
    pub language: String,
    /// Version line of its compiler or interpreter.
    pub toolchain: String,
    /// Objective at the start.
    pub objective: Objective,
    /// Exit statuses that a version may end with; empty where it is 0 alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ok_status: Vec<u8>,
    /// Names and sizes (input bytes) of the cases: shown ones, then held-out ones.
    pub cases: Vec<(String, u64)>,
    /// Names of the cases that the model is never shown; none in sessions of before there were any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held_out: Vec<String>,
    /// The seed that they were drawn with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_out_seed: Option<u32>,
    /// How a version is judged, for people, a paragraph each; empty in sessions of before it was kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub judged_by: Vec<String>,
    /// How to build the task again: the bundled name, or the flags it was made from.
    pub origin: Origin,
}

impl TaskRecord {
    /// The compiler or interpreter with its version. Some say their number alone (`v20.20.2`): the language stands before it then.
    #[must_use]
    pub fn toolchain_in_words(&self) -> String {
        let number = self.toolchain.strip_prefix('v').unwrap_or(&self.toolchain);
        if number.starts_with(|c: char| c.is_ascii_digit()) {
            format!("{} {}", self.language, self.toolchain)
        } else {
            self.toolchain.clone()
        }
    }

    /// The record of a task as it is now.
    pub(crate) fn of(task: &Task, toolchain: String, origin: Origin, seed: Option<u32>) -> Self {
        let held_out = held_out::names(task);
        Self {
            name: task.name.clone(),
            title: task.title.clone(),
            statement: task.statement.as_str().into(),
            language: task.language.id.clone(),
            toolchain,
            objective: task.objective,
            ok_status: task.ok_status.unusual(),
            cases: task
                .workload
                .cases
                .iter()
                .map(|c| (c.name.clone(), c.input.len() as u64))
                .collect(),
            held_out_seed: seed.filter(|_| !held_out.is_empty()),
            held_out,
            judged_by: task.judged_in_words(),
            origin,
        }
    }

    /// Whether the model is never shown the case of this name.
    #[must_use]
    pub fn holds_out(&self, case: &str) -> bool {
        self.held_out.iter().any(|h| h == case)
    }
}

/// Where a task came from, so that `resume` can load it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Origin {
    /// A bundled task.
    Bundled {
        /// Its name.
        name: String,
    },
    /// A folder with a `task.toml`, or flags; the whole task is kept in the session's folder `task/`.
    Kept,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_toolchain_that_says_its_number_alone_gets_its_language_before_it() {
        let mut task = TaskRecord {
            name: String::new(),
            title: String::new(),
            statement: "".into(),
            language: "javascript".into(),
            toolchain: String::new(),
            objective: Objective::Time,
            ok_status: Vec::new(),
            cases: Vec::new(),
            held_out: Vec::new(),
            held_out_seed: None,
            judged_by: Vec::new(),
            origin: Origin::Kept,
        };
        for (said, words) in [
            ("v20.20.2", "javascript v20.20.2"),
            ("3.2.1", "javascript 3.2.1"),
            ("Python 3.11.7", "Python 3.11.7"),
            ("vala 0.56", "vala 0.56"),
            ("", ""),
        ] {
            task.toolchain = said.into();
            assert_eq!(task.toolchain_in_words(), words);
        }
    }
}

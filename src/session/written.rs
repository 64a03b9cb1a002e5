//! Which versions of a session were written to the user's files: where, how, and whether that was undone.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ids::VersionId;

/// How a version left the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteMethod {
    /// The file was replaced.
    File,
    /// The file had changed, and was replaced by the merge of both.
    Merged,
    /// A patch was made of it.
    Patch,
    /// A commit on a new branch was made of it.
    Branch,
}

/// One act of writing back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteRecord {
    /// Which version.
    pub version: VersionId,
    /// The user's file, absolute, all links followed.
    pub path: String,
    /// The form in which it left the session.
    pub how: WriteMethod,
    /// Name of the branch, or of the patch's file; empty where the file itself was written.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// blake3 of what the file held before, which is kept beside the journal; empty where the file was not touched.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub before: String,
    /// blake3 of what it held after.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub after: String,
}

impl WriteRecord {
    /// Whether the user's file itself was changed, so that it can be taken back.
    #[must_use]
    pub fn touched_the_file(&self) -> bool {
        !self.before.is_empty()
    }

    /// What was done, in a sentence without an end: `v3 written to src/geo.py`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let Self {
            version,
            path,
            name,
            ..
        } = self;
        match self.how {
            WriteMethod::File => format!("{version} written to {path}"),
            WriteMethod::Merged => format!("{version} merged into {path}"),
            WriteMethod::Patch => format!("patch of {version} for {path} written to {name}"),
            WriteMethod::Branch => {
                format!("{version} committed for {path} on the new branch {name}")
            }
        }
    }
}

/// An act of writing back, and whether it was undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteEntry {
    /// What was done.
    pub record: WriteRecord,
    /// When it was done.
    pub at: jiff::Timestamp,
    /// Why it was taken back, if it was.
    pub undone: Option<String>,
}

/// What writing a version back would do, made from the file as it was at that moment; for the developer to confirm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WritePlan {
    /// Counts up with every plan, so that plans can be told apart.
    pub number: u32,
    /// Which version; v0 where none can be written.
    pub version: VersionId,
    /// The user's file; empty where the session knows none.
    pub path: String,
    /// Whether it can be written.
    #[serde(flatten)]
    pub standing: Standing,
    /// The file's text now, line endings left aside; on a conflict what it was when the session began.
    pub old: Arc<str>,
    /// Its text after it.
    pub new: Arc<str>,
    /// What was gained, in words; empty where that was not measured.
    pub gain: String,
    /// What should be looked at first: each needs a second thought.
    pub cautions: Vec<String>,
    /// What should be known: links, another owner.
    pub notes: Vec<String>,
    /// The command that runs afterwards, and on whose failure it is taken back; empty for none.
    pub check: String,
}

/// Whether a version can be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "standing", rename_all = "snake_case")]
pub enum Standing {
    /// The file is as it was: yes.
    Ready,
    /// It changed, and the two go together: merged.
    Changed,
    /// It changed in the same places.
    Conflicts {
        /// First lines of the places in the file as it is now, from 1.
        lines: Vec<usize>,
    },
    /// It holds the version already.
    Written,
    /// No; a patch may still be had where a version is named.
    Refused {
        /// Why, and what to do.
        why: String,
    },
}

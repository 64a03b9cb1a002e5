//! Writes a planned text, lets the user's check have its say, and takes back.

use std::path::{Path, PathBuf};

use super::keep::{Keep, name};
use super::merge::Conflict;
use super::place::{Place, Refusal};
use super::plan::{Plan, State};
use super::replace::{Failure, replace};
use crate::session::event::VersionId;
use crate::session::written::{WriteMethod, WriteRecord};

/// The user's check: is given the written file, and says what is wrong if something is.
pub type Check<'a> = &'a mut dyn FnMut(&Path) -> Result<(), String>;

/// What goes on around a write.
pub struct Around<'a> {
    /// Where the old file is kept.
    pub keep: &'a Keep,
    /// Told of every change of the user's file as soon as it is made; with a reason where it was taken back.
    pub tell: &'a mut dyn FnMut(&WriteRecord, Option<&str>),
    /// Runs after the write; where it fails the change is taken back.
    pub check: Option<Check<'a>>,
    /// Called when the new text lies ready beside the file, right before the last look at it.
    pub ready: Option<&'a mut dyn FnMut()>,
}

/// What was done.
#[derive(Debug)]
pub struct Done {
    /// For the session.
    pub record: WriteRecord,
    /// What could not be kept of the old file: its owner, an attribute.
    pub lost: Vec<String>,
}

/// Why nothing was written, or why it did not stay.
#[derive(Debug, thiserror::Error)]
pub enum Unwritten {
    /// The file changed since the session began; a merge would do.
    #[error(
        "{0} has changed since the session began; nothing is written. The changes go together: merge them (--merge, or m in the workbench)"
    )]
    Changed(PathBuf),
    /// It changed in the same places.
    #[error("{}", conflict_words(path, conflicts))]
    Conflicts {
        /// Which file.
        path: PathBuf,
        /// Where.
        conflicts: Vec<Conflict>,
    },
    /// The version is in the file already.
    #[error("{0} holds this version already; there is nothing to write")]
    Already(PathBuf),
    /// The file cannot be written.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// What the file holds could not be kept.
    #[error("cannot keep what {path} holds now, so it is left alone: {why}")]
    Unkept {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// The check failed; the file is as it was.
    #[error("the check failed, and the change is taken back: {0}")]
    Check(String),
    /// The check failed, and the file could not be taken back.
    #[error("the check failed ({why}), and the change could not be taken back: {stuck}")]
    Stuck {
        /// What the check said.
        why: String,
        /// Why it stays.
        stuck: Box<Unwritten>,
    },
    /// Somebody wrote the file after us.
    #[error(
        "{0} has changed since it was written, and what came after would be lost; it is left alone. What was there before is kept in {1}"
    )]
    Later(PathBuf, PathBuf),
    /// It holds already what it held before.
    #[error("{0} is as it was before; there is nothing to take back")]
    AsBefore(PathBuf),
    /// What it held before is not there any more.
    #[error("what {path} held before cannot be read any more: {why}")]
    Lost {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: std::io::Error,
    },
}

impl From<Refusal> for Unwritten {
    fn from(refusal: Refusal) -> Self {
        Self::Failed(Failure::Refused(refusal))
    }
}

fn conflict_words(path: &Path, conflicts: &[Conflict]) -> String {
    let lines: Vec<String> = conflicts.iter().map(|c| c.line.to_string()).collect();
    let (word, lines) = match lines.as_slice() {
        [one] => ("line", one.clone()),
        many => ("lines", many.join(", ")),
    };
    format!(
        "{} has changed since the session began, in the same places as the version ({word} {lines}); nothing is written. Take a patch (--patch) and put the two together by hand",
        path.display()
    )
}

/// Writes what was planned; with `merge` also into a file that changed. The old file is kept first.
///
/// # Errors
/// Nothing was written, or it was taken back again; the sentence says which.
pub fn write(
    plan: &Plan,
    version: VersionId,
    merge: bool,
    around: Around<'_>,
) -> Result<Done, Unwritten> {
    let asked = plan.place.asked.clone();
    let (text, how) = match &plan.state {
        State::Ready(text) => (text, WriteMethod::File),
        State::Changed(text) if merge => (text, WriteMethod::Merged),
        State::Changed(_) => return Err(Unwritten::Changed(asked)),
        State::Conflicts(conflicts) => {
            return Err(Unwritten::Conflicts {
                path: asked,
                conflicts: conflicts.clone(),
            });
        }
        State::Written => return Err(Unwritten::Already(asked)),
    };
    let old = plan.place.text.as_bytes();
    let before = around.keep.put(old).map_err(|why| Unwritten::Unkept {
        path: asked.clone(),
        why,
    })?;
    let lost = replace(&plan.place, text.as_bytes(), around.ready)?;
    let record = WriteRecord {
        version,
        path: plan.place.real.display().to_string(),
        how,
        name: String::new(),
        before,
        after: name(text.as_bytes()),
    };
    (around.tell)(&record, None);
    if let Some(check) = around.check
        && let Err(why) = check(&asked)
    {
        return Err(match take_back(&record, around.keep) {
            Ok(_) => {
                (around.tell)(&record, Some(&format!("the check failed: {why}")));
                Unwritten::Check(why)
            }
            Err(stuck) => Unwritten::Stuck {
                why,
                stuck: Box::new(stuck),
            },
        });
    }
    Ok(Done { record, lost })
}

/// Puts back what the file held before it was written. Gives back what could not be kept of the file besides.
///
/// # Errors
/// The file changed since, cannot be written, or what it held is lost; it is then left alone.
pub fn take_back(record: &WriteRecord, keep: &Keep) -> Result<Vec<String>, Unwritten> {
    let path = PathBuf::from(&record.path);
    let place = Place::look(&path)?;
    let now = name(place.text.as_bytes());
    if now == record.before {
        return Err(Unwritten::AsBefore(path));
    }
    if now != record.after {
        let kept = keep.path(&record.before);
        return Err(Unwritten::Later(path, kept));
    }
    let bytes = keep
        .get(&record.before)
        .map_err(|why| Unwritten::Lost { path, why })?;
    Ok(replace(&place, &bytes, None)?)
}

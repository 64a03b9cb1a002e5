//! Writes a planned text, runs the user's check, and undoes.

use std::io;
use std::path::{Path, PathBuf};

use super::backup_store::{BackupStore, name};
use super::merge::Conflict;
use super::replace::{ReplaceError, replace};
use super::replacement::{FileState, Replacement};
use super::target_file::{FileRefusal, TargetFile};
use crate::session::event::VersionId;
use crate::session::written::{WriteMethod, WriteRecord};

/// The user's check: it gets the written file and returns what is wrong.
pub type Check<'a> = &'a mut dyn FnMut(&Path) -> Result<(), String>;

/// What a write needs and reports to.
pub struct WriteContext<'a> {
    /// Where the old file is backed up.
    pub backups: &'a BackupStore,
    /// Records every change of the user's file in the session's journal: right before it is made, so that a process that is
    /// killed in between leaves no change that nobody knows of; and with a reason as soon as it was undone. What cannot be
    /// recorded is not written.
    pub record: &'a mut dyn FnMut(&WriteRecord, Option<&str>) -> io::Result<()>,
    /// Runs after the write; if it fails, the change is undone.
    pub check: Option<Check<'a>>,
    /// Called once the new text is written beside the file, right before the last check.
    pub ready: Option<&'a mut dyn FnMut()>,
}

/// A completed write.
#[derive(Debug)]
pub struct WriteOutcome {
    /// The record for the session.
    pub record: WriteRecord,
    /// Which metadata of the old file could not be kept: its owner, an attribute.
    pub lost: Vec<String>,
}

/// Why nothing was written, or why it was undone.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The file changed since the session began; a merge is possible.
    #[error(
        "{0} has changed since the session began; nothing is written. The changes go together: merge them (--merge, or m in the workbench)"
    )]
    Changed(PathBuf),
    /// It changed in the same places.
    #[error("{}", conflict_words(path, conflicts))]
    Conflicts {
        /// The file that it is about.
        path: PathBuf,
        /// All places that conflict.
        conflicts: Vec<Conflict>,
    },
    /// The version is in the file already.
    #[error("{0} holds this version already; there is nothing to write")]
    Already(PathBuf),
    /// The file cannot be written.
    #[error(transparent)]
    Failed(#[from] ReplaceError),
    /// The file could not be backed up.
    #[error("cannot keep what {path} holds now, so it is left alone: {why}")]
    Unkept {
        /// The file that it is about.
        path: PathBuf,
        /// The error of the system.
        why: std::io::Error,
    },
    /// The check failed; the file is restored.
    #[error("the check failed, and the change is taken back: {0}")]
    Check(String),
    /// The check failed, and the file could not be restored.
    #[error("the check failed ({why}), and the change could not be taken back: {stuck}")]
    Stuck {
        /// What the check said.
        why: String,
        /// Why it stays.
        stuck: Box<WriteError>,
    },
    /// The file was changed after it was written.
    #[error(
        "{0} has changed since it was written, and what came after would be lost; it is left alone. What was there before is kept in {1}"
    )]
    Later(PathBuf, PathBuf),
    /// It contains the old text already.
    #[error("{0} is as it was before; there is nothing to take back")]
    AsBefore(PathBuf),
    /// The backup is gone or has changed.
    #[error("what {path} held before cannot be read any more: {why}")]
    Lost {
        /// The file that it is about.
        path: PathBuf,
        /// The error of the system.
        why: std::io::Error,
    },
}

impl From<FileRefusal> for WriteError {
    fn from(refusal: FileRefusal) -> Self {
        Self::Failed(ReplaceError::Refused(refusal))
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

/// Writes what was planned; with `merge` also into a file that changed. The old file is backed up first.
///
/// # Errors
/// Nothing was written, or it was undone; the sentence says which.
pub fn write(
    plan: &Replacement,
    version: VersionId,
    merge: bool,
    context: WriteContext<'_>,
) -> Result<WriteOutcome, WriteError> {
    let asked = plan.place.asked.clone();
    let (text, how) = match &plan.state {
        FileState::Ready(text) => (text, WriteMethod::File),
        FileState::Changed(text) if merge => (text, WriteMethod::Merged),
        FileState::Changed(_) => return Err(WriteError::Changed(asked)),
        FileState::Conflicts(conflicts) => {
            return Err(WriteError::Conflicts {
                path: asked,
                conflicts: conflicts.clone(),
            });
        }
        FileState::Written => return Err(WriteError::Already(asked)),
    };
    let old = plan.place.text.as_bytes();
    let before = context.backups.put(old).map_err(|why| WriteError::Unkept {
        path: asked.clone(),
        why,
    })?;
    let record = WriteRecord {
        version,
        path: plan.place.real.display().to_string(),
        how,
        name: String::new(),
        before,
        after: name(text.as_bytes()),
    };
    let mut recorded = false;
    let replaced = replace(&plan.place, text.as_bytes(), context.ready, &mut || {
        (context.record)(&record, None)?;
        recorded = true;
        context.backups.sync_journal()
    });
    let mut undone = |why: &str| {
        // What cannot be recorded is at worst taken back a second time, which changes nothing.
        let _ = (context.record)(&record, Some(why));
    };
    let lost = match replaced {
        Ok(lost) => lost,
        Err(why) if recorded => {
            undone(&format!("it was not written: {why}"));
            return Err(why.into());
        }
        Err(why) => return Err(why.into()),
    };
    if let Some(check) = context.check
        && let Err(why) = check(&asked)
    {
        return Err(match take_back(&record, context.backups) {
            Ok(_) => {
                undone(&format!("the check failed: {why}"));
                WriteError::Check(why)
            }
            Err(stuck) => WriteError::Stuck {
                why,
                stuck: Box::new(stuck),
            },
        });
    }
    Ok(WriteOutcome { record, lost })
}

/// Restores what the file contained before it was written. Returns which metadata could not be kept.
///
/// # Errors
/// The file changed since, cannot be written, or its backup is lost; it is then left alone.
pub fn take_back(record: &WriteRecord, backups: &BackupStore) -> Result<Vec<String>, WriteError> {
    let path = PathBuf::from(&record.path);
    let place = TargetFile::read(&path)?;
    let now = name(place.text.as_bytes());
    if now == record.before {
        return Err(WriteError::AsBefore(path));
    }
    if now != record.after {
        let kept = backups.path(&record.before);
        return Err(WriteError::Later(path, kept));
    }
    let bytes = backups
        .get(&record.before)
        .map_err(|why| WriteError::Lost { path, why })?;
    Ok(replace(&place, &bytes, None, &mut || Ok(()))?)
}

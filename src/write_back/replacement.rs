//! What writing a version back would do to the file as it is now.

use std::path::Path;

use super::merge::{self, Conflict};
use super::target_file::{FileRefusal, TargetFile};
use super::{diff, text};

/// The planned change of a file, made from its present contents.
#[derive(Debug)]
pub struct Replacement {
    /// The file as it was read.
    pub place: TargetFile,
    /// How it differs from what the session began with.
    pub state: FileState,
    base: String,
    new: String,
}

/// How the file differs from what the session began with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileState {
    /// Unchanged: the version can replace it. Contains the file's text afterwards.
    Ready(String),
    /// Changed since, and the changes can be merged. Contains the merged text, which has not been measured.
    Changed(String),
    /// Changed since, in the same places.
    Conflicts(Vec<Conflict>),
    /// It contains the version already.
    Written,
}

impl Replacement {
    /// Reads the file now and compares it with `base`, its whole text when the session began, and `new`, its whole text
    /// with the version in place. Byte-order mark, line endings and last newline are kept as in the file.
    ///
    /// # Errors
    /// The file cannot be read, or could not be written.
    pub fn make(path: &Path, base: &str, new: &str) -> Result<Self, FileRefusal> {
        let plan = Self::of(path, base, new)?;
        if plan.state != FileState::Written {
            plan.place.writable()?;
        }
        Ok(plan)
    }

    /// As [`Replacement::make`], without checking whether the file can be written: for a patch.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn of(path: &Path, base: &str, new: &str) -> Result<Self, FileRefusal> {
        let place = TargetFile::read(path)?;
        let base = text::plain(base);
        let new = text::end_like(&text::plain(new), &base);
        let state = state(&base, &place.text, &new);
        Ok(Self {
            place,
            state,
            base,
            new,
        })
    }

    /// The file's text afterwards, if it can be written; with `merge` also a merged text.
    #[must_use]
    pub fn text(&self, merge: bool) -> Option<&str> {
        match &self.state {
            FileState::Ready(text) => Some(text),
            FileState::Changed(text) if merge => Some(text),
            _ => None,
        }
    }

    /// The change as a diff, line endings ignored: of a merge where the file changed; of the version
    /// itself where they conflict; empty where it is written already.
    #[must_use]
    pub fn diff(&self) -> String {
        let (old, new) = self.sides();
        diff::unified(&old, &new)
    }

    /// The two texts of a patch, byte for byte as in the file: against the file as it is, or against what the
    /// session began with where the file changed and no merge is wanted. `None` where it is written already.
    pub(crate) fn patch_sides(&self, merge: bool) -> Option<(String, String)> {
        let file = &self.place.text;
        match &self.state {
            FileState::Ready(new) => Some((file.clone(), new.clone())),
            FileState::Changed(new) if merge => Some((file.clone(), new.clone())),
            FileState::Changed(_) | FileState::Conflicts(_) => {
                let dressed = |text| text::apply_line_endings(text, file);
                Some((dressed(&self.base), dressed(&self.new)))
            }
            FileState::Written => None,
        }
    }

    /// The two texts behind [`Replacement::diff`], plain.
    #[must_use]
    pub fn sides(&self) -> (String, String) {
        match &self.state {
            FileState::Ready(new) | FileState::Changed(new) => {
                (text::plain(&self.place.text), text::plain(new))
            }
            FileState::Conflicts(_) => (self.base.clone(), self.new.clone()),
            FileState::Written => (self.new.clone(), self.new.clone()),
        }
    }
}

/// `base` and `new` are plain, `file` is as the file has it.
pub(super) fn state(base: &str, file: &str, new: &str) -> FileState {
    let now = text::plain(file);
    let new = text::end_like(new, &now);
    if now == new {
        return FileState::Written;
    }
    if now == base {
        return FileState::Ready(text::apply_line_endings(&new, file));
    }
    match merge::three_way(base, &now, &new) {
        Ok(merged) if merged == now => FileState::Written,
        Ok(merged) => FileState::Changed(text::apply_line_endings(&merged, file)),
        Err(conflicts) => FileState::Conflicts(conflicts),
    }
}

//! What writing a version back would do to the file as it is now.

use std::path::Path;

use super::merge::{self, Conflict};
use super::place::{Place, Refusal};
use super::{diff, text};

/// What is to be done to a file, made from what it holds at this moment.
#[derive(Debug)]
pub struct Plan {
    /// The file as it was found.
    pub place: Place,
    /// How it stands to what the session began with.
    pub state: State,
    base: String,
    new: String,
}

/// How the file stands to what the session began with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// As it was: the version takes its place. Holds the file's text after it.
    Ready(String),
    /// Changed since, and the changes go together. Holds the merged text, which nobody has measured.
    Changed(String),
    /// Changed since, in the same places.
    Conflicts(Vec<Conflict>),
    /// It holds the version already.
    Written,
}

impl Plan {
    /// Reads the file now and compares it with `base`, its whole text when the session began, and `new`, its whole text
    /// with the version in place. Byte-order marks, line endings and the last newline are the file's own.
    ///
    /// # Errors
    /// The file cannot be read, or could not be written.
    pub fn make(path: &Path, base: &str, new: &str) -> Result<Self, Refusal> {
        let plan = Self::look(path, base, new)?;
        if plan.state != State::Written {
            plan.place.writable()?;
        }
        Ok(plan)
    }

    /// As [`Plan::make`], but whether the file could be written is not asked: for a patch.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn look(path: &Path, base: &str, new: &str) -> Result<Self, Refusal> {
        let place = Place::look(path)?;
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

    /// The file's text after it, where there is one; with `merge` also that of a merge.
    #[must_use]
    pub fn text(&self, merge: bool) -> Option<&str> {
        match &self.state {
            State::Ready(text) => Some(text),
            State::Changed(text) if merge => Some(text),
            _ => None,
        }
    }

    /// The difference that it would make, line endings left aside: of a merge where the file changed; of the version
    /// itself where they conflict; empty where it is written already.
    #[must_use]
    pub fn diff(&self) -> String {
        let (old, new) = self.sides();
        diff::unified(&old, &new)
    }

    /// The two texts of a patch, as the file has them to the byte: against the file as it is, or against what the
    /// session began with where the file changed and no merge is wanted. `None` where it is written already.
    #[must_use]
    pub fn patch_sides(&self, merge: bool) -> Option<(String, String)> {
        let file = &self.place.text;
        match &self.state {
            State::Ready(new) => Some((file.clone(), new.clone())),
            State::Changed(new) if merge => Some((file.clone(), new.clone())),
            State::Changed(_) | State::Conflicts(_) => {
                let dressed = |text| text::dress(text, file);
                Some((dressed(&self.base), dressed(&self.new)))
            }
            State::Written => None,
        }
    }

    /// The two texts behind [`Plan::diff`], plain.
    #[must_use]
    pub fn sides(&self) -> (String, String) {
        match &self.state {
            State::Ready(new) | State::Changed(new) => {
                (text::plain(&self.place.text), text::plain(new))
            }
            State::Conflicts(_) => (self.base.clone(), self.new.clone()),
            State::Written => (self.new.clone(), self.new.clone()),
        }
    }
}

/// `base` and `new` are plain, `file` is as the file has it.
pub(super) fn state(base: &str, file: &str, new: &str) -> State {
    let now = text::plain(file);
    let new = text::end_like(new, &now);
    if now == new {
        return State::Written;
    }
    if now == base {
        return State::Ready(text::dress(&new, file));
    }
    match merge::three_way(base, &now, &new) {
        Ok(merged) if merged == now => State::Written,
        Ok(merged) => State::Changed(text::dress(&merged, file)),
        Err(conflicts) => State::Conflicts(conflicts),
    }
}

//! The two texts of a version: the user's whole file as it was when the session began, and with the version in place.

use std::path::{Path, PathBuf};

use super::backup_store;
use super::choose::Chosen;
use super::project_path::{ProjectPath, within};
use super::replacement::Replacement;
use super::target_file::{FileRefusal, TargetFile};
use crate::session::written::{WriteEntry, WriteMethod};
use crate::task::Task;

/// A version as a change of a whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// The user's file, where the session knows it.
    pub path: Option<PathBuf>,
    /// What it held when the session began.
    pub base: String,
    /// What it will hold.
    pub new: String,
    /// The file's bare name.
    pub name: String,
    /// What is made better, in a few words: `Grid.nearest in geo.py`, `slow.py`.
    pub what: String,
    /// The project's folder, where there is one.
    pub project: Option<PathBuf>,
    /// What Reheat itself made the file hold last in this session, where that stands: the blake3 of it.
    pub own: Option<String>,
}

impl FileChange {
    /// The change that a version makes. `file` is where the file is now, if it was moved; without a task the session's texts are whole files.
    ///
    /// # Errors
    /// The version does not fit into its file: a sentence.
    pub fn of(
        task: Option<&Task>,
        chosen: &Chosen<'_>,
        file: Option<PathBuf>,
    ) -> Result<Self, String> {
        let text = &*chosen.version.source.text;
        let region = task.and_then(|t| t.region.as_deref());
        let name = &chosen.original.source.file_name;
        let path = file
            .or_else(|| task.and_then(|t| t.path.clone()))
            .or_else(|| region.map(|t| t.path.clone()));
        let name = path
            .as_deref()
            .and_then(|p| p.file_name())
            .map_or_else(|| name.clone(), |n| n.to_string_lossy().into_owned());
        let (base, new, what) = match region {
            Some(region) => {
                let new = region.assemble(text).map_err(|misfit| {
                    format!("{} does not fit into the file: {misfit}", chosen.version.id)
                })?;
                let what = format!("{} in {name}", region.name);
                (region.file.to_string(), new, what)
            }
            None => (
                chosen.original.source.text.to_string(),
                text.to_owned(),
                name.clone(),
            ),
        };
        Ok(Self {
            path,
            base,
            new,
            name,
            what,
            project: task.and_then(|t| t.project.root.clone()),
            own: None,
        })
    }

    /// The same where the session has written another version already: one may take the place of the other.
    #[must_use]
    pub fn after(self, written: &[WriteEntry]) -> Self {
        let stands = |e: &&WriteEntry| e.undone.is_none() && e.record.touched_the_file();
        let last = written.iter().rfind(stands).map(|e| &e.record);
        let own = last.filter(|r| r.how == WriteMethod::File);
        Self {
            own: own.map(|r| r.after.clone()),
            ..self
        }
    }

    /// What the change would do to the file as it is now.
    ///
    /// # Errors
    /// As [`Replacement::make`].
    pub fn replacement(&self, path: &Path) -> Result<Replacement, FileRefusal> {
        let own = self.own.as_ref().and_then(|own| {
            let text = TargetFile::read(path).ok()?.text;
            (backup_store::name(text.as_bytes()) == *own).then_some(text)
        });
        Replacement::make(path, own.as_deref().unwrap_or(&self.base), &self.new)
    }

    /// The file's path from the root of its project; only its name where it is not on this machine.
    pub(crate) fn project_path(&self) -> ProjectPath {
        let path = self.path.clone();
        let path = path.unwrap_or_else(|| PathBuf::from("/").join(&self.name));
        let real = std::fs::canonicalize(&path).unwrap_or(path);
        within(&real, self.project.as_deref())
    }
}

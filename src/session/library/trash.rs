//! Sessions that were removed: each removal is a numbered folder under `trash/` of the data folder, until the garbage is collected.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::Library;
use super::summary::size;
use crate::session::journal::{self, JournalError, open_to_read};

impl Library {
    /// The folder of all removals, beside that of the sessions.
    pub(super) fn trash(&self) -> PathBuf {
        self.root.with_file_name("trash")
    }

    /// Removals that can be taken back, the oldest first.
    pub(super) fn removals(&self) -> Vec<(u64, PathBuf)> {
        let entries = fs::read_dir(self.trash()).into_iter().flatten().flatten();
        let number = |e: fs::DirEntry| Some((e.file_name().to_str()?.parse().ok()?, e.path()));
        let mut all: Vec<(u64, PathBuf)> = entries.filter_map(number).collect();
        all.sort();
        all
    }

    /// Moves sessions into the trash, all of them or, where one is pinned or open in another program, none. Gives the bytes that
    /// they have.
    ///
    /// # Errors
    /// A sentence.
    pub(crate) fn remove(&self, ids: &[String]) -> Result<u64, String> {
        // Locked until they are moved, so that nobody begins to write one meanwhile.
        let mut locks = Vec::new();
        for id in ids {
            if self.marks(id).is_ok_and(|marks| marks.pinned) {
                return Err(format!(
                    "session {id} is pinned, and nothing is removed; `reheat mark {id} --unpin` first"
                ));
            }
            locks.push(lock(&self.folder(id), id)?);
        }
        let batch = self.new_batch().map_err(|(path, why)| {
            format!("nothing is removed: cannot make {}: {why}", path.display())
        })?;
        let mut bytes = 0;
        for id in ids {
            let moved = batch.join(id);
            fs::rename(self.folder(id), &moved).map_err(|why| {
                // Empty where nothing was moved yet.
                let _ = fs::remove_dir(&batch);
                format!("cannot move session {id} to {}: {why}", batch.display())
            })?;
            bytes += size(&moved);
        }
        Ok(bytes)
    }

    /// The folder of a removal that has a number of its own, also where two programs remove at once.
    fn new_batch(&self) -> Result<PathBuf, (PathBuf, io::Error)> {
        let trash = self.trash();
        fs::create_dir_all(&trash).map_err(|why| (trash.clone(), why))?;
        let first = self
            .removals()
            .last()
            .map_or(1, |(n, _)| n.saturating_add(1));
        let mut taken = None;
        for number in first..first.saturating_add(100) {
            let batch = trash.join(format!("{number:06}"));
            match fs::create_dir(&batch) {
                Ok(()) => return Ok(batch),
                Err(why) if why.kind() == io::ErrorKind::AlreadyExists => taken = Some(why),
                Err(why) => return Err((batch, why)),
            }
        }
        Err((
            trash,
            taken.unwrap_or_else(|| io::ErrorKind::AlreadyExists.into()),
        ))
    }

    /// Brings back what was removed last, and gives its ids.
    ///
    /// # Errors
    /// A sentence: there is nothing, or something of it could not be brought back.
    pub(crate) fn take_back_removal(&self) -> Result<Vec<String>, String> {
        let mut removals = self.removals();
        while let Some((_, batch)) = removals.pop() {
            let ids = names(&batch);
            if ids.is_empty() {
                // Left by a program that was killed in between.
                let _ = fs::remove_dir(&batch);
                continue;
            }
            for id in &ids {
                let (from, to) = (batch.join(id), self.folder(id));
                let failed =
                    |why: String| format!("session {id} stays in {}: {why}", batch.display());
                // A rename would put it in the place of an empty folder.
                if to.symlink_metadata().is_ok() {
                    return Err(failed("another one has its name now".into()));
                }
                let made = fs::create_dir_all(&self.root);
                made.and_then(|()| fs::rename(&from, &to))
                    .map_err(|why| failed(why.to_string()))?;
            }
            let _ = fs::remove_dir(&batch);
            return Ok(ids);
        }
        Err("nothing that was removed is left to bring back".into())
    }
}

/// Names of what a folder holds, in their order.
pub(super) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|e| e.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

/// Keeps other programs from opening a session; nothing where it has no journal that could be opened.
///
/// # Errors
/// That another program has it open.
pub(super) fn lock(folder: &Path, id: &str) -> Result<Option<File>, String> {
    let Ok(file) = open_to_read(&folder.join(journal::FILE)) else {
        return Ok(None);
    };
    match file.try_lock() {
        Err(fs::TryLockError::WouldBlock) => Err(JournalError::Busy(id.to_owned()).to_string()),
        _ => Ok(Some(file)),
    }
}

//! What no session needs: removed sessions, sessions that never began, texts that no journal mentions.
//!
//! Whatever might still be wanted stays: folders that are no sessions, texts of a journal that cannot be read to its end, sessions that
//! are open elsewhere, and what is so young that a program may be in the middle of making it.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Library;
use super::parallel::in_parallel;
use super::summary::{has_begun, size};
use super::trash::{lock, names};
use crate::session::journal::{self, Line, Lines};

/// What is younger than this may be in the middle of being made.
const YOUNG: Duration = Duration::from_secs(60);
/// How the names of files begin that are being written.
const UNFINISHED: &str = ".reheat-";

/// Something that is not needed.
#[derive(Debug)]
pub(crate) struct Garbage {
    /// What kind of thing it is.
    pub(crate) kind: GarbageKind,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// How many bytes it has.
    pub(crate) bytes: u64,
    /// The session it is part of, or was.
    session: String,
}

/// Kinds of what is not needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GarbageKind {
    /// A session that was removed.
    Removed,
    /// A session that never began.
    NeverBegan,
    /// A text that its journal does not mention.
    Text,
    /// A file that was not written to its end: what wrote it was killed.
    Unfinished,
}

impl Library {
    /// What no session needs.
    ///
    /// # Errors
    /// A sentence: the folder of sessions cannot be read.
    pub(crate) fn garbage(&self) -> Result<Vec<Garbage>, String> {
        let ids = self.names().map_err(|e| self.unreadable(&e))?;
        let mut all = Vec::new();
        for (_, batch) in self.removals() {
            let ids = names(&batch);
            all.extend(ids.into_iter().map(|id| Garbage {
                kind: GarbageKind::Removed,
                path: batch.join(&id),
                bytes: size(&batch.join(&id)),
                session: id,
            }));
        }
        all.extend(self.root.parent().into_iter().flat_map(unfinished));
        let of_sessions = in_parallel(&ids, |id| self.garbage_of(id));
        all.extend(of_sessions.into_iter().flatten());
        Ok(all)
    }

    fn garbage_of(&self, id: &str) -> Vec<Garbage> {
        let folder = self.folder(id);
        let Ok(_lock) = lock(&folder, id) else {
            return Vec::new();
        };
        if self.never_began(id) {
            return vec![Garbage {
                kind: GarbageKind::NeverBegan,
                bytes: size(&folder),
                path: folder,
                session: id.to_owned(),
            }];
        }
        let texts = folder.join(journal::TEXTS);
        let mut all: Vec<Garbage> = [&folder, &texts]
            .into_iter()
            .flat_map(|f| unfinished(f))
            .collect();
        let mut left = names(&texts);
        left.retain(|name| journal::is_text_name(name));
        if !left.is_empty()
            && let Some(mentioned) = mentioned(&folder)
        {
            left.retain(|name| !mentioned.contains(name));
            let text = |name: String| file(GarbageKind::Text, texts.join(name), id);
            all.extend(left.into_iter().filter_map(text));
        }
        all
    }

    /// Whether a session's folder was made for one, and nothing was ever recorded in it.
    fn never_began(&self, id: &str) -> bool {
        let folder = self.folder(id);
        let journal = folder.join(journal::FILE);
        let young = is_young(&journal).or_else(|| is_young(&folder));
        if young != Some(false) || has_begun(&folder) {
            return false;
        }
        // Without a journal it may be anything, unless there is nothing in it at all.
        let there = names(&folder);
        let is_ours = |name: &String| matches!(name.as_str(), journal::FILE | "task" | "texts");
        let is_pinned = self.marks(id).is_ok_and(|marks| marks.pinned);
        let whole = journal.is_file() && there.iter().all(is_ours);
        !is_pinned && (whole || there.is_empty())
    }

    /// Removes what [`Library::garbage`] found, once and for all. Gives what could not be removed, in sentences.
    pub(crate) fn discard(&self, garbage: &[Garbage]) -> Vec<String> {
        let mut failed = Vec::new();
        for g in garbage {
            let removed = match g.kind {
                GarbageKind::Removed => fs::remove_dir_all(&g.path),
                // It may have been opened, or even have begun, since it was found.
                GarbageKind::NeverBegan => match lock(&self.folder(&g.session), &g.session) {
                    Ok(_lock) if self.never_began(&g.session) => fs::remove_dir_all(&g.path),
                    _ => Ok(()),
                },
                GarbageKind::Unfinished => fs::remove_file(&g.path),
                GarbageKind::Text => match lock(&self.folder(&g.session), &g.session) {
                    Ok(_lock) => fs::remove_file(&g.path),
                    Err(_) => Ok(()),
                },
            };
            if let Err(why) = removed {
                failed.push(format!("cannot remove {}: {why}", g.path.display()));
            }
        }
        for (_, batch) in self.removals() {
            let _ = fs::remove_dir(batch);
        }
        failed
    }
}

/// Files in a folder that were being written when their writer was killed.
fn unfinished(folder: &Path) -> Vec<Garbage> {
    let mut left = names(folder);
    left.retain(|name| name.starts_with(UNFINISHED));
    let paths = left.into_iter().map(|name| folder.join(name));
    paths
        .filter(|path| is_young(path) == Some(false))
        .filter_map(|path| file(GarbageKind::Unfinished, path, ""))
        .collect()
}

/// A file that is not needed; nothing where it is no file.
fn file(kind: GarbageKind, path: PathBuf, session: &str) -> Option<Garbage> {
    let facts = path.symlink_metadata().ok().filter(fs::Metadata::is_file)?;
    Some(Garbage {
        kind,
        path,
        bytes: facts.len(),
        session: session.to_owned(),
    })
}

/// Whether something is younger than [`YOUNG`], or of a time to come; `None` where it is not there.
fn is_young(path: &Path) -> Option<bool> {
    let changed = path.symlink_metadata().ok()?.modified().ok()?;
    Some(changed.elapsed().map_or(true, |age| age < YOUNG))
}

/// All names of texts that a journal mentions anywhere, in events of a newer program too. `None` where it cannot be read to its end,
/// or is in a format in which texts may be named otherwise.
fn mentioned(folder: &Path) -> Option<HashSet<String>> {
    let mut lines = Lines::open(folder).ok()?;
    match lines.next().ok()?? {
        Line::Whole(head) => journal::check_head(head).ok()?,
        _ => return None,
    }
    let mut names = HashSet::new();
    loop {
        match lines.next().ok()? {
            Some(Line::Whole(line)) => {
                let words = line.split(|b| !b.is_ascii_hexdigit());
                let words = words.filter_map(|word| std::str::from_utf8(word).ok());
                let words = words.filter(|w| journal::is_text_name(w));
                names.extend(words.map(str::to_owned));
            }
            // What was cut off was never said.
            Some(Line::Cut(..)) | None => return Some(names),
            Some(Line::TooLong) => return None,
        }
    }
}

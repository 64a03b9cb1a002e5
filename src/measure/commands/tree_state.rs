//! What stands in a private copy: a look at a tree costs a `stat` for each file. No link is followed.

use std::collections::HashMap;
use std::ffi::{CString, OsStr};
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Dir, FileType, readlinkat};

use super::facts::Facts;
use super::tree_copy::{DEEPEST, TreeCopy, facts_of, folder, folder_c};

/// Where a tree lies in its copy: the first part of every path here.
pub(super) const PROJECT: &str = "project";
pub(super) const HOME: &str = "home";

/// All that stands in a copy and in the home that goes with it.
#[derive(Debug)]
pub(super) struct TreeState {
    pub(super) project: Folder,
    pub(super) home: Folder,
}

#[derive(Debug)]
pub(super) struct Folder {
    pub(super) facts: Facts,
    pub(super) entries: HashMap<CString, Entry>,
}

#[derive(Debug)]
pub(super) enum Entry {
    Folder(Box<Folder>),
    File(Facts),
    Link(Box<(Facts, CString)>),
}

/// What is new in a tree, or another than before.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Files, with their facts, and links.
    pub(super) files: Vec<(PathBuf, Option<Facts>)>,
    /// Folders that are new, without those in them.
    pub(super) folders: Vec<PathBuf>,
}

impl TreeState {
    /// What stands in a copy now.
    pub(super) fn of(copy: &TreeCopy) -> io::Result<Self> {
        let top = copy.top()?;
        let of = |name: &str| {
            let at = folder(&top, OsStr::new(name))?;
            let facts = facts_of(top.as_fd(), &CString::new(name)?)?;
            Folder::of(&at, facts, 0)
        };
        Ok(Self {
            project: of(PROJECT)?,
            home: of(HOME)?,
        })
    }

    pub(super) fn find(&self, path: &Path) -> Option<&Entry> {
        let mut parts = path.iter();
        let mut at = match parts.next()? {
            part if part == PROJECT => Some(&self.project),
            part if part == HOME => Some(&self.home),
            _ => None,
        };
        let mut found = None;
        for part in parts {
            let name = CString::new(part.as_bytes()).ok()?;
            let entry = at?.entries.get(&name)?;
            at = match entry {
                Entry::Folder(inner) => Some(inner),
                _ => None,
            };
            found = Some(entry);
        }
        found
    }

    /// What is new here, or another than in an older state of the same copy.
    pub(super) fn changes_since(&self, before: &Self) -> Changes {
        let mut changes = Changes::default();
        self.project
            .changes_since(Some(&before.project), Path::new(PROJECT), &mut changes);
        self.home
            .changes_since(Some(&before.home), Path::new(HOME), &mut changes);
        changes
    }
}

impl Folder {
    fn of(at: &OwnedFd, facts: Facts, depth: usize) -> io::Result<Self> {
        let mut entries = HashMap::new();
        for (name, facts) in listed(at)? {
            let entry = match facts.kind() {
                FileType::Directory if depth < DEEPEST => {
                    // A folder that nobody may enter is as good as none.
                    let Ok(inner) = folder_c(at.as_fd(), &name) else {
                        continue;
                    };
                    Entry::Folder(Box::new(Self::of(&inner, facts, depth + 1)?))
                }
                FileType::RegularFile => Entry::File(facts),
                FileType::Symlink => Entry::link(at, &name, facts)?,
                _ => continue,
            };
            entries.insert(name, entry);
        }
        entries.shrink_to_fit();
        Ok(Self { facts, entries })
    }

    fn changes_since(&self, before: Option<&Self>, path: &Path, changes: &mut Changes) {
        for (name, entry) in &self.entries {
            let path = path.join(OsStr::from_bytes(name.as_bytes()));
            let known = before.and_then(|before| before.entries.get(name));
            match (entry, known) {
                (Entry::Folder(inner), Some(Entry::Folder(known))) => {
                    inner.changes_since(Some(known), &path, changes);
                }
                (Entry::Folder(inner), _) => {
                    inner.changes_since(None, &path, changes);
                    if before.is_some() {
                        changes.folders.push(path);
                    }
                }
                (Entry::File(now), Some(Entry::File(known))) if now == known => {}
                (Entry::Link(now), Some(Entry::Link(known))) if now.0 == known.0 => {}
                (Entry::File(facts), _) => changes.files.push((path, Some(*facts))),
                (Entry::Link(_), _) => changes.files.push((path, None)),
            }
        }
    }
}

impl Entry {
    pub(super) fn link(at: &OwnedFd, name: &CString, facts: Facts) -> io::Result<Self> {
        let says = readlinkat(at, name, Vec::new())?;
        Ok(Self::Link(Box::new((facts, says))))
    }
}

/// Names and facts of everything in a folder.
pub(super) fn listed(at: &OwnedFd) -> io::Result<Vec<(CString, Facts)>> {
    let mut all = Vec::new();
    for entry in Dir::read_from(at)? {
        let entry = entry?;
        let name = entry.file_name();
        if name != c"." && name != c".." {
            let name = name.to_owned();
            let facts = facts_of(at.as_fd(), &name)?;
            all.push((name, facts));
        }
    }
    Ok(all)
}

//! What a private copy holds once it is prepared, and putting that back before every run: what a run has left in the copy
//! must not meet the next one, or a version could lay out the check and the bench that it is judged by.
//!
//! A change is seen by what a guest cannot set: the number of a file and the moment of its last change of any kind. So only
//! what differs is copied again. Whatever a guest has made of a folder's rights, it is opened again first.

use std::collections::{HashMap, HashSet};
use std::ffi::{CString, OsStr};
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, chmodat, mkdirat, renameat, symlinkat, unlinkat};

use super::facts::Facts;
use super::master::Master;
use super::tree_copy::{
    CARRIED, TreeCopy, copy_file, facts_of, finish_folder, folder, folder_c, make_folders, own,
    parent,
};
use super::tree_state::{Entry, Folder, HOME, PROJECT, TreeState, listed};
use crate::sandbox::TreeHolder;

/// The folder beside a copy with what of it differs from the master.
const SAVED: &str = "saved";

/// The prepared state of a version's copy, with everything to put it back.
#[derive(Debug)]
pub(super) struct Prepared {
    state: TreeState,
    saved: Saved,
    /// Whether the version is read by an interpreter.
    script: bool,
    /// Whether the copy stands as it was prepared: nothing was run in it since.
    untouched: bool,
}

/// The version's file, and what was built of it.
#[derive(Debug)]
struct Saved {
    folder: PathBuf,
    bytes: u64,
}

impl Prepared {
    /// Of a copy that is laid out; `own` is what was put into the project from outside.
    pub(super) fn new(
        copy: &TreeCopy,
        own: Option<&Path>,
        script: bool,
        master: &Master,
    ) -> io::Result<Self> {
        let folder = copy.path().join(SAVED);
        std::fs::create_dir(&folder)?;
        let mut saved = Saved { folder, bytes: 0 };
        if let Some(path) = own {
            saved.add_of_project(copy, path)?;
        }
        for path in &master.outputs_of_last {
            master.lay_before(copy, path)?;
        }
        Ok(Self {
            state: TreeState::of(copy)?,
            saved,
            script,
            untouched: true,
        })
    }

    /// Takes in everything as it is now, with files of the project that are not the master's.
    pub(super) fn take(&mut self, copy: &TreeCopy, paths: &[PathBuf]) -> io::Result<()> {
        for path in paths {
            self.saved.add_of_project(copy, path)?;
        }
        self.state = TreeState::of(copy)?;
        Ok(())
    }

    /// Puts everything back as it was, for a run.
    pub(super) fn restore(&mut self, copy: &TreeCopy, master: &Master) -> io::Result<()> {
        if !std::mem::take(&mut self.untouched) {
            self.go_through(copy, master, false)?;
        }
        Ok(())
    }

    /// Keeps what was built in the copy, and puts everything else back.
    ///
    /// # Errors
    /// The disk refuses, or there is too much of it ([`io::ErrorKind::FileTooLarge`]).
    pub(super) fn keep_products(&mut self, copy: &TreeCopy, master: &Master) -> io::Result<()> {
        self.go_through(copy, master, true)?;
        self.untouched = true;
        Ok(())
    }

    fn go_through(&mut self, copy: &TreeCopy, master: &Master, keep: bool) -> io::Result<()> {
        let mut restoring = Restoring {
            copy,
            saved: &mut self.saved,
            master,
            keep,
            script: self.script,
            away: None,
        };
        let top = copy.top()?;
        for (name, state) in [
            (PROJECT, &mut self.state.project),
            (HOME, &mut self.state.home),
        ] {
            let (path, name) = (Path::new(name), CString::new(name)?);
            let facts = facts_of(top.as_fd(), &name)?;
            state.restore_in(&top, &name, &facts, path, &mut restoring)?;
        }
        Ok(())
    }
}

impl Folder {
    fn restore(&mut self, at: &OwnedFd, path: &Path, doing: &mut Restoring<'_>) -> io::Result<()> {
        let listed = listed(at)?;
        let of = |name: &CString| path.join(OsStr::from_bytes(name.as_bytes()));
        let (mut there, mut removed) = (0, HashSet::new());
        for (name, facts) in &listed {
            let same = match self.entries.get_mut(name) {
                Some(Entry::Folder(inner)) if facts.is_folder() => {
                    inner.restore_in(at, name, facts, &of(name), doing)?;
                    true
                }
                Some(Entry::File(known)) => known == facts,
                Some(Entry::Link(known)) => known.0 == *facts,
                _ => false,
            };
            if same || self.keep(at, name, *facts, &of(name), doing)? {
                there += 1;
            } else {
                doing.remove(at, name, facts)?;
                removed.insert(name);
            }
        }
        // Mostly nothing is missing.
        if there == self.entries.len() {
            return Ok(());
        }
        let names = listed.iter().map(|(name, _)| name);
        let there: HashSet<&CString> = names.filter(|name| !removed.contains(name)).collect();
        // What a build has thrown away stays away.
        self.entries
            .retain(|name, _| there.contains(name) || !doing.is_kept(&of(name)));
        for (name, entry) in &mut self.entries {
            if !there.contains(name) {
                entry.make(at, name, &of(name), doing)?;
            }
        }
        Ok(())
    }

    /// Restores what is in this folder, which is the entry `name` of `above`, and then its mode and its time.
    fn restore_in(
        &mut self,
        above: &OwnedFd,
        name: &CString,
        facts: &Facts,
        path: &Path,
        doing: &mut Restoring<'_>,
    ) -> io::Result<()> {
        let inner = opened(above, name, facts)?;
        self.restore(&inner, path, doing)?;
        let now = facts_of(above.as_fd(), name)?;
        if doing.is_kept(path) {
            self.facts = now;
        } else if self.facts != now {
            finish_folder(above.as_fd(), name, &self.facts);
            self.facts = facts_of(above.as_fd(), name)?;
        }
        Ok(())
    }

    /// Takes in what was built. `false` for what is none of that, is neither a folder, nor a file, nor a link, or must not be
    /// read.
    fn keep(
        &mut self,
        at: &OwnedFd,
        name: &CString,
        facts: Facts,
        path: &Path,
        doing: &mut Restoring<'_>,
    ) -> io::Result<bool> {
        if !doing.is_kept(path) {
            return Ok(false);
        }
        let entry = match facts.kind() {
            FileType::Directory => {
                let mut inner = Box::new(Self {
                    facts,
                    entries: HashMap::new(),
                });
                inner.restore_in(at, name, &facts, path, doing)?;
                Entry::Folder(inner)
            }
            FileType::RegularFile => {
                match doing.saved.add(at, name, path) {
                    Err(e) if e.kind() == io::ErrorKind::PermissionDenied => return Ok(false),
                    added => added?,
                }
                Entry::File(facts)
            }
            FileType::Symlink => Entry::link(at, name, facts)?,
            _ => return Ok(false),
        };
        self.entries.insert(name.clone(), entry);
        Ok(true)
    }
}

/// A folder, to be listed and written to, whatever its maker allows.
fn opened(above: &OwnedFd, name: &CString, facts: &Facts) -> io::Result<OwnedFd> {
    if !facts.is_open() {
        let mode = Mode::from_raw_mode(facts.rights() | 0o700);
        chmodat(above, name, mode, AtFlags::empty())?;
    }
    folder_c(above.as_fd(), name)
}

impl Entry {
    /// Makes what is missing.
    fn make(
        &mut self,
        at: &OwnedFd,
        name: &CString,
        path: &Path,
        doing: &Restoring<'_>,
    ) -> io::Result<()> {
        let owner = doing.copy.owner();
        match self {
            Self::Folder(folder) => {
                mkdirat(at, name, Mode::RWXU)?;
                own(at.as_fd(), name, owner)?;
                let inner = folder_c(at.as_fd(), name)?;
                for (name, entry) in &mut folder.entries {
                    let path = path.join(OsStr::from_bytes(name.as_bytes()));
                    entry.make(&inner, name, &path, doing)?;
                }
                finish_folder(at.as_fd(), name, &folder.facts);
                folder.facts = facts_of(at.as_fd(), name)?;
            }
            Self::File(facts) => {
                let from = |place: &Path| {
                    let (from, name) = parent(&folder(CWD, place.as_os_str())?, path)?;
                    copy_file(from.as_fd(), at.as_fd(), &name, owner, None)
                };
                match from(&doing.saved.folder) {
                    Err(e) if e.kind() == io::ErrorKind::NotFound => {
                        from(doing.master.copy.path())?
                    }
                    other => other?,
                };
                *facts = facts_of(at.as_fd(), name)?;
            }
            Self::Link(link) => {
                symlinkat(&*link.1, at, name)?;
                own(at.as_fd(), name, owner)?;
                link.0 = facts_of(at.as_fd(), name)?;
            }
        }
        Ok(())
    }
}

/// One time of putting a tree back.
struct Restoring<'a> {
    copy: &'a TreeCopy,
    saved: &'a mut Saved,
    master: &'a Master,
    /// Whether products stay as they are now.
    keep: bool,
    script: bool,
    /// Where folders go that nobody asked for: what is in them may be of any depth.
    away: Option<(TreeHolder, u64)>,
}

impl Restoring<'_> {
    fn is_kept(&self, path: &Path) -> bool {
        self.keep && self.master.is_product(path, self.script)
    }

    fn remove(&mut self, at: &OwnedFd, name: &CString, facts: &Facts) -> io::Result<()> {
        if !facts.is_folder() {
            return Ok(unlinkat(at, name, AtFlags::empty())?);
        }
        let (holder, number) = match &mut self.away {
            Some(away) => away,
            None => {
                let place = self.copy.path().parent().unwrap_or(Path::new("/"));
                let holder = TreeHolder::fresh(place, false)?;
                self.away.insert((holder, 0))
            }
        };
        *number += 1;
        // A folder that moves must be writable itself, since its way up changes.
        chmodat(at, name, Mode::RWXU, AtFlags::empty())?;
        let to = folder(CWD, holder.path().as_os_str())?;
        Ok(renameat(at, name, &to, number.to_string())?)
    }
}

impl Saved {
    fn add_of_project(&mut self, copy: &TreeCopy, path: &Path) -> io::Result<()> {
        let path = Path::new(PROJECT).join(path);
        let (at, name) = parent(&copy.top()?, &path)?;
        self.add(&at, &name, &path)
    }

    /// Copies a file here, to put it back from here.
    fn add(&mut self, at: &OwnedFd, name: &CString, path: &Path) -> io::Result<()> {
        let top = folder(CWD, self.folder.as_os_str())?;
        make_folders(&top, path, None)?;
        let (to, _) = parent(&top, path)?;
        // By what they say to hold: one with holes is written out.
        let size = |at: &OwnedFd| facts_of(at.as_fd(), name).map(|facts| facts.size());
        let others = self.bytes - size(&to).unwrap_or_default();
        self.bytes = others.saturating_add(size(at)?);
        if self.bytes > CARRIED.0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        match unlinkat(&to, name, AtFlags::empty()) {
            Err(e) if e != rustix::io::Errno::NOENT => return Err(e.into()),
            _ => {}
        }
        copy_file(at.as_fd(), to.as_fd(), name, None, None)?;
        Ok(())
    }
}

//! What a private copy holds once it is prepared, and putting that back before every run: what a run has left in the copy
//! must not meet the next one, or a version could lay out the check and the bench that it is judged by.
//!
//! A change is seen by what a guest cannot set: the number of a file and the moment of its last change of any kind. So a look
//! at a tree costs a `stat` for each file, and only what differs is copied again. No link is followed.

use std::collections::{HashMap, HashSet};
use std::ffi::{CString, OsStr};
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, Stat, chmodat, mkdirat, readlinkat, renameat, statat,
    symlinkat, unlinkat,
};

use super::tree_copy::{
    DEEPEST, TreeCopy, copy_file, finish_folder, folder, folder_c, make_folders, own, parent,
};
use crate::sandbox::TreeHolder;

/// All that stands in a copy and in the home that goes with it.
#[derive(Debug)]
pub(super) struct TreeState {
    project: Folder,
    home: Folder,
}

/// Where a tree lies in its copy: the first part of every path here.
const PROJECT: &str = "project";
const HOME: &str = "home";

/// A folder beside them.
const SAVED: &str = "saved";

#[derive(Debug)]
struct Folder {
    facts: Stat,
    entries: HashMap<CString, Entry>,
}

#[derive(Debug)]
enum Entry {
    Folder(Folder),
    File(Stat),
    Link(Stat, CString),
}

/// The copy in which the original was built and run. Nothing is run in it any more: versions are made from it.
#[derive(Debug)]
pub(super) struct Master {
    pub(super) copy: TreeCopy,
    /// What stood in it before the first command.
    before: TreeState,
    /// What stands in it now.
    after: TreeState,
    /// Whether the commands have made scripts out of others, as a bundler does.
    pub(super) makes_scripts: bool,
}

/// What a bundler makes of scripts.
const BUNDLED: [&str; 3] = ["js", "mjs", "cjs"];

/// The prepared state of a version's copy, with everything to put it back.
#[derive(Debug)]
pub(super) struct Prepared {
    state: TreeState,
    /// A folder beside the copy with what differs from the master: the version's file, and what was built of it.
    saved: PathBuf,
    /// Whether the version is read by an interpreter.
    script: bool,
    /// Whether it holds what is built, so that timed runs build nothing.
    pub(super) is_built: bool,
}

impl Master {
    /// Takes the copy of an original that has passed.
    pub(super) fn new(copy: TreeCopy, before: TreeState) -> io::Result<Self> {
        let after = TreeState::of(&copy)?;
        let mut master = Self {
            copy,
            before,
            after,
            makes_scripts: false,
        };
        master.makes_scripts = master
            .after
            .files()
            .iter()
            .any(|p| master.is_product(p, true));
        Ok(master)
    }

    /// Whether a path is one where the commands of the original have made something: a file of theirs, or anything in a folder
    /// of theirs. Compiled Python is none: what it was made of is read again where it is missing. Where a version is a `script`
    /// only other scripts are made of it, under names that the original's have.
    fn is_product(&self, path: &Path, script: bool) -> bool {
        if script {
            let ending = path.extension().and_then(OsStr::to_str);
            return ending.is_some_and(|e| BUNDLED.contains(&e))
                && self.before.find(path).is_none()
                && matches!(self.after.find(path), Some(Entry::File(_)));
        }
        let compiled = |part: &OsStr| part == "__pycache__" || part.as_bytes().ends_with(b".pyc");
        let made =
            |path: &Path| self.before.find(path).is_none() && self.after.find(path).is_some();
        let made_folder =
            |path: &Path| made(path) && matches!(self.after.find(path), Some(Entry::Folder(_)));
        !path.iter().any(compiled)
            && self.before.find(path).is_none()
            && (made(path) || path.ancestors().skip(1).any(made_folder))
    }

    /// Names of the files in a folder of the project.
    pub(super) fn names_in(&self, folder: &Path) -> Vec<String> {
        let Some(Entry::Folder(folder)) = self.after.find(&Path::new(PROJECT).join(folder)) else {
            return Vec::new();
        };
        let names = folder.entries.keys();
        names
            .filter_map(|n| n.to_str().ok().map(str::to_owned))
            .collect()
    }
}

impl Prepared {
    /// Of a copy that is laid out; `own` is what was put into the project from outside.
    pub(super) fn new(copy: &TreeCopy, own: Option<&Path>, script: bool) -> io::Result<Self> {
        let saved = copy.path().join(SAVED);
        std::fs::create_dir(&saved)?;
        let prepared = Self {
            state: TreeState::of(copy)?,
            saved,
            script,
            is_built: false,
        };
        if let Some(path) = own {
            prepared.save(copy, path)?;
        }
        Ok(prepared)
    }

    /// Takes in everything as it is now, with a file of the project that is not the master's.
    pub(super) fn take(&mut self, copy: &TreeCopy, path: &Path) -> io::Result<()> {
        self.save(copy, path)?;
        self.state = TreeState::of(copy)?;
        Ok(())
    }

    fn save(&self, copy: &TreeCopy, path: &Path) -> io::Result<()> {
        let path = Path::new(PROJECT).join(path);
        let (at, name) = parent(&copy.top()?, &path)?;
        save(&self.saved, &at, &name, &path)
    }

    /// Puts everything back as it was.
    pub(super) fn restore(&mut self, copy: &TreeCopy, master: &Master) -> io::Result<()> {
        self.go_through(copy, master, false)
    }

    /// Keeps what was built in the copy, and puts everything else back.
    pub(super) fn keep_products(&mut self, copy: &TreeCopy, master: &Master) -> io::Result<()> {
        self.go_through(copy, master, true)
    }

    fn go_through(&mut self, copy: &TreeCopy, master: &Master, keep: bool) -> io::Result<()> {
        let mut restoring = Restoring {
            copy,
            saved: &self.saved,
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
            let at = folder(&top, OsStr::new(name))?;
            state.restore(&at, Path::new(name), &mut restoring)?;
        }
        Ok(())
    }
}

impl TreeState {
    /// What stands in a copy now.
    pub(super) fn of(copy: &TreeCopy) -> io::Result<Self> {
        let top = copy.top()?;
        let of = |name: &str| {
            let at = folder(&top, OsStr::new(name))?;
            let facts = statat(&top, name, AtFlags::SYMLINK_NOFOLLOW)?;
            Folder::of(&at, facts, 0)
        };
        Ok(Self {
            project: of(PROJECT)?,
            home: of(HOME)?,
        })
    }

    /// The paths of all files.
    fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut open = vec![
            (PathBuf::from(PROJECT), &self.project),
            (PathBuf::from(HOME), &self.home),
        ];
        while let Some((at, folder)) = open.pop() {
            for (name, entry) in &folder.entries {
                let path = at.join(OsStr::from_bytes(name.as_bytes()));
                match entry {
                    Entry::Folder(inner) => open.push((path, inner)),
                    Entry::File(_) => files.push(path),
                    Entry::Link(..) => {}
                }
            }
        }
        files
    }

    fn find(&self, path: &Path) -> Option<&Entry> {
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
}

impl Folder {
    fn of(at: &OwnedFd, facts: Stat, depth: usize) -> io::Result<Self> {
        let mut entries = HashMap::new();
        for (name, facts) in listed(at)? {
            let entry = match FileType::from_raw_mode(facts.st_mode) {
                FileType::Directory if depth < DEEPEST => {
                    // A folder that nobody may enter is as good as none.
                    let Ok(inner) = folder_c(at.as_fd(), &name) else {
                        continue;
                    };
                    Entry::Folder(Self::of(&inner, facts, depth + 1)?)
                }
                FileType::RegularFile => Entry::File(facts),
                FileType::Symlink => Entry::Link(facts, readlinkat(at, &name, Vec::new())?),
                _ => continue,
            };
            entries.insert(name, entry);
        }
        Ok(Self { facts, entries })
    }

    fn restore(&mut self, at: &OwnedFd, path: &Path, doing: &mut Restoring<'_>) -> io::Result<()> {
        let mut there = HashSet::new();
        for (name, facts) in listed(at)? {
            let path = path.join(OsStr::from_bytes(name.as_bytes()));
            let same = match self.entries.get_mut(&name) {
                Some(Entry::Folder(inner)) if is_folder(&facts) => {
                    inner.restore_in(at, &name, &facts, &path, doing)?;
                    true
                }
                Some(Entry::File(known) | Entry::Link(known, _)) => is_same(known, &facts),
                _ => false,
            };
            if same || (doing.is_kept(&path) && self.keep(at, &name, facts, &path, doing)?) {
                there.insert(name);
            } else {
                doing.remove(at, &name, &facts)?;
            }
        }
        if doing.keep {
            // What a build has thrown away stays away.
            self.entries.retain(|name, _| {
                there.contains(name)
                    || !doing.is_kept(&path.join(OsStr::from_bytes(name.as_bytes())))
            });
        }
        for (name, entry) in &mut self.entries {
            if !there.contains(name) {
                let path = path.join(OsStr::from_bytes(name.as_bytes()));
                entry.make(at, name, &path, doing)?;
            }
        }
        Ok(())
    }

    /// Restores what is in this folder, which is the entry `name` of `above`, and then its mode and its time.
    fn restore_in(
        &mut self,
        above: &OwnedFd,
        name: &CString,
        facts: &Stat,
        path: &Path,
        doing: &mut Restoring<'_>,
    ) -> io::Result<()> {
        if facts.st_mode != self.facts.st_mode {
            let mode = Mode::from_raw_mode((self.facts.st_mode & 0o777) | 0o700);
            chmodat(above, name, mode, AtFlags::empty())?;
        }
        let inner = folder_c(above.as_fd(), name)?;
        self.restore(&inner, path, doing)?;
        if doing.is_kept(path) {
            self.facts = *facts;
        } else if !is_same(
            &self.facts,
            &statat(above, name, AtFlags::SYMLINK_NOFOLLOW)?,
        ) {
            finish_folder(above.as_fd(), name, &self.facts);
            self.facts = statat(above, name, AtFlags::SYMLINK_NOFOLLOW)?;
        }
        Ok(())
    }

    /// Takes in what was built. `false` for what is neither a folder, nor a file, nor a link.
    fn keep(
        &mut self,
        at: &OwnedFd,
        name: &CString,
        facts: Stat,
        path: &Path,
        doing: &mut Restoring<'_>,
    ) -> io::Result<bool> {
        let entry = match FileType::from_raw_mode(facts.st_mode) {
            FileType::Directory => {
                let mut inner = Self {
                    facts,
                    entries: HashMap::new(),
                };
                inner.restore(&folder_c(at.as_fd(), name)?, path, doing)?;
                Entry::Folder(inner)
            }
            FileType::RegularFile => {
                save(doing.saved, at, name, path)?;
                Entry::File(facts)
            }
            FileType::Symlink => Entry::Link(facts, readlinkat(at, name, Vec::new())?),
            _ => return Ok(false),
        };
        self.entries.insert(name.clone(), entry);
        Ok(true)
    }
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
                folder.facts = statat(at, name, AtFlags::SYMLINK_NOFOLLOW)?;
            }
            Self::File(facts) => {
                let from = |place: &Path| {
                    let (from, name) = parent(&folder(CWD, place.as_os_str())?, path)?;
                    copy_file(from.as_fd(), at.as_fd(), &name, owner, None)
                };
                match from(doing.saved) {
                    Err(e) if e.kind() == io::ErrorKind::NotFound => {
                        from(doing.master.copy.path())?
                    }
                    other => other?,
                };
                *facts = statat(at, name, AtFlags::SYMLINK_NOFOLLOW)?;
            }
            Self::Link(facts, says) => {
                symlinkat(&*says, at, name)?;
                own(at.as_fd(), name, owner)?;
                *facts = statat(at, name, AtFlags::SYMLINK_NOFOLLOW)?;
            }
        }
        Ok(())
    }
}

/// One time of putting a tree back.
struct Restoring<'a> {
    copy: &'a TreeCopy,
    saved: &'a Path,
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

    fn remove(&mut self, at: &OwnedFd, name: &CString, facts: &Stat) -> io::Result<()> {
        if !is_folder(facts) {
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

/// Copies a file beside the copy, to put it back from there.
fn save(saved: &Path, at: &OwnedFd, name: &CString, path: &Path) -> io::Result<()> {
    let top = folder(CWD, saved.as_os_str())?;
    make_folders(&top, path, None)?;
    let (to, _) = parent(&top, path)?;
    match unlinkat(&to, name, AtFlags::empty()) {
        Err(e) if e != rustix::io::Errno::NOENT => return Err(e.into()),
        _ => {}
    }
    copy_file(at.as_fd(), to.as_fd(), name, None, None)?;
    Ok(())
}

/// Names and facts of everything in a folder.
fn listed(at: &OwnedFd) -> io::Result<Vec<(CString, Stat)>> {
    let mut all = Vec::new();
    for entry in Dir::read_from(at)? {
        let entry = entry?;
        let name = entry.file_name();
        if name != c"." && name != c".." {
            let name = name.to_owned();
            let facts = statat(at, &name, AtFlags::SYMLINK_NOFOLLOW)?;
            all.push((name, facts));
        }
    }
    Ok(all)
}

fn is_folder(facts: &Stat) -> bool {
    FileType::from_raw_mode(facts.st_mode) == FileType::Directory
}

fn is_same(a: &Stat, b: &Stat) -> bool {
    (a.st_ino, a.st_mode, a.st_size) == (b.st_ino, b.st_mode, b.st_size)
        && (a.st_mtime, a.st_mtime_nsec) == (b.st_mtime, b.st_mtime_nsec)
        && (a.st_ctime, a.st_ctime_nsec) == (b.st_ctime, b.st_ctime_nsec)
}

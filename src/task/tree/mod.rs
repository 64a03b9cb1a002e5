//! Which files of a work tree make up a private copy of it: those that version control knows, and those that it would take.
//!
//! The same as `git ls-files --cached --others --exclude-standard`, with changes that are not committed, and without git
//! having to be installed: ignored files are left out unless the index of the repository has them. The history itself
//! (`.git`) is never copied, nor is what holds keys ([`secret`](super::project::secret)). Folders of packages that a package
//! manager has installed are ignored by nearly every project and needed by nearly every command: they are listed apart, so that
//! they can be shown read-only instead.

mod index;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::WalkBuilder;

use super::TaskError;
use super::project::secret::{hidden_by_link, is_private, is_private_below};
use crate::base::units::Bytes;

/// The largest copy that is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TreeBounds {
    /// All files together.
    pub(crate) bytes: Bytes,
    /// Files, links and folders.
    pub(crate) entries: usize,
}

impl Default for TreeBounds {
    fn default() -> Self {
        Self {
            bytes: Bytes::mib(2048),
            entries: 200_000,
        }
    }
}

/// What is to be copied, seen from the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct WorkTree {
    /// The folder itself, absolute.
    pub(crate) root: PathBuf,
    /// Everything in it that is copied; a folder comes before what is in it.
    pub(crate) entries: Vec<TreeEntry>,
    /// All files together.
    pub(crate) bytes: Bytes,
    /// Ignored folders of installed packages, relative: to be shown read-only at their places.
    pub(crate) installed: Vec<PathBuf>,
    /// Remarks for the user: links that lead out of the tree, files that were left out.
    pub(crate) notes: Vec<String>,
}

/// One file, link or folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TreeEntry {
    /// Its path below the root.
    pub(crate) path: PathBuf,
    /// What it is.
    pub(crate) kind: EntryKind,
}

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EntryKind {
    Folder,
    /// A regular file.
    File,
    /// A symbolic link, with its target in the copy: relative where the original leads to a place in the tree.
    Link(PathBuf),
}

/// Names of folders in which package managers put what they install; the last need a file in them that says so.
const INSTALLED: [(&str, Option<&str>); 8] = [
    ("node_modules", None),
    ("bower_components", None),
    ("vendor", None),
    (".venv", None),
    ("venv", Some("pyvenv.cfg")),
    ("env", Some("pyvenv.cfg")),
    ("__pypackages__", None),
    (".bundle", None),
];

/// Files and folders that version control keeps for itself.
const HISTORY: [&str; 4] = [".git", ".hg", ".svn", ".jj"];

/// Names that a note lists before it says how many more there are.
const NAMED: usize = 3;

/// Lists a work tree, without what is [private](super::project::secret), under version control or not.
///
/// # Errors
/// [`TaskError::Read`] for a root that cannot be read, [`TaskError::Invalid`] if it holds more than `most`: the sentence
/// names where most of it lies and what to do.
pub(crate) fn list(root: &Path, most: TreeBounds) -> Result<WorkTree, TaskError> {
    let root = std::fs::canonicalize(root).map_err(|why| TaskError::read(root, why))?;
    std::fs::read_dir(&root).map_err(|why| TaskError::read(root.clone(), why))?;
    let tracked = index::tracked(&root);
    let mut listing = Listing {
        tree: WorkTree {
            root: root.clone(),
            ..WorkTree::default()
        },
        seen: HashSet::new(),
        most,
        weights: BTreeMap::new(),
        outside: Vec::new(),
        hidden: BTreeSet::new(),
        left_out: Vec::new(),
        unreadable: Vec::new(),
    };
    let folders = Arc::new(Mutex::new(Vec::new()));
    let mut builder = WalkBuilder::new(&root);
    builder
        .hidden(false)
        .ignore(false)
        .require_git(false)
        .parents(false)
        .follow_links(false)
        .sort_by_file_name(Ord::cmp)
        .filter_entry({
            let root = root.clone();
            let folders = folders.clone();
            move |e| {
                let folder = e.file_type().is_some_and(|t| t.is_dir());
                let private = folder && e.path() != root && is_private(e.path(), true);
                if private && !is_history(e.file_name()) {
                    let mut folders = folders.lock().unwrap_or_else(PoisonError::into_inner);
                    folders.extend(e.path().strip_prefix(&root).map(Path::to_path_buf));
                }
                !private && !is_history(e.file_name())
            }
        });
    for found in builder.build() {
        let entry = match found {
            Ok(entry) => entry,
            Err(why) => {
                listing.unreadable.push(why.to_string());
                continue;
            }
        };
        let Ok(inside) = entry.path().strip_prefix(&root) else {
            continue;
        };
        if inside.as_os_str().is_empty() {
            continue;
        }
        let kind = entry.file_type();
        if kind.is_some_and(|t| t.is_symlink())
            && let Some(target) = hidden_by_link(entry.path())
        {
            listing.hidden.insert(target);
            continue;
        }
        if !kind.is_some_and(|t| t.is_dir()) && is_private(entry.path(), false) {
            listing.left_out.push(inside.to_path_buf());
            continue;
        }
        listing.add(inside)?;
    }
    let mut folders = folders.lock().unwrap_or_else(PoisonError::into_inner);
    listing.left_out.append(&mut folders);
    // What is under version control although a rule would have it ignored.
    for path in &tracked {
        let whole = root.join(path);
        let fresh = !listing.seen.contains(path) && !listing.left_out.contains(path);
        if fresh && std::fs::symlink_metadata(&whole).is_ok() {
            if is_private_below(&root, path) {
                listing.left_out.push(path.clone());
            } else {
                listing.add_with_folders(path)?;
            }
        }
    }
    Ok(listing.finish())
}

fn is_history(name: &std::ffi::OsStr) -> bool {
    HISTORY.iter().any(|h| name == *h)
}

/// A listing in the making.
struct Listing {
    tree: WorkTree,
    seen: HashSet<PathBuf>,
    most: TreeBounds,
    /// Bytes below each folder of the root.
    weights: BTreeMap<PathBuf, u64>,
    outside: Vec<(PathBuf, PathBuf)>,
    /// What links with private names lead to, absolute.
    hidden: BTreeSet<PathBuf>,
    left_out: Vec<PathBuf>,
    unreadable: Vec<String>,
}

impl Listing {
    fn add_with_folders(&mut self, path: &Path) -> Result<(), TaskError> {
        let mut above: Vec<&Path> = path.ancestors().skip(1).collect();
        above.reverse();
        for folder in above {
            if !folder.as_os_str().is_empty() && !self.seen.contains(folder) {
                // A file behind a link is found through the link.
                let facts = std::fs::symlink_metadata(self.tree.root.join(folder));
                if !facts.is_ok_and(|f| f.is_dir()) {
                    return Ok(());
                }
                self.add(folder)?;
            }
        }
        self.add(path)
    }

    fn add(&mut self, inside: &Path) -> Result<(), TaskError> {
        let whole = self.tree.root.join(inside);
        let Ok(facts) = std::fs::symlink_metadata(&whole) else {
            return Ok(());
        };
        let kind = if facts.is_dir() {
            EntryKind::Folder
        } else if facts.is_symlink() {
            match std::fs::read_link(&whole) {
                Ok(target) => EntryKind::Link(self.target(inside, target)),
                Err(_) => return Ok(()),
            }
        } else if facts.is_file() {
            // A sparse file counts with the blocks that it really has.
            let bytes = facts
                .len()
                .min(facts.blocks().saturating_mul(512).max(4096));
            self.tree.bytes.0 = self.tree.bytes.0.saturating_add(bytes);
            let first = inside.components().next().map(|c| PathBuf::from(&c));
            *self.weights.entry(first.unwrap_or_default()).or_default() += bytes;
            EntryKind::File
        } else {
            // Pipes, sockets and devices are useless in a copy.
            return Ok(());
        };
        self.seen.insert(inside.to_path_buf());
        self.tree.entries.push(TreeEntry {
            path: inside.to_path_buf(),
            kind,
        });
        if self.tree.bytes > self.most.bytes || self.tree.entries.len() > self.most.entries {
            return Err(self.too_much());
        }
        Ok(())
    }

    /// The target of a link in the copy. An absolute path into the tree becomes a path into the copy.
    fn target(&mut self, inside: &Path, target: PathBuf) -> PathBuf {
        let folder = inside.parent().unwrap_or(Path::new(""));
        if target.is_absolute() {
            return match target.strip_prefix(&self.tree.root) {
                Ok(rest) => {
                    let mut up: PathBuf = folder.components().map(|_| "..").collect();
                    up.push(rest);
                    up
                }
                Err(_) => {
                    let system = ["/usr", "/bin", "/lib", "/lib64", "/dev", "/proc"];
                    if !system.iter().any(|s| target.starts_with(s)) {
                        self.outside.push((inside.to_path_buf(), target.clone()));
                    }
                    target
                }
            };
        }
        let mut depth = folder.components().count();
        for part in target.components() {
            match part {
                Component::ParentDir if depth == 0 => {
                    let real = self.tree.root.join(folder).join(&target);
                    self.outside.push((inside.to_path_buf(), real));
                    break;
                }
                Component::ParentDir => depth -= 1,
                Component::Normal(_) => depth += 1,
                _ => {}
            }
        }
        target
    }

    fn too_much(&self) -> TaskError {
        let mut heaviest: Vec<_> = self.weights.iter().collect();
        heaviest.sort_by_key(|(_, bytes)| std::cmp::Reverse(**bytes));
        let named: Vec<String> = heaviest
            .iter()
            .take(NAMED)
            .map(|(path, bytes)| format!("{} ({})", path.display(), Bytes(**bytes)))
            .collect();
        TaskError::Invalid(format!(
            "{} is too large to be copied: it holds more than {} or {} files that git would not ignore, most of them in {}; put what the commands do not need into .gitignore, and show what they only read with [sandbox] read = [\"…\"] in the config file",
            self.tree.root.display(),
            self.most.bytes,
            self.most.entries,
            named.join(", ")
        ))
    }

    fn finish(mut self) -> WorkTree {
        let root = self.tree.root.clone();
        for inside in self
            .hidden
            .iter()
            .filter_map(|h| h.strip_prefix(&root).ok())
            .filter(|inside| !inside.as_os_str().is_empty())
        {
            let before = self.tree.entries.len();
            self.tree.entries.retain(|e| !e.path.starts_with(inside));
            if self.tree.entries.len() < before {
                self.left_out.push(inside.to_path_buf());
            }
        }
        self.left_out.retain(|path| !path.iter().any(is_history));
        self.left_out.sort();
        self.left_out.dedup();
        let folders = std::iter::once(PathBuf::new()).chain(
            self.tree
                .entries
                .iter()
                .filter(|e| e.kind == EntryKind::Folder)
                .map(|e| e.path.clone()),
        );
        for folder in folders {
            for (name, sign) in INSTALLED {
                let place = folder.join(name);
                let whole = root.join(&place);
                let there = whole.is_dir() && sign.is_none_or(|s| whole.join(s).exists());
                if there && !self.seen.contains(&place) {
                    self.tree.installed.push(place);
                }
            }
        }
        for (link, target) in self.outside.iter().take(NAMED) {
            self.tree.notes.push(format!(
                "{} is a link out of the project, to {}, which the private copy does not have; if a command needs it, write [sandbox] read = [\"{}\"] in the config file",
                link.display(),
                target.display(),
                target.display()
            ));
        }
        let more = self.outside.len().saturating_sub(NAMED);
        if more > 0 {
            self.tree
                .notes
                .push(format!("{more} more links lead out of the project"));
        }
        if !self.left_out.is_empty() {
            let names: Vec<String> = self
                .left_out
                .iter()
                .take(NAMED)
                .map(|p| p.display().to_string())
                .collect();
            let more = self.left_out.len().saturating_sub(NAMED);
            self.tree.notes.push(format!(
                "left out of the private copy, because keys are kept in such files: {}{}; if a command needs one, write [sandbox] read = [\"{}\"] in the config file",
                names.join(", "),
                if more > 0 { format!(" and {more} more") } else { String::new() },
                root.join(&self.left_out[0]).display()
            ));
        }
        if let Some(first) = self.unreadable.first() {
            self.tree.notes.push(format!(
                "{} of the project cannot be read and is missing in the private copy: {first}",
                if self.unreadable.len() == 1 {
                    "one file"
                } else {
                    "some"
                }
            ));
        }
        self.tree
    }
}

#[cfg(test)]
mod tests;

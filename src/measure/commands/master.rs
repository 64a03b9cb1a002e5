//! The copy in which the original was built and run, from which all others are made, and what its runs made there.
//!
//! Products must be those of the version that is measured, wherever they stand: a build may make them anew beside the sources,
//! or replace those that an earlier build has left in the work tree. Outputs must be those of the run that is looked at: one
//! that every run writes anew is not there before a run, or a version that writes none would be taken for the original.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, unlinkat};

use super::SCRIPTS;
use super::facts::Facts;
use super::tree_copy::{TreeCopy, copy_file, folder, make_folders, parent};
use super::tree_state::{Changes, Entry, PROJECT, TreeState};

/// Endings of what is run or linked, besides scripts.
const BUILT: [&str; 11] = [
    "o", "a", "so", "dylib", "rlib", "rmeta", "class", "jar", "pyd", "node", "wasm",
];

/// The folder beside the master's copy with what the user's tree holds of files that every run writes anew.
const BEGUN: &str = "begun";

/// Nothing is run in its copy any more.
#[derive(Debug)]
pub(super) struct Master {
    pub(super) copy: TreeCopy,
    /// Files that the runs made or changed, but those in new folders.
    files: HashSet<PathBuf>,
    /// Folders that they made.
    folders: HashSet<PathBuf>,
    /// Those of all such files that are made of scripts.
    of_scripts: HashSet<PathBuf>,
    /// Cases whose runs made any of them.
    makers: HashSet<String>,
    /// The same, of what is made of scripts.
    makers_of_scripts: HashSet<String>,
    /// Files that every run of a case writes anew.
    outputs: HashMap<String, Vec<PathBuf>>,
    /// The same of the last case, which all others have been run without.
    pub(super) outputs_of_last: HashSet<PathBuf>,
}

/// A copy of an original that has passed, with the states of it before the first run and after each: every case was run twice.
pub(super) struct Passed<'a> {
    pub(super) copy: TreeCopy,
    pub(super) cases: Vec<&'a str>,
    pub(super) states: Vec<TreeState>,
    /// The user's work tree.
    pub(super) root: &'a Path,
}

impl Master {
    pub(super) fn new(passed: Passed<'_>) -> io::Result<Self> {
        let mut all = match (passed.states.first(), passed.states.last()) {
            (Some(first), Some(last)) => last.changes_since(first),
            _ => Changes::default(),
        };
        all.files.retain(|(path, _)| !is_compiled_python(path));
        all.folders.retain(|path| !is_compiled_python(path));
        let folders: HashSet<PathBuf> = all.folders.into_iter().collect();
        let code = || {
            let code = |(path, facts): &&(PathBuf, Option<Facts>)| is_code(path, facts.as_ref());
            all.files.iter().filter(code).map(|(path, _)| path)
        };
        let with_code: HashSet<&Path> = code().filter_map(|path| within(&folders, path)).collect();
        let builds: HashSet<&Path> = code().flat_map(|path| path.ancestors().skip(1)).collect();
        let of_scripts = all.files.iter().filter(|(path, facts)| {
            path.starts_with(PROJECT)
                && (is_code(path, facts.as_ref())
                    || within(&folders, path).is_some_and(|at| with_code.contains(at)))
        });
        let mut master = Self {
            of_scripts: of_scripts.map(|(path, _)| path.clone()).collect(),
            files: (all.files.iter().map(|(path, _)| path.clone()))
                .filter(|path| within(&folders, path).is_none())
                .collect(),
            makers: HashSet::new(),
            makers_of_scripts: HashSet::new(),
            outputs: HashMap::new(),
            outputs_of_last: HashSet::new(),
            folders: folders.clone(),
            copy: passed.copy,
        };
        let rounds = passed.states.windows(3).step_by(2);
        for (case, states) in passed.cases.iter().zip(rounds) {
            let made = states[1].changes_since(&states[0]).files;
            let again = states[2].changes_since(&states[1]).files;
            let again: HashSet<&Path> = again.iter().map(|(path, _)| path.as_path()).collect();
            let mut outputs = HashSet::new();
            for (path, facts) in &made {
                let in_build = || {
                    path.ancestors()
                        .skip(1)
                        .any(|at| is_inside(at) && builds.contains(at))
                };
                if again.contains(path.as_path())
                    && is_data(path, facts.as_ref())
                    && !in_build()
                    && master.can_be_laid(path, [&passed.states[0], &states[0]], passed.root)?
                {
                    outputs.insert(path.clone());
                }
            }
            let is_made = |(path, _): &&(PathBuf, Option<Facts>)| {
                !outputs.contains(path) && !is_compiled_python(path)
            };
            if made.iter().any(|file| is_made(&file)) {
                master.makers.insert((*case).to_owned());
            }
            if made
                .iter()
                .any(|(path, _)| master.of_scripts.contains(path))
            {
                master.makers_of_scripts.insert((*case).to_owned());
            }
            if passed.cases.last() == Some(case) {
                master.outputs_of_last = outputs;
            } else {
                let outputs = outputs.into_iter().collect();
                master.outputs.insert((*case).to_owned(), outputs);
            }
        }
        Ok(master)
    }

    /// Whether a run of a case makes something that belongs to the version. Of a `script` only other scripts are made, and what
    /// lies beside them, under names that the original's have.
    pub(super) fn makes(&self, case: &str, script: bool) -> bool {
        let makers = if script {
            &self.makers_of_scripts
        } else {
            &self.makers
        };
        makers.contains(case)
    }

    /// Whether a path is one where the commands of the original have made something: a file of theirs, or anything in a folder
    /// of theirs. Compiled Python is none: what it was made of is read again where it is missing.
    pub(super) fn is_product(&self, path: &Path, script: bool) -> bool {
        if is_compiled_python(path) || self.outputs_of_last.contains(path) {
            return false;
        }
        if script {
            return self.of_scripts.contains(path);
        }
        self.files.contains(path) || path.ancestors().any(|at| self.folders.contains(at))
    }

    /// Python files of the project that are products of scripts.
    pub(super) fn python_products(&self) -> impl Iterator<Item = &Path> {
        let python = |path: &&PathBuf| path.extension() == Some(OsStr::new("py"));
        (self.of_scripts.iter().filter(python)).filter_map(|path| path.strip_prefix(PROJECT).ok())
    }

    /// Names of the files in a folder of the project.
    pub(super) fn names_in(&self, folder: &Path) -> Vec<String> {
        let listed = std::fs::read_dir(self.copy.project().join(folder));
        let names = listed
            .into_iter()
            .flatten()
            .flatten()
            .map(|e| e.file_name());
        names.filter_map(|name| name.into_string().ok()).collect()
    }

    /// Files that every run of a case writes anew and that are to be laid as they were before its first, each time.
    pub(super) fn outputs(&self, case: &str) -> &[PathBuf] {
        self.outputs.get(case).map_or(&[], Vec::as_slice)
    }

    /// Lays such a file as it was before the first run of its case: mostly it was not there.
    pub(super) fn lay_before(&self, copy: &TreeCopy, path: &Path) -> io::Result<()> {
        let Ok((at, name)) = parent(&copy.top()?, path) else {
            return Ok(());
        };
        match unlinkat(&at, &name, AtFlags::empty()) {
            Err(e) if e != rustix::io::Errno::NOENT => return Err(e.into()),
            _ => {}
        }
        let begun = folder(CWD, self.copy.path().join(BEGUN).as_os_str());
        let Some((from, _)) = begun.ok().and_then(|top| parent(&top, path).ok()) else {
            return Ok(());
        };
        match copy_file(from.as_fd(), at.as_fd(), &name, copy.owner(), None) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        }
    }

    /// Whether a file is known as it was before the first run of its case: it was not there, or it was the user's.
    fn can_be_laid(
        &self,
        path: &Path,
        [first, before]: [&TreeState; 2],
        root: &Path,
    ) -> io::Result<bool> {
        let facts = match (first.find(path), before.find(path)) {
            (None, None) => return Ok(true),
            (Some(Entry::File(first)), Some(Entry::File(before))) if first == before => first,
            _ => return Ok(false),
        };
        let Ok(inside) = path.strip_prefix(PROJECT) else {
            return Ok(false);
        };
        let users = std::fs::symlink_metadata(root.join(inside));
        let users = users.and_then(|users| Ok((users.len(), users.modified()?)));
        if !users.is_ok_and(|(size, modified)| facts.is_copy_of(size, modified)) {
            return Ok(false);
        }
        let begun = self.copy.path().join(BEGUN);
        std::fs::create_dir_all(&begun)?;
        let begun = folder(CWD, begun.as_os_str())?;
        make_folders(&begun, path, None)?;
        let (to, name) = parent(&begun, path)?;
        let (from, _) = parent(&folder(CWD, root.as_os_str())?, inside)?;
        copy_file(from.as_fd(), to.as_fd(), &name, None, None)?;
        Ok(true)
    }
}

/// The one of some folders that a path lies in, or is.
fn within<'p>(folders: &HashSet<PathBuf>, path: &'p Path) -> Option<&'p Path> {
    path.ancestors().find(|at| folders.contains(*at))
}

/// Whether a folder lies in the project or in the home, and is none of the two.
fn is_inside(folder: &Path) -> bool {
    folder.iter().nth(1).is_some()
}

/// What is run, linked, or read by an interpreter.
fn is_code(path: &Path, facts: Option<&Facts>) -> bool {
    let ending = path.extension().and_then(OsStr::to_str);
    ending.is_some_and(|e| SCRIPTS.contains(&e) || BUILT.contains(&e))
        || facts.is_some_and(|facts| facts.rights() & 0o111 != 0)
}

/// A file of the project that is no code and belongs to no tool.
fn is_data(path: &Path, facts: Option<&Facts>) -> bool {
    let hidden = |part: &OsStr| part.as_bytes().starts_with(b".");
    path.starts_with(PROJECT)
        && facts.is_some()
        && !path.iter().any(hidden)
        && !is_code(path, facts)
        && !is_compiled_python(path)
}

fn is_compiled_python(path: &Path) -> bool {
    path.iter()
        .any(|part| part == "__pycache__" || part.as_bytes().ends_with(b".pyc"))
}

//! A task as it can be given away: what it needs of the user's project beside it, and nothing that names a place of this machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::kept_folder::save_folder;
use super::project::secret;
use super::reading::{invalid, read_bytes};
use super::saved::PROJECT;
use super::tree::{self, EntryKind, TreeBounds};
use super::{Harness, HoldOut, Project, Region, Task, TaskError, held_out};
use crate::base::units::Bytes;

/// What may be packed of a project beside the file itself.
const MOST: TreeBounds = TreeBounds {
    bytes: Bytes::mib(64),
    entries: 5_000,
};

/// A task that runs elsewhere, and the files of the project that go with it.
#[derive(Debug)]
pub(crate) struct PackedTask {
    /// The task; its paths are relative to the folder that it is saved in.
    pub(crate) task: Task,
    /// Files by their places in that folder.
    files: Vec<(PathBuf, FileContent)>,
    /// What the user should know of it.
    pub(crate) notes: Vec<String>,
}

#[derive(Debug)]
enum FileContent {
    Text(Arc<str>),
    /// Copied from there.
    Host(PathBuf),
}

impl PackedTask {
    /// Makes it of a task as a session has it: the same cases are held out. `with` are further files and folders of the project
    /// that the function under test needs.
    ///
    /// # Errors
    /// Commands judge it, which need the whole project; a file that cannot be read or must not be given away.
    pub(crate) fn of(task: &Task, with: &[PathBuf]) -> Result<Self, TaskError> {
        if let Harness::Commands(_) = task.harness {
            return Err(invalid(
                "commands of the project judge it (--check, --bench), and they need the project as a whole, which no task folder holds; give away a branch of it (`reheat write --branch`)",
            ));
        }
        let held = held_out::names(task);
        let mut packed = Self {
            task: Task {
                path: None,
                project: Project::default(),
                check: None,
                read: Vec::new(),
                notes: Vec::new(),
                tape: None,
                ..task.clone()
            },
            files: Vec::new(),
            notes: Vec::new(),
        };
        packed.task.workload.hold_out = match held.is_empty() {
            true => HoldOut::Count(0),
            false => HoldOut::Named(held),
        };
        // A path of this machine means nothing elsewhere.
        if let Some(tool) = (packed.task.tool).take_if(|t| t.contains('/')) {
            packed.notes.push(format!(
                "it was measured with {tool}; elsewhere the language's usual tool is used, unless --tool names another"
            ));
        }
        match (&task.region, with.first()) {
            (Some(region), _) => packed.add_project(task, region, with)?,
            (None, Some(path)) => {
                return Err(invalid(format!(
                    "{} is not needed: a whole program runs by itself; data files go with it as they are",
                    path.display()
                )));
            }
            (None, None) => {}
        }
        Ok(packed)
    }

    /// The file with the region, a generator of calls, and what else was asked for.
    fn add_project(
        &mut self,
        task: &Task,
        region: &Region,
        with: &[PathBuf],
    ) -> Result<(), TaskError> {
        let root = (task.project.root.as_deref()).or(region.path.parent());
        let root = root.unwrap_or(Path::new("/")).to_path_buf();
        let file_name = PathBuf::from(region.file_name());
        let inside = region.path.strip_prefix(&root).unwrap_or(&file_name);
        let place = Path::new(PROJECT).join(inside);
        self.task.title = format!("{}::{}", inside.display(), region.name);
        self.task.path = Some(place.clone());
        self.task.region = Some(Arc::new(Region {
            path: place.clone(),
            notes: Vec::new(),
            ..region.clone()
        }));
        self.task.project.root = Some(PROJECT.into());
        let text = FileContent::Text(region.file.clone());
        self.files.push((place, text));
        if let Harness::Calls(calls) = &mut self.task.harness
            && let Some(generator) = &mut calls.generator
        {
            let host = std::mem::take(&mut generator.file);
            let host = real(&host)?;
            generator.file = match host.strip_prefix(&root) {
                Ok(inside) => Path::new(PROJECT).join(inside),
                Err(_) => Path::new("calls").join(host.file_name().unwrap_or_default()),
            };
            let place = generator.file.clone();
            self.add(place, host);
        }
        self.add_what_makes_it_a_module(inside, &root);
        for path in with {
            self.add_of_project(path, &root)?;
        }
        Ok(())
    }

    /// Files above it that say how it is loaded: what makes a package of a folder.
    fn add_what_makes_it_a_module(&mut self, inside: &Path, root: &Path) {
        let name = match self.task.language.id.as_str() {
            "python" => "__init__.py",
            "javascript" | "typescript" | "tsx" => "package.json",
            _ => return,
        };
        for folder in inside.ancestors().skip(1) {
            let file = folder.join(name);
            if root.join(&file).is_file() {
                self.add(Path::new(PROJECT).join(&file), root.join(&file));
            }
        }
    }

    /// A file or folder of the project: as the current folder has it, or else as the project has it.
    fn add_of_project(&mut self, path: &Path, root: &Path) -> Result<(), TaskError> {
        let host = real(path).or_else(|why| real(&root.join(path)).map_err(|_| why))?;
        let root = real(root)?;
        let Ok(inside) = host.strip_prefix(&root) else {
            return Err(invalid(format!(
                "{} lies outside of the project {}; only what is in it can be packed with the function",
                path.display(),
                root.display()
            )));
        };
        let place = Path::new(PROJECT).join(inside);
        if !host.is_dir() {
            self.add(place, host);
            return Ok(());
        }
        let listed = tree::list(&host, MOST)?;
        for entry in listed.entries {
            if entry.kind == EntryKind::File {
                self.add(place.join(&entry.path), host.join(&entry.path));
            }
        }
        self.notes.extend(listed.notes);
        Ok(())
    }

    fn add(&mut self, place: PathBuf, host: PathBuf) {
        if !self.files.iter().any(|(known, _)| *known == place) {
            self.files.push((place, FileContent::Host(host)));
        }
    }

    /// Writes it into a folder, which is made.
    ///
    /// # Errors
    /// A file that cannot be read or written.
    pub(crate) fn save(&self, dir: &Path) -> Result<(), TaskError> {
        save_folder(&self.task, dir)?;
        for (place, content) in &self.files {
            let path = dir.join(place);
            let failed = |why| invalid(format!("cannot write {}: {why}", path.display()));
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(failed)?;
            }
            let bytes = match content {
                FileContent::Text(text) => text.as_bytes().to_vec(),
                FileContent::Host(host) => read_bytes(host, "file of the project", MOST.bytes.0)?,
            };
            std::fs::write(&path, bytes).map_err(failed)?;
        }
        Ok(())
    }
}

fn real(path: &Path) -> Result<PathBuf, TaskError> {
    path.canonicalize()
        .map_err(|why| TaskError::read(path, why))
}

/// Files in a folder that must not be given away, seen from it: those that the sandbox would hide from a program, and any other
/// with a private key in it.
pub(crate) fn keys_in(folder: &Path) -> Vec<PathBuf> {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.into());
    let mut found = secret::below(&folder);
    let mut folders = vec![folder.clone()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(_) if secret::holds_private_key(&entry.path()) => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found.sort();
    found.dedup();
    let inside = |path: &PathBuf| path.strip_prefix(&folder).ok().map(Path::to_path_buf);
    found.iter().filter_map(inside).collect()
}

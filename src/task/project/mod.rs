//! The user's project around a file: what builds and runs need to see of it. Plain data and the code that finds it.
//!
//! [`Project::find`] looks at the file system and at the environment; it runs nothing and changes nothing. Everything is
//! shown read-only at neutral places: the project itself at [`GUEST_ROOT`], what it depends on below [`GUEST_DEPS`].
//! Nothing that holds keys, and nothing through which others could be reached, is among what is shown.

mod around;
mod c;
mod go;
mod hint;
mod java;
mod javascript;
mod module;
mod python;
mod root;
mod rust;
mod secret;
mod view;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Language;
use around::Around;
pub use hint::hint_for;
pub use module::{Module, module_of};
pub use secret::is_private;
use view::View;

/// What of a project builds and runs see, read-only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// The project's folder, absolute; `None` for a file that stands alone.
    pub root: Option<PathBuf>,
    /// Files and folders that are shown, and where. None lies inside another one.
    pub shown: Vec<Shown>,
    /// Added to the environment of builds and runs; paths in it are guest paths.
    pub environment: Vec<(String, String)>,
    /// Interpreter or compiler that the project brings along (`.venv/bin/python`), absolute.
    pub tool: Option<String>,
    /// What was found, and what is missing, in sentences for the user.
    pub notes: Vec<String>,
    /// Links that lead out of what is shown: what they lead to, and where it would be. [`Project::also_read`] shows them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Shown>,
}

/// One file or folder of this machine and where the guest finds it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Shown {
    /// On this machine, absolute.
    pub host: PathBuf,
    /// In the sandbox, absolute: `/project`.
    pub guest: String,
}

/// Where a project's root lies in the sandbox; for a file that stands alone, its folder.
pub const GUEST_ROOT: &str = "/project";

/// Where what a project depends on lies in the sandbox, where it is not in the project itself.
pub const GUEST_DEPS: &str = "/deps";

impl Project {
    /// The project around a file, as far as the file system tells. Never fails: what cannot be found is said in a note.
    #[must_use]
    pub fn find(file: &Path, language: &Language) -> Self {
        Self::of(file, None, language)
    }

    /// As [`find`](Self::find), in a folder that the user says is the project's.
    #[must_use]
    pub fn of(file: &Path, root: Option<&Path>, language: &Language) -> Self {
        Self::find_in(file, root, language, &Around::here())
    }

    #[cfg(test)]
    fn find_around(file: &Path, language: &Language, around: &Around) -> Self {
        Self::find_in(file, None, language, around)
    }

    fn find_in(file: &Path, root: Option<&Path>, language: &Language, around: &Around) -> Self {
        let file = std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
        let file = std::fs::canonicalize(&file).unwrap_or(file);
        let mut place = root::place(&file, around);
        let root = root.and_then(|r| std::fs::canonicalize(r).ok());
        if let Some(root) = root.filter(|r| file.starts_with(r)) {
            if !place.package.starts_with(&root) {
                place.package.clone_from(&root);
            }
            place.root = Some(root);
        }
        let mut view = View::of(&place, around);
        let mut found = Found {
            tool: None,
            environment: Vec::new(),
        };
        match language.id.as_str() {
            "python" => python::look(&place, around, &mut view, &mut found),
            "javascript" | "typescript" => {
                javascript::look(&place, around, &mut view, &mut found);
            }
            "rust" => rust::look(&place, around, &mut view, &mut found),
            "go" => go::look(&place, around, &mut view, &mut found),
            "java" | "kotlin" | "scala" => java::look(&place, around, &mut view, &mut found),
            "c" | "cpp" => c::look(&place, &mut view, &mut found),
            _ => {}
        }
        view.always(&file);
        Self {
            root: place.root,
            shown: view.shown,
            environment: found.environment,
            tool: found.tool.map(|t| t.to_string_lossy().into_owned()),
            notes: view.notes,
            links: view.links,
        }
    }

    /// What is shown besides the project's own files: for whoever lays these out otherwise.
    pub fn dependencies(&self) -> impl Iterator<Item = &Shown> {
        self.shown.iter().filter(|s| !s.is_of_root())
    }

    /// Where the guest finds a file or folder of this machine; `None` if it is not shown.
    #[must_use]
    pub fn guest_path(&self, host: &Path) -> Option<String> {
        let real = std::fs::canonicalize(host).unwrap_or_else(|_| host.to_path_buf());
        let shown = self
            .shown
            .iter()
            .filter(|s| real.starts_with(&s.host))
            .max_by_key(|s| s.host.components().count());
        if let Some(shown) = shown {
            return join(&shown.guest, real.strip_prefix(&shown.host).ok()?);
        }
        // A folder that is shown by its parts.
        let root = self.root.as_ref()?;
        let inside = join(GUEST_ROOT, real.strip_prefix(root).ok()?)?;
        let below = format!("{inside}/");
        let some_part = self.shown.iter().any(|s| s.guest.starts_with(&below));
        some_part.then_some(inside)
    }

    /// Shows where links lead to, as far as the user lets programs read it anyway (`[sandbox] read`).
    pub fn also_read(&mut self, read: &[PathBuf]) {
        let real = |p: &PathBuf| std::fs::canonicalize(p).unwrap_or_else(|_| p.clone());
        let read: Vec<PathBuf> = read.iter().map(real).collect();
        let allowed = |link: &mut Shown| read.iter().any(|r| link.host.starts_with(r));
        self.shown.extend(self.links.extract_if(.., allowed));
    }
}

impl Shown {
    /// Whether it is (a part of) the project itself.
    #[must_use]
    pub fn is_of_root(&self) -> bool {
        let rest = self.guest.strip_prefix(GUEST_ROOT);
        rest.is_some_and(|r| r.is_empty() || r.starts_with('/'))
    }
}

/// What a language adds besides files.
#[derive(Debug)]
struct Found {
    tool: Option<PathBuf>,
    environment: Vec<(String, String)>,
}

impl Found {
    fn set(&mut self, name: &str, value: impl Into<String>) {
        self.environment.push((name.to_owned(), value.into()));
    }
}

/// A guest path with a relative path of this machine behind it; `None` where a name is not UTF-8.
fn join(guest: &str, inside: &Path) -> Option<String> {
    let mut joined = guest.to_owned();
    for part in inside.components() {
        joined.push('/');
        joined.push_str(part.as_os_str().to_str()?);
    }
    Some(joined)
}

/// The last name of a path, for guest paths and sentences.
fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// A small text file of the project; nothing where it cannot be read or is too large to be one of the kind wanted here.
fn text_of(path: &Path) -> Option<String> {
    const MOST: u64 = 4 << 20;
    let facts = std::fs::metadata(path).ok()?;
    if !facts.is_file() || facts.len() > MOST {
        return None;
    }
    std::fs::read_to_string(path).ok()
}

#[cfg(test)]
mod tests;

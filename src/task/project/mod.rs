//! The user's project around a file: what builds and runs need to see of it. Plain data and the code that finds it.
//!
//! [`Project::find`] looks at the file system and at the environment; it runs nothing and changes nothing. Everything is
//! shown read-only at neutral places: the project itself at [`GUEST_ROOT`], what it depends on below [`guest::GUEST_DEPS`].
//! Files with keys and sockets or pipes to other programs are never shown.

mod additions;
mod c;
mod files;
mod go;
mod guest;
mod hint;
mod host_environment;
mod java;
mod javascript;
mod module;
mod python;
mod root;
mod rust;
pub(crate) mod secret;
mod view;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Language;
use additions::LanguageAdditions;
pub(crate) use guest::GUEST_ROOT;
pub use guest::SharedPath;
use guest::guest_path;
pub use hint::hint_for;
use host_environment::HostEnvironment;
pub(crate) use root::{is_everybodys, root_of};
use view::ProjectView;

/// What builds and runs can see of a project, read-only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// The project's folder, absolute; `None` for a file that stands alone.
    pub root: Option<PathBuf>,
    /// Files and folders that are shown, and where. None lies inside another one.
    pub shown: Vec<SharedPath>,
    /// Added to the environment of builds and runs; paths in it are guest paths.
    pub environment: Vec<(String, String)>,
    /// Interpreter or compiler that the project brings along (`.venv/bin/python`), absolute.
    pub tool: Option<String>,
    /// Remarks for the user: what was found and what is missing.
    pub notes: Vec<String>,
    /// Links that lead out of what is shown: what they lead to, and where it would be. [`Project::also_read`] shows them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) links: Vec<SharedPath>,
}

impl Project {
    /// The project around a file. Never fails: a note says what could not be found.
    #[must_use]
    pub fn find(file: &Path, language: &Language) -> Self {
        Self::of(file, None, language)
    }

    /// As [`find`](Self::find), in a folder that the user says is the project's.
    #[must_use]
    pub fn of(file: &Path, root: Option<&Path>, language: &Language) -> Self {
        Self::find_in(file, root, language, &HostEnvironment::here())
    }

    #[cfg(test)]
    fn find_around(file: &Path, language: &Language, machine: &HostEnvironment) -> Self {
        Self::find_in(file, None, language, machine)
    }

    fn find_in(
        file: &Path,
        root: Option<&Path>,
        language: &Language,
        machine: &HostEnvironment,
    ) -> Self {
        let file = std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
        let file = std::fs::canonicalize(&file).unwrap_or(file);
        let mut place = root::place(&file, machine);
        let root = root.and_then(|r| std::fs::canonicalize(r).ok());
        if let Some(root) = root.filter(|r| file.starts_with(r)) {
            if !place.package.starts_with(&root) {
                place.package.clone_from(&root);
            }
            place.root = Some(root);
        }
        let mut view = ProjectView::of(&place, machine);
        let mut found = LanguageAdditions {
            tool: None,
            environment: Vec::new(),
        };
        match language.id.as_str() {
            "python" => python::inspect(&place, machine, &mut view, &mut found),
            "javascript" | "typescript" | "tsx" => {
                javascript::inspect(&place, machine, &mut view, &mut found);
            }
            "rust" => rust::inspect(&place, machine, &mut view, &mut found),
            "go" => go::inspect(&place, machine, &mut view, &mut found),
            "java" | "kotlin" | "scala" => java::inspect(&place, machine, &mut view, &mut found),
            "c" | "cpp" => c::inspect(&place, &mut view, &mut found),
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

    /// Where the guest finds a file or folder of this machine; `None` if it is not shown.
    #[must_use]
    pub fn guest_path(&self, host: &Path) -> Option<String> {
        guest_path(&self.shown, self.root.as_deref(), host)
    }

    /// Shows the targets of links that lead out of the project, where `[sandbox] read` allows it.
    pub(crate) fn also_read(&mut self, read: &[PathBuf]) {
        let real = |p: &PathBuf| std::fs::canonicalize(p).unwrap_or_else(|_| p.clone());
        let read: Vec<PathBuf> = read.iter().map(real).collect();
        if self.links.is_empty() || read.is_empty() {
            return;
        }
        // A link does not show what would be hidden where it leads to.
        let hidden = secret::in_read(&read);
        let allowed = |link: &mut SharedPath| {
            read.iter().any(|r| link.host.starts_with(r))
                && !hidden.iter().any(|h| link.host.starts_with(h))
        };
        self.shown.extend(self.links.extract_if(.., allowed));
    }
}

#[cfg(test)]
mod tests;

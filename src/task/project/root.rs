//! Where a project begins: the folder that holds its repository, or the nearest one with a file that makes a project.

use std::path::{Path, PathBuf};

use super::files::text_of;
use super::host_environment::HostEnvironment;

/// Where a file lies in its project.
#[derive(Clone, Debug)]
pub(super) struct ProjectLocation {
    /// The file itself, without links.
    pub(crate) file: PathBuf,
    /// The folder it lies in.
    pub(crate) folder: PathBuf,
    /// The project's folder; `None` for a file that stands alone.
    pub(crate) root: Option<PathBuf>,
    /// The nearest folder with a file that makes a project: one package of a larger repository. Else the root.
    pub(crate) package: PathBuf,
}

impl ProjectLocation {
    /// The root, or the file's folder.
    pub(crate) fn base(&self) -> &Path {
        self.root.as_deref().unwrap_or(&self.folder)
    }

    /// The folders from the file's own up to the root.
    pub(crate) fn upward(&self) -> impl Iterator<Item = &Path> {
        let base = self.base();
        self.folder
            .ancestors()
            .take_while(move |f| f.starts_with(base))
    }
}

/// Files that make the folder they lie in a project.
const MARKERS: [&str; 22] = [
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
    "Pipfile",
    "package.json",
    "Cargo.toml",
    "go.mod",
    "go.work",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "settings.gradle",
    "settings.gradle.kts",
    "build.xml",
    "CMakeLists.txt",
    "Makefile",
    "makefile",
    "meson.build",
    "configure.ac",
    "Gemfile",
    "deno.json",
];

/// What holds the history of a whole project.
const REPOSITORIES: [&str; 4] = [".git", ".hg", ".jj", ".svn"];

/// The folder of the project that a file lies in: the top of its repository or workspace, or the nearest folder with a file
/// that makes a project, or its own.
pub(crate) fn root_of(file: &Path) -> PathBuf {
    let file = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf());
    place(&file, &HostEnvironment::here()).base().to_path_buf()
}

/// Whether a folder cannot be a project: a home, one that all users share, or one that holds such.
pub(crate) fn is_everybodys(folder: &Path) -> bool {
    HostEnvironment::here().is_too_much(folder)
}

/// Finds the project of a file. Neither a home nor a shared folder of the system is ever a root.
pub(super) fn place(file: &Path, machine: &HostEnvironment) -> ProjectLocation {
    let folder = file.parent().unwrap_or(Path::new("/")).to_path_buf();
    let candidates: Vec<&Path> = folder
        .ancestors()
        .take_while(|f| !machine.is_too_much(f))
        .collect();
    let nearest = candidates.iter().find(|f| has_any(f, &MARKERS)).copied();
    let repository = candidates
        .iter()
        .find(|f| has_any(f, &REPOSITORIES))
        .copied();
    let whole = repository.or_else(|| {
        // Several packages are often one project: the outermost workspace is its root.
        let outer = candidates.iter().rev().find(|f| is_workspace(f)).copied();
        outer.or(nearest)
    });
    let package = nearest
        .filter(|n| whole.is_none_or(|w| n.starts_with(w)))
        .or(whole);
    ProjectLocation {
        file: file.to_path_buf(),
        package: package.unwrap_or(&folder).to_path_buf(),
        root: whole.map(Path::to_path_buf),
        folder: folder.clone(),
    }
}

fn has_any(folder: &Path, names: &[&str]) -> bool {
    names
        .iter()
        .any(|name| std::fs::symlink_metadata(folder.join(name)).is_ok())
}

/// Whether a folder declares that the packages below it belong together.
fn is_workspace(folder: &Path) -> bool {
    let says = |name: &str, words: &[&str]| {
        text_of(&folder.join(name)).is_some_and(|text| words.iter().any(|w| text.contains(w)))
    };
    let there = |name: &str| folder.join(name).is_file();
    says("Cargo.toml", &["[workspace]", "[workspace."])
        || says("package.json", &["\"workspaces\""])
        || says("pyproject.toml", &["[tool.uv.workspace]"])
        || says("pom.xml", &["<modules>"])
        || there("pnpm-workspace.yaml")
        || there("go.work")
        || there("settings.gradle")
        || there("settings.gradle.kts")
}

//! The machine around a project: homes, shared folders, variables of the environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What the search for a project needs to know of this machine; made up in tests.
#[derive(Clone, Debug, Default)]
pub(super) struct HostEnvironment {
    /// The user's home folder, without links.
    pub(crate) home: Option<PathBuf>,
    /// Shared folders of the system: a project is never one of them, nor contains one.
    pub(crate) common: Vec<PathBuf>,
    /// The variables of the environment.
    pub(crate) variables: BTreeMap<OsString, OsString>,
}

impl HostEnvironment {
    /// The environment of this process.
    pub(crate) fn here() -> Self {
        let real = |p: PathBuf| std::fs::canonicalize(&p).unwrap_or(p);
        let home = std::env::home_dir().filter(|h| h.is_absolute()).map(real);
        let mut common: Vec<PathBuf> = [
            "/tmp", "/var/tmp", "/home", "/Users", "/root", "/usr", "/etc", "/var", "/opt", "/srv",
            "/mnt", "/media", "/dev/shm",
        ]
        .iter()
        .map(PathBuf::from)
        .collect();
        common.push(real(std::env::temp_dir()));
        Self {
            home,
            common,
            variables: std::env::vars_os().collect(),
        }
    }

    /// The folder that a variable names, if it exists.
    pub(crate) fn folder(&self, variable: &str) -> Option<PathBuf> {
        let path = PathBuf::from(self.variables.get(std::ffi::OsStr::new(variable))?);
        (path.is_absolute() && path.is_dir()).then_some(path)
    }

    /// A folder below the home folder, if it exists.
    pub(crate) fn in_home(&self, inside: &str) -> Option<PathBuf> {
        let path = self.home.as_ref()?.join(inside);
        path.is_dir().then_some(path)
    }

    /// Whether the folder is a home or a shared folder, or contains one: then it is far more than one project.
    pub(crate) fn is_too_much(&self, folder: &Path) -> bool {
        let homes = self.home.iter().any(|home| home.starts_with(folder));
        let somebody = folder
            .parent()
            .is_some_and(|p| p == Path::new("/home") || p == Path::new("/Users"));
        homes || somebody || self.common.iter().any(|c| c.starts_with(folder))
    }
}

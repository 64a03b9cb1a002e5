//! What is around a project: homes, the temporary folder, variables of the environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The surroundings as far as they count here; made up in tests.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    /// The user's home folder, without links.
    pub home: Option<PathBuf>,
    /// Folders that belong to everybody: a project never is one of them, nor holds one.
    pub common: Vec<PathBuf>,
    /// The variables of the environment.
    pub variables: BTreeMap<OsString, OsString>,
}

impl Around {
    /// The surroundings of this very process.
    pub fn here() -> Self {
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

    /// A variable that holds the path of a folder that is there.
    pub fn folder(&self, variable: &str) -> Option<PathBuf> {
        let path = PathBuf::from(self.variables.get(std::ffi::OsStr::new(variable))?);
        (path.is_absolute() && path.is_dir()).then_some(path)
    }

    /// A folder below the home that is there.
    pub fn in_home(&self, inside: &str) -> Option<PathBuf> {
        let path = self.home.as_ref()?.join(inside);
        path.is_dir().then_some(path)
    }

    /// Whether the folder is a home, or holds one, or belongs to everybody: far more than one project.
    pub fn is_too_much(&self, folder: &Path) -> bool {
        let homes = self.home.iter().any(|home| home.starts_with(folder));
        let somebody = folder
            .parent()
            .is_some_and(|p| p == Path::new("/home") || p == Path::new("/Users"));
        homes || somebody || self.common.iter().any(|c| c.starts_with(folder))
    }
}

//! What can be wrong with a task.

use std::path::{Path, PathBuf};

/// A problem with what the user gave: what, where, what to do.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// A file could not be read.
    #[error("cannot read {path}: {why}{meant}")]
    Read {
        /// The file that it is about.
        path: PathBuf,
        /// The error of the system.
        why: std::io::Error,
        /// Which file beside it may be meant, as the end of a sentence; empty where none is.
        meant: String,
    },
    /// The input is wrong; the sentence says what, where and what to do.
    #[error("{0}")]
    Invalid(String),
    /// A compiler or interpreter is missing; nothing is wrong with the task.
    #[error("{0}")]
    Environment(String),
}

impl TaskError {
    /// A file that cannot be read. Where it is not there, one beside it that is called nearly so is named.
    pub(super) fn read(path: impl Into<PathBuf>, why: std::io::Error) -> Self {
        let path = path.into();
        let near = match why.kind() {
            std::io::ErrorKind::NotFound => near(&path),
            _ => None,
        };
        let meant = near.map_or_else(String::new, |name| {
            format!("; did you mean {}?", path.with_file_name(name).display())
        });
        Self::Read { path, why, meant }
    }
}

/// The file beside one that is not there whose name is most like its name, if any is much like it.
fn near(path: &Path) -> Option<String> {
    let wanted = path.file_name()?.to_string_lossy().into_owned();
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    let all = std::fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    all.flatten()
        .take(MOST_NAMES)
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .map(|name| (strsim::damerau_levenshtein(&name, &wanted), name))
        .filter(|(letters, name)| *letters <= 2 && *letters < name.len() / 2)
        .min()
        .map(|(_, name)| name)
}

/// Names of a folder that are looked at: it may hold any number.
const MOST_NAMES: usize = 10_000;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_nearly_that_of_a_file_is_answered_with_it() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["slow.py", "other.py", "a.c"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        let said = |name: &str| {
            let path = folder.path().join(name);
            let why = std::fs::read(&path).unwrap_err();
            let told = TaskError::read(path, why).to_string();
            told.split_once("; did you mean ")
                .map(|(_, meant)| meant.rsplit('/').next().unwrap().to_owned())
        };
        assert_eq!(said("slw.py").as_deref(), Some("slow.py?"));
        assert_eq!(said("solw.py").as_deref(), Some("slow.py?"));
        assert_eq!(said("nothing.rs"), None);
        assert_eq!(said("b.c"), None, "too short to be sure");
    }
}

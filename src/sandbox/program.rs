//! What is run: a program with all that its run depends on.

use std::path::PathBuf;
use std::sync::Arc;

use super::writable_tree::WritableTree;

/// One program to run: everything that its run depends on.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Program and arguments; the first is a path inside the sandbox or a name to find on its `PATH`.
    pub argv: Vec<String>,
    /// Added to the sandbox's own small environment (`PATH HOME TMPDIR LANG`); later entries win.
    pub environment: Vec<(String, String)>,
    /// Standard input, served from memory.
    pub stdin: Arc<[u8]>,
    /// What it can read besides the system's toolchains.
    pub mounts: Vec<Mount>,
    /// Files and folders of this machine that it does not see although they lie in a folder that is mounted. Without
    /// isolation (tier none) nothing can be hidden.
    pub hidden: Vec<PathBuf>,
    /// Folders that it may write in, and that keep what was written.
    pub trees: Vec<WritableTree>,
    /// Current folder inside the sandbox; `None` is the private work folder.
    pub folder: Option<String>,
    /// Files of the work folder to be brought back after the run, by name (a compiler's product). A name with a slash
    /// at its end is a folder: every regular file below it is brought back by its path, and every
    /// empty folder with a slash at its end.
    pub collect: Vec<String>,
    /// Note in [`Outcome::attempts`](super::Outcome::attempts) which files it tried to open that it should not read. Every opening of a file
    /// then takes some microseconds longer, so never for a run that is timed. What is refused is refused either way.
    pub watched: bool,
}

/// A file or folder of this machine that a run may read, never write.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mount {
    /// On this machine.
    pub host: PathBuf,
    /// Inside the sandbox, absolute; the work folder is [`WORK`].
    pub guest: String,
}

/// The private, writable work folder as the guest sees it (also its `HOME`).
pub const WORK: &str = "/work";

/// Files that are brought back from a folder at most.
pub(super) const COLLECT_FILES: usize = 20_000;

/// Folders within folders that are looked into when a folder is brought back.
pub(super) const COLLECT_DEPTH: usize = 24;

/// The environment that every program starts with; nothing of the workbench's own is in it.
pub(super) fn base_environment() -> Vec<(String, String)> {
    [
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("HOME", WORK),
        ("TMPDIR", "/tmp"),
        ("LANG", "C.UTF-8"),
    ]
    .into_iter()
    .map(|(k, v)| (k.to_owned(), v.to_owned()))
    .collect()
}

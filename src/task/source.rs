//! Texts and files that belong to a task.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// One text of the code, with the name of the file it lives in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// File name without folders: `solution.py`.
    pub file_name: String,
    /// The whole text.
    pub text: Arc<str>,
}

/// A data file that the program needs.
#[derive(Clone, Debug)]
pub struct DataFile {
    /// Where it is on this machine.
    pub host: PathBuf,
    /// Its name in the work folder of a run.
    pub name: String,
}

/// A human solution of a task.
#[derive(Clone, Debug)]
pub struct ReferenceSolution {
    /// `hash map, one pass`.
    pub name: String,
    /// The source of the solution.
    pub source: Source,
}

/// Something that is either a file on this machine or compiled into the program.
#[derive(Clone, Debug)]
pub enum PathOrText {
    /// The path of a file.
    Path(PathBuf),
    /// A text that is compiled in.
    Text(Arc<str>),
}

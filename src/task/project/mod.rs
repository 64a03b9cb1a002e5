//! The user's project around a file: what builds and runs need to see of it. Plain data and the code that finds it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What of a project builds and runs see, read-only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// The project's folder, absolute; `None` for a file that stands alone.
    pub root: Option<PathBuf>,
    /// Files and folders that are shown, and where.
    pub shown: Vec<Shown>,
    /// Added to the environment of builds and runs; paths in it are guest paths.
    pub environment: Vec<(String, String)>,
    /// Interpreter or compiler that the project brings along (`.venv/bin/python`), absolute.
    pub tool: Option<String>,
    /// What was found, and what is missing, in sentences for the user.
    pub notes: Vec<String>,
}

/// One file or folder of this machine and where the guest finds it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Shown {
    /// On this machine, absolute.
    pub host: PathBuf,
    /// In the sandbox, absolute: `/project`.
    pub guest: String,
}

/// Where a project's root lies in the sandbox.
pub const GUEST_ROOT: &str = "/project";

//! Finding a compiler or interpreter and what must be mounted so that it works inside.

use std::path::PathBuf;

use super::Mount;

/// A compiler or interpreter as a run can use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    /// The real file on this machine, behind all shims and links.
    pub host: PathBuf,
    /// What to put into `argv[0]`: its path inside the sandbox.
    pub program: String,
    /// What it needs besides the system's folders.
    pub mounts: Vec<Mount>,
    /// What it needs in its environment.
    pub environment: Vec<(String, String)>,
}

/// A tool that is not there or cannot be used inside; the sentence says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ToolMissing(pub String);

/// Finds a tool by its name on `PATH` or by its path.
///
/// # Errors
/// [`ToolMissing`] with a sentence that says what is missing.
pub fn find(name_or_path: &str) -> Result<Tool, ToolMissing> {
    let missing = || {
        ToolMissing(format!(
            "`{name_or_path}` was not found; is it installed and on the PATH?"
        ))
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let host = if name_or_path.contains('/') {
        PathBuf::from(name_or_path)
    } else {
        std::env::split_paths(&path)
            .map(|f| f.join(name_or_path))
            .find(|p| p.is_file())
            .ok_or_else(missing)?
    };
    let host = std::path::absolute(&host).map_err(|_| missing())?;
    if !host.is_file() {
        return Err(missing());
    }
    Ok(Tool {
        program: host.to_string_lossy().into_owned(),
        host,
        mounts: Vec::new(),
        environment: Vec::new(),
    })
}

//! Where files of this machine are in the sandbox.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// One file or folder of this machine and where the guest finds it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SharedPath {
    /// On this machine, absolute.
    pub host: PathBuf,
    /// In the sandbox, absolute: `/project`.
    pub guest: String,
}

/// Where a project's root lies in the sandbox; for a file that stands alone, its folder.
pub(crate) const GUEST_ROOT: &str = "/project";

/// Where what a project depends on lies in the sandbox, where it is not in the project itself.
pub(crate) const GUEST_DEPS: &str = "/deps";

/// Where the guest finds a file or folder of this machine; `None` if it is not shown.
pub(super) fn guest_path(shown: &[SharedPath], root: Option<&Path>, host: &Path) -> Option<String> {
    let real = std::fs::canonicalize(host).unwrap_or_else(|_| host.to_path_buf());
    let closest = shown
        .iter()
        .filter(|s| real.starts_with(&s.host))
        .max_by_key(|s| s.host.components().count());
    if let Some(shown) = closest {
        return join(&shown.guest, real.strip_prefix(&shown.host).ok()?);
    }
    // A folder that is shown by its parts.
    let root = root?;
    let inside = join(GUEST_ROOT, real.strip_prefix(root).ok()?)?;
    let below = format!("{inside}/");
    let some_part = shown.iter().any(|s| s.guest.starts_with(&below));
    some_part.then_some(inside)
}

/// A guest path with a relative path of this machine behind it; `None` where a name is not UTF-8.
pub(super) fn join(guest: &str, inside: &Path) -> Option<String> {
    let mut joined = guest.to_owned();
    for part in inside.components() {
        joined.push('/');
        joined.push_str(part.as_os_str().to_str()?);
    }
    Some(joined)
}

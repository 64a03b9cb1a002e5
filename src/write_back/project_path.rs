//! The name of a file in patches and branches: its path from the project's root.

use std::path::{Path, PathBuf};

/// A file's project and its path in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProjectPath {
    /// The project's root, absolute.
    pub(crate) root: PathBuf,
    /// The file's path from there, with slashes.
    pub(crate) relative: String,
}

/// Where a file (absolute, links resolved) lies in its project: from the top of its git work tree, else from the
/// project's folder, else from its own folder.
pub(crate) fn within(real: &Path, project: Option<&Path>) -> ProjectPath {
    let folder = real.parent().unwrap_or(Path::new("/"));
    let top = folder.ancestors().find(|f| f.join(".git").exists());
    let project = project
        .and_then(|p| std::fs::canonicalize(p).ok())
        .filter(|p| real.starts_with(p));
    let root = top.map_or_else(
        || project.unwrap_or_else(|| folder.to_owned()),
        Path::to_owned,
    );
    let parts = real.strip_prefix(&root).unwrap_or(real).components();
    let parts: Vec<_> = parts.map(|c| c.as_os_str().to_string_lossy()).collect();
    ProjectPath {
        root,
        relative: parts.join("/"),
    }
}

/// A name as in patches: quoted if it contains a character that would end it or the line.
pub(crate) fn quoted(name: &str) -> String {
    if !name
        .chars()
        .any(|c| c == '"' || c == '\\' || c.is_control())
    {
        // A tab marks the end of a name with blanks in it.
        let end = if name.contains(' ') { "\t" } else { "" };
        return format!("{name}{end}");
    }
    let mut out = String::from("\"");
    for byte in name.bytes() {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b'\n' => out.push_str("\\n"),
            b'\t' => out.push_str("\\t"),
            b' '..=b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("\\{other:03o}")),
        }
    }
    out.push('"');
    out
}

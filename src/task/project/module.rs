//! The name under which Python imports a file, and the folder that must be on `sys.path` for it.

use std::path::{Path, PathBuf};

use super::files::text_of;

/// The folder that belongs on `sys.path`, and the names from there to the file.
pub(super) fn path_and_names(file: &Path, root: &Path) -> (PathBuf, Vec<String>) {
    let own = file.parent().unwrap_or(root);
    let stem = file.file_stem().map(|s| s.to_string_lossy().into_owned());
    let mut names = vec![stem.unwrap_or_default().replace('.', "_")];
    let mut folder = own;
    while folder.starts_with(root) && folder != root && folder.join("__init__.py").is_file() {
        let Some(name) = folder.file_name().and_then(|n| n.to_str()) else {
            break;
        };
        names.insert(0, name.to_owned());
        folder = folder.parent().unwrap_or(root);
    }
    if names == ["__init__"] {
        // The root itself is the package: its own folder is all there is.
        names = own
            .file_name()
            .map(|n| vec![n.to_string_lossy().into_owned()])
            .unwrap_or(names);
        return (own.parent().unwrap_or(own).to_path_buf(), names);
    }
    // Above the packages with an `__init__.py` there may be some without.
    let text = text_of(file).unwrap_or_default();
    if let Some((above, outer)) = namespace(folder, root, names.len() > 1, &text) {
        names.splice(0..0, outer);
        return (above, names);
    }
    (folder.to_path_buf(), names)
}

/// The folders above `folder` that are packages without `__init__.py`, as far as the layout or the file's own imports say
/// so.
fn namespace(
    folder: &Path,
    root: &Path,
    in_package: bool,
    text: &str,
) -> Option<(PathBuf, Vec<String>)> {
    let relative = text.lines().any(|l| l.trim_start().starts_with("from ."));
    for above in [root.join("src"), root.join("lib"), root.to_path_buf()] {
        let Ok(inside) = folder.strip_prefix(&above) else {
            continue;
        };
        let names: Option<Vec<String>> = inside
            .components()
            .map(|c| c.as_os_str().to_str().filter(|n| is_identifier(n)))
            .map(|n| n.map(str::to_owned))
            .collect();
        let names = names.filter(|n| !n.is_empty());
        let names = names.filter(|_| above != root || !root.join("src").is_dir())?;
        let named = imports(text).any(|name| name == names[0]);
        let sibling = !in_package
            && imports(text).any(|name| {
                folder.join(format!("{name}.py")).is_file() || folder.join(name).is_dir()
            });
        let source = above.ends_with("src");
        let wanted = named || (relative && !in_package) || (source && !sibling);
        return wanted.then_some((above, names));
    }
    None
}

fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
}

/// The first names of a file's imports, read line by line without a parser.
pub(super) fn imports(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| {
        let line = line.trim();
        let list = match line.strip_prefix("import ") {
            Some(rest) => rest,
            None => match line.strip_prefix("from ") {
                Some(rest) => rest.split(" import").next().unwrap_or_default(),
                None => "",
            },
        };
        list.split(',').filter_map(|one| {
            let name = one.trim().split([' ', '.', ';', '#']).next()?;
            (!name.is_empty()).then_some(name)
        })
    })
}

//! A C or C++ project: the folders of its headers.

use std::path::{Path, PathBuf};

use super::additions::LanguageAdditions;
use super::files::text_of;
use super::root::ProjectLocation;
use super::view::ProjectView;

/// Folders of headers, as people lay them out.
const USUAL: [&str; 4] = ["include", "src", "inc", "lib"];

pub(super) fn inspect(
    place: &ProjectLocation,
    view: &mut ProjectView,
    found: &mut LanguageAdditions,
) {
    // Files beside the source are found, whatever a version's own file is called in the sandbox.
    let mut folders = vec![place.folder.clone()];
    let commands = ["compile_commands.json", "build/compile_commands.json"]
        .iter()
        .map(|name| place.base().join(name))
        .find(|p| p.is_file());
    if let Some(path) = &commands {
        let flags = flags_of(path, &place.file);
        folders.extend(flags.include);
        if !flags.other.is_empty() {
            view.note(format!(
                "{} builds the file with {}, which only your own build command provides (--check, --bench)",
                path.display(),
                flags.other.join(" ")
            ));
        }
    }
    if place.root.is_some() {
        for folder in place.upward() {
            folders.extend(USUAL.iter().map(|n| folder.join(n)).filter(|p| p.is_dir()));
            folders.push(folder.to_path_buf());
        }
    }
    let mut guests: Vec<String> = Vec::new();
    for folder in folders {
        match view.guest(&folder) {
            Some(guest) if !guests.contains(&guest) => guests.push(guest),
            None if folder.is_dir() && !folder.starts_with("/usr") => view.note(format!(
                "headers of {} are not shown; write [sandbox] read = [\"{}\"] and env = [\"CPATH={}\"] in the config file",
                folder.display(),
                folder.display(),
                folder.display()
            )),
            _ => {}
        }
    }
    if !guests.is_empty() {
        found.set("CPATH", guests.join(":"));
    }
}

/// How a file is compiled in a project.
#[derive(Debug, Default)]
struct CompileFlags {
    include: Vec<PathBuf>,
    /// Definitions and standards, as they stand there.
    other: Vec<String>,
}

/// What a `compile_commands.json` says of a file.
fn flags_of(path: &Path, file: &Path) -> CompileFlags {
    let mut flags = CompileFlags::default();
    let text = text_of(path).unwrap_or_default();
    let all: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let text_in = |entry: &serde_json::Value, key: &str| {
        entry.get(key).and_then(|v| v.as_str()).map(str::to_owned)
    };
    for entry in all.as_array().into_iter().flatten() {
        let folder = PathBuf::from(text_in(entry, "directory").unwrap_or_default());
        let named = text_in(entry, "file").map(|f| folder.join(f));
        let real = named.and_then(|f| std::fs::canonicalize(f).ok());
        if real.as_deref() != Some(file) {
            continue;
        }
        let words: Vec<String> = match entry.get("arguments").and_then(|a| a.as_array()) {
            Some(list) => list
                .iter()
                .filter_map(|w| w.as_str().map(str::to_owned))
                .collect(),
            None => text_in(entry, "command")
                .unwrap_or_default()
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
        };
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let include = match word.strip_prefix("-I") {
                Some("") => words.next(),
                Some(path) => Some(path.to_owned()),
                None if word == "-isystem" || word == "-iquote" => words.next(),
                None => None,
            };
            if let Some(path) = include {
                let path = folder.join(path);
                flags
                    .include
                    .push(std::fs::canonicalize(&path).unwrap_or(path));
            } else if word.starts_with("-D") || word.starts_with("-std=") {
                flags.other.push(word);
            }
        }
    }
    flags
}

//! The table of cheats, as it stands in `tests/cheats`: a folder for each original, a file for each version of it.
//!
//! `original.toml` says how the original is judged; each other file has a version, its kind and what it meets: `refused` (a wrong
//! answer, a crash, nothing that runs), `flagged` (with the kind of flag), `not better`, `nothing` (with the reason why nothing can
//! know it), or `honest` for one that must pass unflagged.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// How an original is judged.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Original {
    pub harness: String,
    pub language: String,
    pub file: String,
    pub function: Option<String>,
    #[serde(default)]
    pub calls: Vec<String>,
    #[serde(default)]
    pub cases: Vec<(String, String)>,
    pub check: Option<String>,
    pub bench: Option<String>,
    pub original: String,
    #[serde(default)]
    pub files: BTreeMap<String, String>,
}

/// A version, and what it meets.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Version {
    /// Folder and file: `calls-python/no-log`.
    #[serde(skip)]
    pub name: String,
    pub kind: String,
    pub meets: String,
    /// The kind of its flag.
    pub flag: Option<String>,
    /// Why nothing can know it.
    #[serde(default)]
    pub why: String,
    pub version: String,
}

/// An original with all its versions.
#[derive(Debug)]
pub(crate) struct Group {
    pub name: String,
    pub original: Original,
    pub versions: Vec<Version>,
}

/// The whole table, by name.
pub(crate) fn table() -> Vec<Group> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cheats");
    entries(&folder).iter().map(|f| group(f)).collect()
}

fn group(folder: &Path) -> Group {
    let name = stem(folder);
    let mut versions = Vec::new();
    let mut original = None;
    for file in entries(folder) {
        let text = fs::read_to_string(&file).unwrap();
        let wrong = |e: toml::de::Error| -> ! { panic!("{}: {e}", file.display()) };
        if file.ends_with("original.toml") {
            original = Some(toml::from_str(&text).unwrap_or_else(|e| wrong(e)));
            continue;
        }
        let version: Version = toml::from_str(&text).unwrap_or_else(|e| wrong(e));
        let name = format!("{name}/{}", stem(&file));
        versions.push(Version { name, ..version });
    }
    let original = original.unwrap_or_else(|| panic!("{name} has no original.toml"));
    Group {
        name,
        original,
        versions,
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    all.sort();
    all
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

impl Group {
    /// Writes the original and what it is judged by into a folder.
    pub(crate) fn lay_out(&self, folder: &Path) {
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(&self.original.file, &self.original.original);
        for (name, text) in &self.original.files {
            write(name, text);
        }
        if !self.original.calls.is_empty() {
            write("calls.jsonl", &self.original.calls.join("\n"));
        }
        for (n, (input, output)) in self.original.cases.iter().enumerate() {
            write(&format!("cases/{n:02}.in"), &format!("{input}\n"));
            write(&format!("cases/{n:02}.out"), &format!("{output}\n"));
        }
    }

    /// The file or the function, as it is asked for.
    pub(crate) fn target(&self) -> String {
        match &self.original.function {
            Some(function) => format!("{}::{function}", self.original.file),
            None => self.original.file.clone(),
        }
    }

    /// Arguments of `reheat optimize`, for a folder that it was laid out in.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let mut all = vec!["optimize".to_owned(), self.target()];
        let mut add = |name: &str, value: &str| all.extend([name.to_owned(), value.to_owned()]);
        match self.original.harness.as_str() {
            "program" => add("--cases", "cases"),
            "calls" => add("--calls", "calls.jsonl"),
            _ => {
                for (flag, command) in [
                    ("--check", &self.original.check),
                    ("--bench", &self.original.bench),
                ] {
                    if let Some(command) = command {
                        add(flag, command);
                    }
                }
            }
        }
        if self.original.harness != "program" {
            add("--project", ".");
        }
        all
    }

    /// The tag of its language behind a fence.
    pub(crate) fn fence(&self) -> &str {
        &self.original.language
    }
}

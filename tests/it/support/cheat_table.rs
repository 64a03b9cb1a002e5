//! The table of cheats, as it stands in `tests/cheats`: a folder for each original, a file for each version of it.
//!
//! `original.toml` says how the original is judged; each other file has a version, its kind and what it meets: `refused` (a wrong
//! answer, a crash, nothing that runs), `flagged` (with the kind of flag), `not better`, `nothing` (with the reason why nothing can
//! know it), or `honest` for one that must pass unflagged.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::Value;

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
#[allow(dead_code, reason = "the test and the bench each read a part of it")]
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
    groups("tests/cheats")
}

/// Honest versions of which only the texts are looked at (`tests/honest`): nothing runs them.
#[allow(dead_code, reason = "the bench plays what runs")]
pub(crate) fn texts() -> Vec<Group> {
    groups("tests/honest")
}

fn groups(folder: &str) -> Vec<Group> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
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
}

/// What became of a version.
#[derive(Debug)]
#[allow(dead_code, reason = "the test only shows why")]
pub(crate) struct Met {
    /// A word of the table; of an honest one that is better `nothing`.
    pub what: String,
    /// Reasons of its flags, or of its refusal.
    pub why: Vec<String>,
}

/// Plays versions of a group one after the other in one session of the real program.
pub(crate) fn play(group: &Group, versions: &[&Version], more: &[&str]) -> Vec<Met> {
    let folder = tempfile::tempdir().unwrap();
    // What is judged lies in a folder of its own, since commands have a copy of it.
    let project = folder.path().join("project");
    group.lay_out(&project);
    let tape = folder.path().join("tape");
    fs::create_dir(&tape).unwrap();
    for (n, version) in versions.iter().enumerate() {
        let fence = &group.original.language;
        let reply = format!("This is quicker.\n\n```{fence}\n{}```\n", version.version);
        fs::write(tape.join(format!("{:03}.md", n + 1)), reply).unwrap();
    }
    let rounds = versions.len().to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_reheat"))
        .args(group.arguments())
        .args(["--tape", "../tape", "--json", "--rounds", &rounds])
        .args(more)
        .current_dir(&project)
        .env("REHEAT_CONFIG_DIR", folder.path().join("config"))
        .env("REHEAT_DATA_DIR", folder.path().join("data"))
        .env("REHEAT_CACHE_DIR", folder.path().join("cache"))
        .env_remove("OPENAI_BASE_URL")
        .env_remove("OPENAI_API_KEY")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let events: Vec<Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let of = |name: &str| {
        events
            .iter()
            .filter(|e| e["event"] == name)
            .collect::<Vec<_>>()
    };
    let (evaluated, decided) = (of("version_evaluated"), of("decided"));
    let original = evaluated
        .first()
        .unwrap_or_else(|| panic!("{}: {said}", group.name));
    assert_eq!(
        original["verdict"], "accepted",
        "{}: {original}",
        group.name
    );
    let round_failed = of("round_failed");
    let created = of("version_created");
    let met = |n: usize| {
        let round = n as u64 + 1;
        let Some(id) = created
            .iter()
            .find(|e| e["round"] == round)
            .map(|e| &e["version"])
        else {
            let failed = round_failed.iter().find(|e| e["round"] == round);
            let why = failed.map(|e| e["reason"].to_string()).unwrap_or_default();
            return Met {
                what: "refused".to_owned(),
                why: vec![why],
            };
        };
        let same = |e: &&&Value| e["version"] == *id;
        let (evaluated, decided) = (evaluated.iter().find(same), decided.iter().find(same));
        let evaluation = evaluated.map_or(&Value::Null, |e| &e["evaluation"]);
        let flags = evaluation["flags"].as_array().cloned().unwrap_or_default();
        let accepted = evaluated.is_some_and(|e| e["verdict"] == "accepted");
        let taken = decided.is_some_and(|e| e["decision"] == "accepted");
        let what = match (accepted, flags.is_empty(), taken) {
            (false, ..) => "refused",
            (true, false, _) => "flagged",
            (true, true, true) => "nothing",
            (true, true, false) => "not better",
        };
        let mut why: Vec<String> = flags.iter().map(|f| f["reason"].to_string()).collect();
        why.extend(evaluation["failure"]["reason"].as_str().map(str::to_owned));
        why.extend(decided.map(|e| e["reason"].to_string()));
        Met {
            what: what.to_owned(),
            why,
        }
    };
    (0..versions.len()).map(met).collect()
}

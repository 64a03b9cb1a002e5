//! Tasks that come with the program: each a folder of `assets/tasks/` (statement, original, references, tape)
//! and a seeded generator of cases in this module, which also says what the outputs should be.
//!
//! They are read on demand; [`summary`] lists them without generating a case.

mod coins;
mod heat;
mod markup;
mod pairs;
mod readings;
mod seeded_random;
mod sieve;
mod wordfreq;

use std::sync::Arc;

use include_dir::{Dir, include_dir};

use super::folder::{TASK_FILE, TaskFile, TextSource};
use super::reading::{invalid, parse_toml};
use super::{Case, Languages, PathOrText, Task, TaskError};

static FOLDERS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/assets/tasks");

/// Makes the cases of one task.
type CaseGenerator = fn() -> Vec<Case>;

/// Every bundled task with its generator, in the order in which they are shown.
const ALL: [(&str, CaseGenerator); 7] = [
    ("pairs", pairs::cases),
    ("wordfreq", wordfreq::cases),
    ("sieve", sieve::cases),
    ("markup", markup::cases),
    ("readings", readings::cases),
    ("coins", coins::cases),
    ("heat", heat::cases),
];

/// What a list of bundled tasks shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskSummary {
    /// `pairs`.
    pub name: String,
    /// One line for people.
    pub title: String,
    /// Id of the language.
    pub language: String,
    /// `quadratic → linear`.
    pub kind: String,
}

/// Names of the bundled tasks, in the order in which they are shown.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(name, _)| *name)
}

/// The list of bundled tasks; cheap, no case is generated.
pub fn summary() -> Vec<TaskSummary> {
    let one = |name: &str| -> Result<TaskSummary, TaskError> {
        let file = task_file(folder(name)?)?;
        Ok(TaskSummary {
            name: name.to_owned(),
            title: file.title.unwrap_or_default(),
            language: file.language.unwrap_or_default(),
            kind: file.kind.unwrap_or_default(),
        })
    };
    // What is compiled in is well formed: a test reads all of it.
    names().filter_map(|name| one(name).ok()).collect()
}

/// A bundled task with all its cases, references and replies.
///
/// # Errors
/// An unknown name (the names are listed), or a language that the user's own files have removed.
pub fn load(name: &str, languages: &Languages) -> Result<Task, TaskError> {
    let Some((_, generate)) = ALL.iter().find(|(n, _)| *n == name) else {
        let all: Vec<_> = names().collect();
        return Err(invalid(format!(
            "there is no bundled task `{name}`; there are {}",
            all.join(", ")
        )));
    };
    let dir = folder(name)?;
    let mut task = task_file(dir)?.task(&TextSource::CompiledIn(dir), name, languages)?;
    task.workload.cases = generate();
    task.tape = Some(PathOrText::Text(tape(name)?));
    Ok(task)
}

/// The recorded replies of a bundled task in the order in which they are played, each as the model wrote it.
///
/// # Errors
/// An unknown name.
pub fn replies(name: &str) -> Result<Vec<&'static str>, TaskError> {
    let dir = folder(name)?;
    let mut files: Vec<_> = dir
        .get_dir(dir.path().join("tape"))
        .map(|d| {
            d.files()
                .filter(|f| f.path().extension().is_some_and(|e| e == "md"))
                .collect()
        })
        .unwrap_or_default();
    files.sort_by_key(|f| f.path());
    Ok(files.iter().filter_map(|f| f.contents_utf8()).collect())
}

/// The replies as JSON lines, the form of every tape.
fn tape(name: &str) -> Result<Arc<str>, TaskError> {
    let lines = replies(name)?.into_iter().map(|text| {
        format!(
            "{}\n",
            serde_json::json!({ "model": "recorded", "text": text })
        )
    });
    Ok(lines.collect::<String>().into())
}

fn folder(name: &str) -> Result<&'static Dir<'static>, TaskError> {
    FOLDERS
        .get_dir(name)
        .ok_or_else(|| invalid(format!("there is no bundled task `{name}`")))
}

fn task_file(dir: &Dir<'static>) -> Result<TaskFile, TaskError> {
    let path = dir.path().join(TASK_FILE);
    let text = dir
        .get_file(&path)
        .and_then(|f| f.contents_utf8())
        .unwrap_or_default();
    parse_toml(text, &format!("bundled {}", path.display()))
}

fn case(name: &str, input: impl Into<String>, expected: impl Into<String>) -> Case {
    let bytes = |text: String| Arc::from(text.into_bytes());
    Case {
        name: name.to_owned(),
        input: bytes(input.into()),
        expected: Some(bytes(expected.into())),
        status: None,
        held_out: false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    /// Sessions are compared over months and machines: the cases of a task may never change by accident.
    #[test]
    fn generators_tell_the_same_story_for_ever() {
        let pins: Vec<String> = ALL
            .iter()
            .map(|(name, generate)| {
                let mut hash = blake3::Hasher::new();
                for case in generate() {
                    for part in [
                        case.name.as_bytes(),
                        &case.input,
                        case.expected.as_deref().unwrap_or_default(),
                    ] {
                        hash.update(&(part.len() as u64).to_le_bytes());
                        hash.update(part);
                    }
                }
                format!("{name} {}", &hash.finalize().to_hex()[..16])
            })
            .collect();
        assert_eq!(pins, PINS);
    }

    const PINS: [&str; 7] = [
        "pairs 9d52e6d301520d36",
        "wordfreq 99ce0c6d9593198c",
        "sieve 03f490ecc8d87cd8",
        "markup 306efa8b89dba8e4",
        "readings 1a5f9075ce49d7f6",
        "coins 3640b907319a5b8f",
        "heat c42e8e80324e0892",
    ];
}

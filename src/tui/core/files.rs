//! Reading the developer's folders and files for the lists of them. A disk may be slow and a file long: the screen never
//! calls this itself, a worker does.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::task::region::{self, FunctionItem};
use crate::task::{Language, Languages};

/// Names shown of one folder at most; typing narrows them down.
const MOST: usize = 2_000;
/// Bytes of a file whose functions are listed at once; a larger one is nobody's hand-written source.
const LARGEST: u64 = 2 << 20;

/// One name in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// As the folder has it.
    pub name: String,
    /// Whether it is a folder.
    pub folder: bool,
}

/// The functions of a file.
#[derive(Clone, Debug)]
pub struct FileFunctions {
    /// The file.
    pub file: PathBuf,
    /// Id of its language.
    pub language: String,
    /// All functions, in the order of the file; never empty.
    pub items: Vec<FunctionItem>,
}

/// What a path is, as far as it matters for opening it.
#[derive(Clone, Debug)]
pub enum Inspected {
    /// A folder: whether it is a task, and whether it holds cases.
    Folder {
        /// It has a `task.toml`.
        task: bool,
        /// It holds inputs of cases.
        cases: bool,
    },
    /// A file: the cases beside it, and its functions if it has some that can be seen.
    File {
        /// Cases that lie beside it under a usual name.
        cases: Option<PathBuf>,
        /// Its functions; none where it can only be meant as a whole.
        functions: Option<Arc<FileFunctions>>,
    },
}

/// What lies beside a file that a function of it can be judged by.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Files of calls, those that say most about the function first.
    pub calls: Vec<PathBuf>,
    /// Cases of the program.
    pub cases: Option<PathBuf>,
}

/// The names in a folder, folders first.
///
/// # Errors
/// Why it cannot be listed.
pub(crate) fn list(folder: &Path) -> Result<Vec<Name>, String> {
    let entries =
        std::fs::read_dir(folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    let names = entries.flatten().take(MOST).filter_map(|e| {
        let name = e.file_name().into_string().ok()?;
        let folder = e.path().is_dir();
        (!name.starts_with('.')).then_some(Name { name, folder })
    });
    let mut all: Vec<Name> = names.collect();
    all.sort_by_key(|n| (!n.folder, n.name.to_lowercase()));
    Ok(all)
}

/// Finds out what a path is.
#[must_use]
pub(crate) fn inspect(path: &Path, own_languages: Option<&Path>) -> Inspected {
    if path.is_dir() {
        return Inspected::Folder {
            task: crate::task::load::is_task_folder(path),
            cases: holds_cases(path),
        };
    }
    Inspected::File {
        cases: cases_beside(path),
        functions: functions(path, own_languages).map(Arc::new),
    }
}

fn holds_cases(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|entries| {
        entries
            .flatten()
            .take(MOST)
            .any(|e| e.path().extension().is_some_and(|x| x == "in"))
    })
}

/// Cases that lie beside a program under a usual name.
#[must_use]
pub(crate) fn cases_beside(program: &Path) -> Option<PathBuf> {
    let folder = program.parent()?;
    let stem = program.file_stem()?.to_string_lossy();
    let names = [
        format!("{stem}_cases"),
        format!("{stem}.cases"),
        format!("{stem}.jsonl"),
        "cases".to_owned(),
        "cases.jsonl".to_owned(),
    ];
    names.iter().map(|n| folder.join(n)).find(|p| p.exists())
}

/// What lies beside a file that one of its functions can be judged by.
#[must_use]
pub(crate) fn beside(file: &Path, function: &str) -> Beside {
    Beside {
        calls: calls_beside(file, function, &std::env::current_dir().unwrap_or_default()),
        cases: cases_beside(file),
    }
}

/// In so many folders, from that of the program upwards, calls are looked for.
const HIGHEST: usize = 8;

/// Files of calls that lie beside a program, or further up to where Reheat was started, under a usual name; those that say most
/// about the function first, and nearer ones before others.
fn calls_beside(file: &Path, function: &str, here: &Path) -> Vec<PathBuf> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let up = folder.ancestors().skip(1);
    let up = up.take_while(|f| folder.is_relative() || f.starts_with(here));
    let folders: Vec<&Path> = std::iter::once(folder).chain(up).take(HIGHEST).collect();
    let of = |part: &std::ffi::OsStr| part.to_string_lossy().into_owned();
    let stem = file.file_stem().map(of).unwrap_or_default();
    let whole = file.file_name().map(of).unwrap_or_default();
    let last = function.rsplit(['.', ':']).next().unwrap_or(function);
    let mut found = Vec::new();
    for name in [function, last, stem.as_str(), whole.as_str(), ""] {
        // A name of an overloaded function has its types in it, and those may hold anything.
        if name.contains(['/', '\\', '\0']) {
            continue;
        }
        let dot = if name.is_empty() { "" } else { "." };
        for folder in &folders {
            let path = folder.join(format!("{name}{dot}calls.jsonl"));
            if path.is_file() && !found.contains(&path) {
                found.push(path);
            }
        }
    }
    found
}

/// The functions of a file; `None` where it has none that we can see, so that it can only be meant as a whole.
#[must_use]
pub(crate) fn functions(file: &Path, own_languages: Option<&Path>) -> Option<FileFunctions> {
    let small = std::fs::metadata(file).is_ok_and(|m| m.is_file() && m.len() <= LARGEST);
    if !small {
        return None;
    }
    let language = language_of(file, own_languages)?;
    let bytes = std::fs::read(file).ok()?;
    let items = region::list(&String::from_utf8_lossy(&bytes), &language);
    (!items.is_empty()).then(|| FileFunctions {
        file: file.to_owned(),
        language: language.id.clone(),
        items,
    })
}

fn language_of(file: &Path, own: Option<&Path>) -> Option<Arc<Language>> {
    let own = own.filter(|folder| folder.is_dir());
    let languages = Languages::load(own).or_else(|_| Languages::load(None));
    let ending = file.extension()?.to_str()?;
    languages.ok()?.for_extension(ending)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_looked_for_up_to_where_reheat_was_started() {
        let holder = tempfile::tempdir().unwrap();
        let at = |name: &str| holder.path().join(name);
        std::fs::create_dir_all(at("root/src/shop")).unwrap();
        for name in [
            "calls.jsonl",
            "root/calls.jsonl",
            "root/rank.calls.jsonl",
            "root/src/shop/calls.jsonl",
        ] {
            std::fs::write(at(name), "[1]\n").unwrap();
        }
        let file = at("root/src/shop/search.py");
        let found = |here: &str| calls_beside(&file, "rank", &at(here));
        let expected = [
            "root/rank.calls.jsonl",
            "root/src/shop/calls.jsonl",
            "root/calls.jsonl",
        ];
        assert_eq!(found("root"), expected.map(at));
        assert_eq!(found("root/src/shop"), [at("root/src/shop/calls.jsonl")]);
        assert_eq!(found("elsewhere"), [at("root/src/shop/calls.jsonl")]);
    }
}

//! Task folders: a `task.toml` and the files it names.
//!
//! ```toml
//! # Everything but the language (or a source whose ending tells it) may be left out.
//! name = "pairs"                 # short name; the folder's name if missing
//! title = "Count pairs"          # one line for people
//! kind = "quadratic → linear"    # what kind of improvement hides in it
//! language = "python"            # an id of assets/languages; told by the source's ending if missing
//! source = "pairs.py"            # the original; without one the loop starts from the statement
//! statement = "statement.md"     # the problem in words
//! objective = "time"             # time, memory or integral
//! checker = "tokens"             # exact, tokens, lines, numbers or numbers:1e-9; or a program of yours:
//! # checker = { program = "check.py" }          (language = "…" beside it where the ending does not tell)
//! tool = "python3.12"            # interpreter or compiler, by name or path
//! args = ["--fast"]              # arguments that every run is given
//! ok_status = [0, 1]             # exit statuses that a version may end with; [0] if missing
//! files = ["data/words.txt"]     # data files, found by their names in the work folder of a run
//! tape = "tape.jsonl"            # recorded replies
//!
//! [limits]                       # of one run
//! time_limit = "10s"
//! memory_limit = "512MiB"
//! output_limit = "64MiB"         # standard output and standard error, each
//! processes = 64                 # processes and threads alive at once
//! disk = "64MiB"                 # what may be written to the private folders
//!
//! [build]                        # of one build: the same keys
//! time_limit = "60s"
//! memory_limit = "2GiB"
//!
//! [workload]
//! cases = "cases"                # a folder of NAME.in and NAME.out, or a file of JSON lines
//! held_out = "25%"               # cases that the model is never shown: a share, a number, or their names ["04", "07"]
//! shown = ["01"]                 # cases that are never held out (those that the statement quotes are not either)
//! statuses = { "02" = 1 }        # the exit status that is right on a case; what the original says needs none
//!
//! [[reference]]                  # human solutions to be placed among
//! name = "hash map, one pass"
//! file = "references/hash.py"
//! ```
//!
//! Paths are relative to the folder. An unknown key is an error with its line, so that a misspelt limit
//! is never silently ignored.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use include_dir::Dir;
use serde::{Deserialize, Serialize};

use super::cases::{HOW_CASES_LOOK, read_cases};
use super::checker_file::CheckerFile;
use super::checker_program::CheckerProgram;
use super::held_out;
use super::language::choice::language_for;
use super::limits::LimitsFile;
use super::reading::{invalid, parse_toml, plain_name, read_text};
use super::sources::{answers_stay_out, data_file, source_text};
use super::workload::HoldOut;
use super::{
    Case, Checker, DataFile, Languages, Objective, OkStatus, PathOrText, ReferenceSolution, Source,
    Task, TaskDefaults, TaskError, Workload, saved,
};
use crate::sandbox::Limits;

/// Name of the file that makes a folder a task.
pub(super) const TASK_FILE: &str = "task.toml";

/// The text of a `task.toml`.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TaskFile {
    pub(crate) name: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) statement: Option<String>,
    #[serde(default)]
    pub(crate) objective: Objective,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) checker: Option<CheckerFile>,
    pub(crate) tool: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) args: Vec<String>,
    #[serde(default, skip_serializing_if = "OkStatus::is_default")]
    pub(crate) ok_status: OkStatus,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) files: Vec<String>,
    pub(crate) tape: Option<String>,
    #[serde(default)]
    pub(crate) limits: LimitsFile,
    #[serde(default)]
    pub(crate) build: LimitsFile,
    #[serde(default)]
    pub(crate) workload: WorkloadFile,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) reference: Vec<ReferenceFile>,
    /// A file beside this one with what only this machine knows of the task; written by us alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ground: Option<String>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorkloadFile {
    cases: Option<String>,
    #[serde(default)]
    held_out: HoldOut,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    shown: Vec<String>,
    /// Exit statuses by the names of the cases on which they are right.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    statuses: BTreeMap<String, u8>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReferenceFile {
    name: String,
    file: String,
}

/// Where the texts that a task file names come from.
pub(super) enum TextSource<'a> {
    /// A folder on this machine.
    Folder(&'a Path),
    /// A folder that is compiled in.
    CompiledIn(&'a Dir<'static>),
}

impl TextSource<'_> {
    fn read(&self, name: &str, what: &str) -> Result<String, TaskError> {
        match self {
            Self::Folder(dir) => read_text(&dir.join(name), what),
            Self::CompiledIn(dir) => dir
                .get_file(dir.path().join(name))
                .and_then(|f| f.contents_utf8())
                .map(str::to_owned)
                .ok_or_else(|| invalid(format!("the bundled {what} {name} is missing"))),
        }
    }

    fn source(&self, name: &str, what: &str) -> Result<Source, TaskError> {
        let text = source_text(self.read(name, what)?, name, what)?;
        let file_name = Path::new(name)
            .file_name()
            .map_or_else(|| name.to_owned(), |n| n.to_string_lossy().into_owned());
        Ok(Source { file_name, text })
    }
}

impl TaskFile {
    /// The task without its cases, data files and tape.
    pub(super) fn task(
        &self,
        texts: &TextSource<'_>,
        default_name: &str,
        languages: &Languages,
    ) -> Result<Task, TaskError> {
        let name = self.name.clone().unwrap_or_else(|| default_name.to_owned());
        if !plain_name(&name) {
            return Err(invalid(format!(
                "the task's name {name:?} cannot be used; keep it short and without / \\ : * ? \" < > |"
            )));
        }
        let mut references = Vec::new();
        for r in &self.reference {
            references.push(ReferenceSolution {
                name: r.name.clone(),
                source: texts.source(&r.file, "reference")?,
            });
        }
        Ok(Task {
            title: self.title.clone().unwrap_or_else(|| name.clone()),
            name,
            kind: self.kind.clone(),
            statement: self
                .statement
                .as_ref()
                .map(|s| texts.read(s, "statement"))
                .transpose()?
                .unwrap_or_default(),
            language: language_for(
                self.language.as_deref(),
                self.source.as_deref().map(Path::new),
                languages,
            )?,
            source: self
                .source
                .as_ref()
                .map(|s| texts.source(s, "source"))
                .transpose()?,
            objective: self.objective,
            limits: self.limits.over(Limits::default()),
            build: self.build.over(Limits::for_builds()),
            path: None,
            region: None,
            harness: crate::task::Harness::default(),
            project: crate::task::Project::default(),
            check: None,
            read: Vec::new(),
            ok_status: self.ok_status.clone(),
            checker: match &self.checker {
                None => Checker::default(),
                Some(CheckerFile::Rule(rule)) => rule.clone(),
                Some(CheckerFile::Program { program, language }) => {
                    Checker::Program(CheckerProgram::new(
                        texts.source(program, "checker program")?,
                        language.as_deref(),
                        languages,
                    )?)
                }
            },
            workload: Workload {
                cases: Vec::new(),
                hold_out: self.workload.held_out.clone(),
                shown: self.workload.shown.clone(),
                place: None,
                only: None,
            },
            args: self.args.clone(),
            files: Vec::new(),
            tool: self.tool.clone(),
            notes: Vec::new(),
            references,
            tape: None,
        })
    }
}

/// Reads a task folder; see the module's page for its `task.toml`.
///
/// # Errors
/// What is wrong, in one sentence that names the file and, where there is one, the line.
pub fn load_folder(dir: &Path, languages: &Languages) -> Result<Task, TaskError> {
    load_folder_over(dir, languages, &TaskDefaults::default())
}

/// As [`load_folder`], with defaults for limits that the folder does not set.
pub(super) fn load_folder_over(
    dir: &Path,
    languages: &Languages,
    usual: &TaskDefaults,
) -> Result<Task, TaskError> {
    let path = dir.join(TASK_FILE);
    let text = match read_text(&path, "task file") {
        Err(TaskError::Read { why, .. })
            if why.kind() == std::io::ErrorKind::NotFound && dir.is_dir() =>
        {
            return Err(invalid(format!(
                "{} is not a task: it has no {TASK_FILE}",
                dir.display()
            )));
        }
        other => other?,
    };
    let file: TaskFile = parse_toml(&text, &path.display().to_string())?;
    let default_name = std::path::absolute(dir)
        .ok()
        .and_then(|d| Some(d.file_name()?.to_string_lossy().into_owned()));
    let mut task = file.task(
        &TextSource::Folder(dir),
        default_name.as_deref().unwrap_or("task"),
        languages,
    )?;
    task.limits = file.limits.over(usual.limits.over(&Limits::default()));
    task.build = file.build.over(usual.build.over(&Limits::for_builds()));
    let cases = dir.join(file.workload.cases.as_deref().unwrap_or("cases"));
    if file.workload.cases.is_none() && !cases.exists() {
        return Err(invalid(format!(
            "{} has no cases: put them into {}, or name them in {TASK_FILE} under [workload] as cases = \"…\"\n{HOW_CASES_LOOK}",
            dir.display(),
            cases.display()
        )));
    }
    let read = read_cases(&cases)?;
    task.workload.cases = read.cases;
    task.workload.place = Some(cases);
    task.notes.extend(read.notes);
    expect_statuses(&file, &mut task)
        .and_then(|()| held_out::check(&task.workload))
        .map_err(|e| invalid(format!("{}: {e}", dir.join(TASK_FILE).display())))?;
    for name in &file.files {
        data_file(&mut task.files, &dir.join(name))?;
    }
    if let Some(name) = &file.ground {
        saved::read(&dir.join(name), &mut task)?;
    }
    answers_stay_out(&task)?;
    if let Some(tape) = &file.tape {
        let path = dir.join(tape);
        if !path.is_file() {
            return Err(invalid(format!(
                "{}: the tape {} does not exist",
                dir.join(TASK_FILE).display(),
                path.display()
            )));
        }
        task.tape = Some(PathOrText::Path(path));
    }
    Ok(task)
}

/// Marks the cases on which the file says which exit status is right.
fn expect_statuses(file: &TaskFile, task: &mut Task) -> Result<(), TaskError> {
    for (name, status) in &file.workload.statuses {
        let mut cases = task.workload.cases.iter_mut();
        match cases.find(|c| c.name == *name) {
            Some(case) => case.status = Some(*status),
            None => {
                return Err(invalid(format!(
                    "`statuses` names the case `{name}`, but there is no such case"
                )));
            }
        }
    }
    task.ok_status.check(&task.workload)
}

/// Keeps a whole task in a folder, so that it can be loaded again when the files it came from are gone. What was
/// there before is replaced at once or, if anything fails, not at all.
///
/// # Errors
/// A file that could not be read or written.
pub fn save_folder(task: &Task, dir: &Path) -> Result<(), TaskError> {
    let dir = std::path::absolute(dir).map_err(|why| TaskError::Read {
        path: dir.to_path_buf(),
        why,
    })?;
    let parent = dir.parent().unwrap_or(&dir);
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |why: std::io::Error| {
            invalid(format!(
                "cannot keep the task in {}: {why}; free some space or choose another folder",
                path.display()
            ))
        }
    };
    std::fs::create_dir_all(parent).map_err(failed(parent))?;
    let fresh = tempfile::Builder::new()
        .prefix(".task-")
        .tempdir_in(parent)
        .map_err(failed(parent))?;
    write_task(task, fresh.path(), &failed)?;
    // A folder cannot replace a full one in one step: the old one steps aside first.
    let old = tempfile::Builder::new()
        .prefix(".task-")
        .tempdir_in(parent)
        .map_err(failed(parent))?;
    let aside = old.path().join("old");
    let had = dir.exists();
    if had {
        std::fs::rename(&dir, &aside).map_err(failed(&dir))?;
    }
    if let Err(e) = std::fs::rename(fresh.path(), &dir) {
        if had {
            drop(std::fs::rename(&aside, &dir));
        }
        return Err(failed(&dir)(e));
    }
    // It has moved: nothing is left under the temporary name to be removed.
    drop(fresh.keep());
    Ok(())
}

fn write_task<F: Fn(std::io::Error) -> TaskError>(
    task: &Task,
    dir: &Path,
    failed: &impl Fn(&Path) -> F,
) -> Result<(), TaskError> {
    let write = |name: &str, bytes: &[u8]| -> Result<(), TaskError> {
        let path = dir.join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed(folder))?;
        }
        std::fs::write(&path, bytes).map_err(failed(&path))
    };
    let mut file = TaskFile {
        name: Some(task.name.clone()),
        title: Some(task.title.clone()),
        kind: task.kind.clone(),
        language: Some(task.language.id.clone()),
        objective: task.objective,
        tool: task.tool.clone(),
        args: task.args.clone(),
        ok_status: task.ok_status.clone(),
        limits: LimitsFile::of(&task.limits),
        build: LimitsFile::of(&task.build),
        workload: WorkloadFile {
            cases: Some("cases".into()),
            held_out: task.workload.hold_out.clone(),
            shown: task.workload.shown.clone(),
            statuses: (task.workload.cases.iter())
                .filter_map(|c| Some((c.name.clone(), c.status?)))
                .collect(),
        },
        ..TaskFile::default()
    };
    file.checker = Some(match &task.checker {
        Checker::Program(checker) => {
            let name = format!("checker/{}", checker.source.file_name);
            write(&name, checker.source.text.as_bytes())?;
            CheckerFile::Program {
                program: name,
                language: Some(checker.language.id.clone()),
            }
        }
        rule => CheckerFile::Rule(rule.clone()),
    });
    if let Some(source) = &task.source {
        let name = format!("source/{}", source.file_name);
        write(&name, source.text.as_bytes())?;
        file.source = Some(name);
    }
    if !task.statement.is_empty() {
        write("statement.md", task.statement.as_bytes())?;
        file.statement = Some("statement.md".into());
    }
    for Case {
        name,
        input,
        expected,
        ..
    } in &task.workload.cases
    {
        write(&format!("cases/{name}.in"), input)?;
        if let Some(expected) = expected {
            write(&format!("cases/{name}.out"), expected)?;
        }
    }
    for DataFile { host, name } in &task.files {
        let bytes = std::fs::read(host).map_err(|why| TaskError::Read {
            path: host.clone(),
            why,
        })?;
        write(&format!("files/{name}"), &bytes)?;
        file.files.push(format!("files/{name}"));
    }
    for (i, reference) in task.references.iter().enumerate() {
        let name = format!("references/{}/{}", i + 1, reference.source.file_name);
        write(&name, reference.source.text.as_bytes())?;
        file.reference.push(ReferenceFile {
            name: reference.name.clone(),
            file: name,
        });
    }
    if let Some(bytes) = saved::of(task) {
        write(saved::FILE, &bytes)?;
        file.ground = Some(saved::FILE.to_owned());
    }
    let tape: Option<Arc<str>> = match &task.tape {
        None => None,
        Some(PathOrText::Text(text)) => Some(text.clone()),
        Some(PathOrText::Path(path)) => Some(read_tape(path)?),
    };
    if let Some(tape) = tape {
        write("tape.jsonl", tape.as_bytes())?;
        file.tape = Some("tape.jsonl".into());
    }
    let text = toml::to_string(&file)
        .map_err(|e| invalid(format!("cannot write the task as TOML: {e}")))?;
    write(TASK_FILE, text.as_bytes())
}

fn read_tape(path: &PathBuf) -> Result<Arc<str>, TaskError> {
    std::fs::read_to_string(path)
        .map(Arc::from)
        .map_err(|why| TaskError::Read {
            path: path.clone(),
            why,
        })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::base::units::Bytes;

    fn rich_task(data: &Path) -> Task {
        let source = |file: &str, text: &str| Source {
            file_name: file.into(),
            text: text.into(),
        };
        let case = |name: &str, input: &[u8], expected: Option<&[u8]>| Case {
            name: name.into(),
            input: input.into(),
            expected: expected.map(Arc::from),
            status: expected.map(|_| 1),
            held_out: false,
        };
        Task {
            name: "odd one".into(),
            title: "A \"title\" with\nlines and \u{1b}[1m".into(),
            kind: Some("quadratic → linear".into()),
            statement: "# What\n\nAdd.\n".into(),
            language: Languages::load(None).unwrap().get("python").unwrap(),
            source: Some(source("so lution.py", "print('é')\r\n")),
            objective: Objective::Integral,
            limits: Limits {
                time: Duration::from_millis(1500),
                memory: Bytes(123_456_789),
                processes: 7,
                ..Limits::default()
            },
            build: Limits {
                time: Duration::from_secs(7),
                ..Limits::for_builds()
            },
            path: None,
            region: None,
            harness: crate::task::Harness::default(),
            project: crate::task::Project::default(),
            check: None,
            read: Vec::new(),
            ok_status: "0,1".parse().unwrap(),
            checker: Checker::Numbers { tolerance: 2.5e-9 },
            workload: Workload {
                cases: vec![case("2", b"\xff\x00", Some(b"")), case("10", b"", None)],
                hold_out: HoldOut::Named(vec!["10".into()]),
                shown: vec!["2".into()],
                place: None,
                only: None,
            },
            args: vec!["--deep".into(), "a b \"c\"".into()],
            files: vec![DataFile {
                host: data.into(),
                name: "words.bin".into(),
            }],
            tool: Some("/opt/py thon".into()),
            notes: Vec::new(),
            references: vec![
                ReferenceSolution {
                    name: "plain".into(),
                    source: source("a.py", "1\n"),
                },
                ReferenceSolution {
                    name: "fast".into(),
                    source: source("a.py", "2\n"),
                },
            ],
            tape: Some(PathOrText::Text(
                "{\"model\":\"m\",\"text\":\"t\"}\n".into(),
            )),
        }
    }

    #[test]
    fn a_task_that_was_kept_comes_back_whole() {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("words.bin");
        std::fs::write(&data, b"\x00\xfe").unwrap();
        let languages = Languages::load(None).unwrap();
        let task = rich_task(&data);
        let dir = home.path().join("deep/er/task");
        save_folder(&task, &dir).unwrap();
        std::fs::remove_file(&data).unwrap();
        let back = load_folder(&dir, &languages).unwrap();
        assert_eq!(std::fs::read(&back.files[0].host).unwrap(), b"\x00\xfe");
        let Some(PathOrText::Path(tape)) = &back.tape else {
            panic!("no tape")
        };
        assert!(
            std::fs::read_to_string(tape)
                .unwrap()
                .contains("\"model\":\"m\"")
        );
        // All else is the same, and is so after a second round over the first folder.
        let bare = |t: &Task| Task {
            files: Vec::new(),
            tape: None,
            workload: Workload {
                place: None,
                only: None,
                ..t.workload.clone()
            },
            ..t.clone()
        };
        assert_eq!(format!("{:?}", bare(&back)), format!("{:?}", bare(&task)));
        save_folder(&back, &dir).unwrap();
        let again = load_folder(&dir, &languages).unwrap();
        assert_eq!(format!("{again:?}"), format!("{back:?}"));
        let left: Vec<_> = std::fs::read_dir(dir.parent().unwrap())
            .unwrap()
            .map(|e| e.unwrap().file_name())
            .collect();
        assert_eq!(left, ["task"]);
    }

    #[test]
    fn a_task_that_cannot_be_kept_leaves_the_old_one_alone() {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("words.bin");
        std::fs::write(&data, b"x").unwrap();
        let dir = home.path().join("task");
        let task = rich_task(&data);
        save_folder(&task, &dir).unwrap();
        std::fs::remove_file(&data).unwrap();
        assert!(
            save_folder(&task, &dir)
                .unwrap_err()
                .to_string()
                .contains("words.bin")
        );
        assert!(load_folder(&dir, &Languages::load(None).unwrap()).is_ok());
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1);
    }
}

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
//! ignore = ["logging", "stderr"] # what calls of a function may leave behind otherwise, as with --ignore; with checker = "results"
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
use std::path::Path;

use include_dir::Dir;
use serde::{Deserialize, Serialize};

use super::cases::{HOW_CASES_LOOK, read_cases};
use super::checker_file::CheckerFile;
use super::checker_program::CheckerProgram;
use super::held_out;
use super::language::choice::language_for;
use super::left_kind::LeftKinds;
use super::limits::LimitsFile;
use super::reading::{invalid, parse_toml, plain_name, read_text};
use super::sources::{answers_stay_out, data_file, source_text};
use super::workload::HoldOut;
use super::{
    Checker, Languages, Objective, OkStatus, PathOrText, ReferenceSolution, Source, Task,
    TaskDefaults, TaskError, Workload, saved,
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
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) ignore: Vec<String>,
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
    pub(crate) cases: Option<String>,
    #[serde(default)]
    pub(crate) held_out: HoldOut,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) shown: Vec<String>,
    /// Exit statuses by the names of the cases on which they are right.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) statuses: BTreeMap<String, u8>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReferenceFile {
    pub(crate) name: String,
    pub(crate) file: String,
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
            checker: self.without_ignored(match &self.checker {
                None => Checker::default(),
                Some(CheckerFile::Rule(rule)) => rule.clone(),
                Some(CheckerFile::Program { program, language }) => {
                    Checker::Program(CheckerProgram::new(
                        texts.source(program, "checker program")?,
                        language.as_deref(),
                        languages,
                    )?)
                }
            })?,
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

impl TaskFile {
    /// The checker with the kinds taken out that the file says.
    fn without_ignored(&self, mut checker: Checker) -> Result<Checker, TaskError> {
        let kinds: LeftKinds = self.ignore.join(",").parse().map_err(invalid)?;
        if kinds.is_empty() {
            return Ok(checker);
        }
        match &mut checker {
            Checker::Results { ignore, .. } => *ignore = ignore.with(kinds),
            other => {
                return Err(invalid(format!(
                    "`ignore` is about what calls of a function leave behind, and the checker is `{other}`; it goes with checker = \"results\""
                )));
            }
        }
        Ok(checker)
    }
}

/// Reads a task folder that this program has kept itself; see the module's page for its `task.toml`.
///
/// # Errors
/// What is wrong, in one sentence that names the file and, where there is one, the line.
pub fn load_folder(dir: &Path, languages: &Languages) -> Result<Task, TaskError> {
    load_folder_over(dir, languages, &TaskDefaults::default(), true)
}

/// As [`load_folder`], of a folder that somebody has packed: nothing in it may lead out of it.
///
/// # Errors
/// As [`load_folder`], and what leads out of the folder.
pub(crate) fn load_packed(dir: &Path, languages: &Languages) -> Result<Task, TaskError> {
    let task = load_folder_over(dir, languages, &TaskDefaults::default(), false)?;
    let folder = dir
        .canonicalize()
        .map_err(|why| TaskError::read(dir, why))?;
    let places = task.files.iter().map(|f| &f.host);
    for place in places.chain(&task.workload.place) {
        let real = place.canonicalize();
        let real = real.map_err(|why| TaskError::read(place.clone(), why))?;
        if !real.starts_with(&folder) {
            return Err(invalid(format!(
                "{}: {} leads out of the folder",
                dir.join(TASK_FILE).display(),
                place.display()
            )));
        }
    }
    Ok(task)
}

/// As [`load_folder`], with defaults for limits that the folder does not set. `own`: this program has kept it itself, so that it may
/// name places of this machine.
pub(super) fn load_folder_over(
    dir: &Path,
    languages: &Languages,
    usual: &TaskDefaults,
    own: bool,
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
        saved::read(dir, name, &mut task, own)?;
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

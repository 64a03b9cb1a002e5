//! Putting a task together from flags, and the checks that flags and task folders share.
//!
//! Task folders themselves are read and written in `folder`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::aim::{self, Aim};
use super::cases::{HOW_CASES_LOOK, read_cases};
use super::checker_program::CheckerProgram;
use super::folder::{TASK_FILE, load_folder_over};
pub use super::folder::{load_folder, save_folder};
use super::held_out::{self, HoldOut};
use super::reading::{invalid, read_text};
use super::target::Wanted;
use super::{
    Checker, DataFile, Language, Languages, Limits, LimitsSaid, Objective, Source, Task, TaskError,
    Workload,
};

/// What can be said on the command line about a task. What is left out keeps its default, or what the task folder says.
#[derive(Clone, Debug, Default)]
pub struct TaskFlags {
    /// The original, or a task folder.
    pub file: Option<PathBuf>,
    /// A folder of cases, or a file of JSON lines.
    pub cases: Option<PathBuf>,
    /// The problem in words, a Markdown file.
    pub statement: Option<PathBuf>,
    /// What is to become better.
    pub objective: Option<Objective>,
    /// How outputs are compared.
    pub checker: Option<Checker>,
    /// A program that compares outputs; takes the place of `checker`.
    pub checker_program: Option<PathBuf>,
    /// How many cases the model is never shown.
    pub held_out: Option<HoldOut>,
    /// What one run may use.
    pub limits: LimitsSaid,
    /// What one build may use.
    pub build: LimitsSaid,
    /// What one run and one build may use where neither flags nor a task folder say it: the config file's words.
    pub usual: Usual,
    /// Arguments that every run is given.
    pub args: Vec<String>,
    /// Data files that every run finds in its work folder.
    pub files: Vec<PathBuf>,
    /// Id of the language, where the file's ending does not tell it.
    pub language: Option<String>,
    /// Interpreter or compiler, by name or path.
    pub tool: Option<String>,
    /// By what a part of a file is judged.
    pub aim: Aim,
}

/// Limits that hold where nothing more particular is said.
#[derive(Clone, Debug, Default)]
pub struct Usual {
    /// Of one run.
    pub limits: LimitsSaid,
    /// Of one build.
    pub build: LimitsSaid,
}

impl TaskFlags {
    /// Reads everything the flags name.
    ///
    /// # Errors
    /// Whatever is missing or wrong, in one sentence that says what to do.
    pub fn load(&self, languages: &Languages) -> Result<Task, TaskError> {
        let mut task = match &self.file {
            Some(dir) if dir.is_dir() => load_folder_over(dir, languages, &self.usual)?,
            Some(file) => self.with_source(file, languages)?,
            None => self.without_source(languages)?,
        };
        self.lay_over(&mut task, languages)?;
        aim::hide_cases(&mut task);
        if task.workload.cases.is_empty() {
            return Err(self.no_cases());
        }
        held_out::check(&task.workload)?;
        answers_stay_out(&task)?;
        Ok(task)
    }

    fn with_source(&self, file: &Path, languages: &Languages) -> Result<Task, TaskError> {
        let (plain, part) = Wanted::split(&file.to_string_lossy());
        if part.is_some() || !self.aim.is_silent() || aim::marked(&plain).is_some() {
            return self.aim.task(
                file,
                self.cases.is_some(),
                self.language.as_deref(),
                languages,
                &self.usual,
            );
        }
        let source = load_source(file)?;
        let language = language_for(self.language.as_deref(), Some(file), languages)?;
        let name = file
            .file_stem()
            .map_or_else(|| "task".into(), |s| s.to_string_lossy().into_owned());
        let mut task = bare_task(name, language, Some(source), &self.usual);
        task.path = std::path::absolute(file).ok();
        Ok(task)
    }

    fn without_source(&self, languages: &Languages) -> Result<Task, TaskError> {
        let Some(statement) = &self.statement else {
            return Err(invalid(
                "there is nothing to optimise: give a source file or a task folder, or --statement FILE with --language L to start from a problem alone",
            ));
        };
        let language = language_for(self.language.as_deref(), None, languages)?;
        let name = statement
            .file_stem()
            .map_or_else(|| "task".into(), |s| s.to_string_lossy().into_owned());
        Ok(bare_task(name, language, None, &self.usual))
    }

    /// What is said on the command line goes before what a task folder says.
    fn lay_over(&self, task: &mut Task, languages: &Languages) -> Result<(), TaskError> {
        if let Some(id) = &self.language {
            task.language = language_for(Some(id), None, languages)?;
        }
        if let Some(path) = &self.statement {
            task.statement = read_text(path, "statement")?;
            if task.source.is_none() && task.statement.trim().is_empty() {
                return Err(invalid(format!(
                    "{} is empty, and without a source the statement is all there is to go by",
                    path.display()
                )));
            }
        }
        if let Some(path) = &self.cases {
            let read = read_cases(path)?;
            // What a task folder says by name is about its own cases.
            task.workload = Workload {
                cases: read.cases,
                place: Some(path.clone()),
                ..Workload::default()
            };
            task.notes.extend(read.notes);
        }
        if let Some(hold_out) = &self.held_out {
            task.workload.hold_out.clone_from(hold_out);
        }
        if !self.args.is_empty() {
            task.args.clone_from(&self.args);
        }
        for path in &self.files {
            data_file(&mut task.files, path)?;
        }
        task.objective = self.objective.unwrap_or(task.objective);
        task.limits = self.limits.over(&task.limits);
        task.build = self.build.over(&task.build);
        if let Some(checker) = &self.checker {
            task.checker.clone_from(checker);
        }
        if let Some(path) = &self.checker_program {
            let program = CheckerProgram::new(load_source(path)?, None, languages)?;
            task.checker = Checker::Program(program);
        }
        if self.tool.is_some() {
            task.tool.clone_from(&self.tool);
        }
        if task.source.is_none() && task.workload.needs_oracle() {
            let lacking = task
                .workload
                .cases
                .iter()
                .find(|c| c.expected.is_none())
                .map(|c| c.name.clone())
                .unwrap_or_default();
            return Err(invalid(format!(
                "case {lacking} has no expected output, and there is no original program that could tell it; add the output or give a source file"
            )));
        }
        Ok(())
    }

    fn no_cases(&self) -> TaskError {
        let beside = self
            .file
            .as_deref()
            .and_then(Path::parent)
            .map(|p| p.join("cases"))
            .filter(|p| p.is_dir());
        let hint = match beside {
            Some(dir) => format!("\nThere is a folder {}: add --cases {0}", dir.display()),
            None => String::new(),
        };
        invalid(format!(
            "there are no cases to run the program on; name them with --cases{hint}\n{HOW_CASES_LOOK}"
        ))
    }
}

/// A task with nothing but a language and perhaps a source.
pub(super) fn bare_task(
    name: String,
    language: Arc<Language>,
    source: Option<Source>,
    usual: &Usual,
) -> Task {
    let name: String = name
        .chars()
        .map(|c| {
            if c.is_control() || "/\\:*?\"<>|".contains(c) {
                '-'
            } else {
                c
            }
        })
        .take(60)
        .collect();
    Task {
        title: source
            .as_ref()
            .map_or_else(|| name.clone(), |s| s.file_name.clone()),
        name,
        kind: None,
        statement: String::new(),
        language,
        source,
        objective: Objective::default(),
        limits: usual.limits.over(&Limits::default()),
        build: usual.build.over(&Limits::for_builds()),
        path: None,
        target: None,
        harness: crate::task::Harness::default(),
        project: crate::task::Project::default(),
        check: None,
        read: Vec::new(),
        checker: Checker::default(),
        workload: Workload::default(),
        args: Vec::new(),
        files: Vec::new(),
        tool: None,
        notes: Vec::new(),
        references: Vec::new(),
        tape: None,
    }
}

/// Reads a source file: text in UTF-8, not empty, at most 1 MB.
///
/// # Errors
/// What is wrong with it and what to do.
pub fn load_source(path: &Path) -> Result<Source, TaskError> {
    let file_name = path
        .file_name()
        .map_or_else(|| "source".into(), |n| n.to_string_lossy().into_owned());
    Ok(Source {
        text: source_text(
            read_text(path, "source")?,
            &path.display().to_string(),
            "source",
        )?,
        file_name,
    })
}

/// Refuses a source in which there is nothing.
pub(super) fn source_text(text: String, path: &str, what: &str) -> Result<Arc<str>, TaskError> {
    if text.trim().is_empty() {
        return Err(invalid(format!(
            "{path} is empty; the {what} must be a whole program that reads standard input and prints its answer"
        )));
    }
    Ok(text.into())
}

/// The language by its id, or else by the ending of a file.
pub(super) fn language_for(
    id: Option<&str>,
    file: Option<&Path>,
    languages: &Languages,
) -> Result<Arc<Language>, TaskError> {
    let known = languages.known();
    if let Some(id) = id {
        return languages.get(id).ok_or_else(|| {
            invalid(format!("the language `{id}` is not known; there are {known} (add your own as a file in the languages folder of your configuration)"))
        });
    }
    let Some(file) = file else {
        return Err(invalid(format!(
            "without a source file the language must be said: --language with one of {known}"
        )));
    };
    let all: Vec<String> = languages
        .iter()
        .flat_map(|l| l.extensions.iter().map(|e| format!(".{e}")))
        .collect();
    match file.extension().map(|e| e.to_string_lossy()) {
        Some(e) => languages.for_extension(&e).ok_or_else(|| {
            invalid(format!("{}: no language is known for .{e} files; known are {}; say which it is with --language ({known})", file.display(), all.join(" ")))
        }),
        None => Err(invalid(format!("{}: a file without an ending does not tell its language; say which it is with --language ({known})", file.display()))),
    }
}

/// Adds a data file under its own name.
pub(super) fn data_file(files: &mut Vec<DataFile>, path: &Path) -> Result<(), TaskError> {
    let meta = std::fs::metadata(path).map_err(|why| TaskError::Read {
        path: path.to_path_buf(),
        why,
    })?;
    if !meta.is_file() {
        return Err(invalid(format!(
            "{} is not a regular file; name the data files one by one",
            path.display()
        )));
    }
    let name = path
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    if let Some(other) = files.iter().find(|f| f.name == name) {
        return Err(invalid(format!(
            "{} and {} would both be called {name} in the work folder of a run; rename one of them",
            other.host.display(),
            path.display()
        )));
    }
    let host = std::path::absolute(path).map_err(|why| TaskError::Read {
        path: path.to_path_buf(),
        why,
    })?;
    files.push(DataFile { host, name });
    Ok(())
}

/// Refuses data files that would bring expected outputs, or the cases themselves, before the eyes of a version.
///
/// # Errors
/// A sentence that names the file.
pub(super) fn answers_stay_out(task: &Task) -> Result<(), TaskError> {
    let place = task.workload.place.as_ref();
    let cases = place.and_then(|c| c.canonicalize().ok());
    for file in &task.files {
        let host = file.host.canonicalize();
        if let (Ok(host), Some(cases)) = (&host, &cases)
            && host.starts_with(cases)
        {
            return Err(invalid(format!(
                "{} belongs to the cases in {}, which no version may see; a data file must lie elsewhere",
                file.host.display(),
                cases.display()
            )));
        }
        let expected = || {
            let all = task.workload.cases.iter();
            all.filter_map(|c| Some((c, c.expected.as_deref()?)))
        };
        let size = std::fs::metadata(&file.host).map_or(0, |m| m.len());
        // A few bytes are equal by chance; only a text of some length is the same for a reason.
        if size < 16 || !expected().any(|(_, e)| e.len() as u64 == size) {
            continue;
        }
        let bytes = std::fs::read(&file.host).map_err(|why| TaskError::Read {
            path: file.host.clone(),
            why,
        })?;
        if let Some((case, _)) = expected().find(|(_, e)| **e == *bytes) {
            return Err(invalid(format!(
                "{} is word for word the expected output of case {}, which no version may see; leave it out",
                file.host.display(),
                case.name
            )));
        }
    }
    Ok(())
}

/// Whether a path is a task folder.
#[must_use]
pub fn is_task_folder(path: &Path) -> bool {
    path.join(TASK_FILE).is_file()
}

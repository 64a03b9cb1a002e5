//! Putting a task together from flags.
//!
//! Task folders themselves are read and written in `folder`.

use std::path::{Path, PathBuf};

use super::cases::{HOW_CASES_LOOK, read_cases};
use super::checker_program::CheckerProgram;
pub use super::folder::load_folder;
pub(crate) use super::folder::load_packed;
use super::folder::{TASK_FILE, load_folder_over};
use super::harness_spec::{self, HarnessSpec};
use super::held_out;
pub use super::kept_folder::save_folder;
use super::language::choice::language_for;
use super::reading::{invalid, read_text};
use super::region::RegionSpec;
pub use super::sources::load_source;
use super::sources::{answers_stay_out, bare_task, data_file};
use super::workload::HoldOut;
use super::{
    Checker, Harness, Languages, LimitOverrides, Objective, OkStatus, Task, TaskDefaults,
    TaskError, Workload,
};

/// What the command line says about a task. The rest comes from the task folder or is a default.
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
    pub limits: LimitOverrides,
    /// What one build may use.
    pub build: LimitOverrides,
    /// Limits from the config file, for what neither flags nor a task folder set.
    pub usual: TaskDefaults,
    /// Exit statuses that a program may end with.
    pub ok_status: Option<OkStatus>,
    /// Arguments that every run is given.
    pub args: Vec<String>,
    /// Data files that every run finds in its work folder.
    pub files: Vec<PathBuf>,
    /// Id of the language, where the file's ending does not tell it.
    pub language: Option<String>,
    /// Interpreter or compiler, by name or path.
    pub tool: Option<String>,
    /// How a file or region is judged, where not by cases alone.
    pub harness: HarnessSpec,
    /// The folder below which this program keeps tasks of its own sessions: only those may name places of this machine.
    pub kept: Option<PathBuf>,
}

impl TaskFlags {
    /// Reads everything the flags name.
    ///
    /// # Errors
    /// What is missing or wrong, in one sentence that says what to do.
    pub fn load(&self, languages: &Languages) -> Result<Task, TaskError> {
        let mut task = match &self.file {
            Some(dir) if dir.is_dir() => {
                load_folder_over(dir, languages, &self.usual, self.keeps(dir))?
            }
            Some(file) => self.with_source(file, languages)?,
            None => self.without_source(languages)?,
        };
        self.lay_over(&mut task, languages)?;
        harness_spec::hide_cases(&mut task);
        if task.workload.cases.is_empty() {
            return Err(self.no_cases());
        }
        held_out::check(&task.workload)?;
        answers_stay_out(&task)?;
        Ok(task)
    }

    /// Whether a folder lies where this program keeps tasks itself.
    fn keeps(&self, dir: &Path) -> bool {
        let (Some(kept), Ok(dir)) = (&self.kept, dir.canonicalize()) else {
            return false;
        };
        kept.canonicalize().is_ok_and(|kept| dir.starts_with(kept))
    }

    fn with_source(&self, file: &Path, languages: &Languages) -> Result<Task, TaskError> {
        let (plain, part) = RegionSpec::split(&file.to_string_lossy());
        if part.is_some() || !self.harness.is_unset() || harness_spec::marked(&plain).is_some() {
            return self.harness.task(
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

    /// Flags override what the task folder says.
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
            // Names of cases in the task folder refer to its own cases, which a flag has replaced.
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
        if let Some(list) = &self.ok_status {
            if task.harness != Harness::Program {
                return Err(invalid(
                    "--ok-status is for whole programs, whose outputs are compared as well. The status is all that a command says: where another than 0 is meant, write it as '(COMMAND); test $? -eq 1'. A function that is called has none",
                ));
            }
            task.ok_status.clone_from(list);
        }
        task.ok_status.check(&task.workload)?;
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

/// Whether a path is a task folder.
pub(crate) fn is_task_folder(path: &Path) -> bool {
    path.join(TASK_FILE).is_file()
}

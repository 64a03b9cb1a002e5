//! From a file, perhaps with a region, and the way to judge it, as given on the command line, to a task.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::harness::{Calls, Commands};
use super::language::choice::language_for;
use super::project::SharedPath;
use super::reading::invalid;
use super::region::{self, FunctionKind, RegionSpec};
use super::sources::{bare_task, load_source};
use super::{
    Checker, Harness, Language, Languages, Project, Region, Source, Task, TaskDefaults, TaskError,
    calls,
};
use crate::sandbox::Limits;

/// Tolerance of floats in outcomes of calls, where none is given.
const TOLERANCE: f64 = 1e-9;

/// How versions of a file or region are judged, as the flags say it.
#[derive(Clone, Debug, Default)]
pub struct HarnessSpec {
    /// Calls: a file of JSON lines, or `FILE::FUNCTION` that makes them.
    pub calls: Option<String>,
    /// The function of the file that is called, where it is not the region.
    pub calls_of: Option<String>,
    /// Whether results that are cached between repetitions of the calls count.
    pub keep: bool,
    /// How far floats in outcomes may differ, relative or absolute.
    pub tolerance: Option<f64>,
    /// Whether messages of exceptions are compared too.
    pub messages: bool,
    /// What calls leave behind that does not count.
    pub ignore: calls::LeftKinds,
    /// The check, bench and prepare commands.
    pub commands: Commands,
    /// The project's folder; `None` to search for it.
    pub project: Option<PathBuf>,
}

impl HarnessSpec {
    /// Whether versions are judged by commands. A check beside calls or cases only guards what is written back.
    fn by_commands(&self, has_cases: bool) -> bool {
        let otherwise = self.calls.is_some() || has_cases;
        self.commands.bench.is_some() || (self.commands.check.is_some() && !otherwise)
    }

    /// Whether no flag was given: then the task is a whole program.
    pub(crate) fn is_unset(&self) -> bool {
        self.calls.is_none() && self.commands.check.is_none() && self.commands.bench.is_none()
    }

    /// Makes the task for a file, perhaps with a region: `src/geo.py::Grid.nearest`.
    ///
    /// # Errors
    /// A name that is not there, calls that cannot be read, flags that contradict each other.
    pub fn task(
        &self,
        asked: &Path,
        has_cases: bool,
        language: Option<&str>,
        languages: &Languages,
        usual: &TaskDefaults,
    ) -> Result<Task, TaskError> {
        let (file, wanted) = RegionSpec::split(&asked.to_string_lossy());
        self.check(has_cases)?;
        let language = language_for(language, Some(&file), languages)?;
        let path = absolute(&file)?;
        let Some(wanted) = wanted.or_else(|| marked(&path)) else {
            return self.whole_file(&path, language, has_cases, usual);
        };
        let region = Region::find(&path, &language, &wanted)?;
        let name = format!("{}.{}", stem(&path), region.name);
        let source = Source {
            file_name: file_name(&path),
            text: region.original().into(),
        };
        let mut task = bare_task(name, language, Some(source), usual);
        task.title = format!("{}::{}", relative(&path), region.name);
        task.path = Some(region.path.clone());
        task.notes.extend(region.notes.clone());
        task.region = Some(Arc::new(region));
        self.add_harness(&mut task, has_cases, usual)?;
        Ok(task)
    }

    /// A whole file, judged by commands; calls need a function.
    fn whole_file(
        &self,
        path: &Path,
        language: Arc<Language>,
        has_cases: bool,
        usual: &TaskDefaults,
    ) -> Result<Task, TaskError> {
        let source = load_source(path)?;
        if self.calls.is_some() {
            let (file, short) = (path.display(), relative(path));
            let which = match &self.calls_of {
                Some(_) => format!(
                    "which part of {file} may change? Write {short}::NAME or {short}:FIRST-LAST"
                ),
                None => format!("which function of {file} is to be called? Write {short}::NAME"),
            };
            let names = some_names(&source.text, &language, "; it has\n  ", "\n  ");
            return Err(invalid(which + &names));
        }
        let mut task = bare_task(stem(path), language, Some(source), usual);
        task.path = Some(path.to_path_buf());
        self.add_harness(&mut task, has_cases, usual)?;
        Ok(task)
    }

    fn add_harness(
        &self,
        task: &mut Task,
        has_cases: bool,
        usual: &TaskDefaults,
    ) -> Result<(), TaskError> {
        let path = task.path.clone().unwrap_or_default();
        task.check.clone_from(&self.commands.check);
        if self.calls.is_some() || self.by_commands(has_cases) || task.region.is_some() {
            task.project = Project::of(&path, self.project.as_deref(), &task.language);
            task.notes.append(&mut task.project.notes.clone());
        }
        if let Some(asked) = &self.calls {
            return self.by_calls(task, asked);
        }
        if self.by_commands(has_cases) {
            task.harness = Harness::Commands(self.commands.clone());
            task.workload = self.commands.workload();
            task.limits = usual.limits.over(&Limits::for_commands());
        }
        Ok(())
    }

    fn by_calls(&self, task: &mut Task, asked: &str) -> Result<(), TaskError> {
        if calls::driver::for_language(&task.language.id).is_none() {
            return Err(invalid(format!(
                "functions of {} cannot be called by themselves yet, only those of Python, JavaScript and TypeScript; give --cases for the whole program, or --check and --bench with commands of yours",
                task.language.name
            )));
        }
        let read = calls::read(asked)?;
        task.notes.extend(read.notes);
        task.workload.cases = read.cases;
        task.checker = Checker::Results {
            tolerance: self.tolerance.unwrap_or(TOLERANCE),
            messages: self.messages,
            ignore: self.ignore,
        };
        task.harness = Harness::Calls(Calls {
            generator: read.generator,
            keep: self.keep,
            of: match &task.region {
                Some(region) => self.called(region, &task.language)?,
                None => None,
            },
        });
        Ok(())
    }

    /// The function that is called, where it is not the region.
    fn called(&self, region: &Region, language: &Language) -> Result<Option<String>, TaskError> {
        let file = region.file_name();
        if let Some(said) = &self.calls_of {
            let (of_file, name) = said.split_once("::").unwrap_or((&file, said));
            let is_it = of_file == file
                || std::fs::canonicalize(of_file).is_ok_and(|path| path == *region.path);
            if !is_it {
                return Err(invalid(format!(
                    "--calls-of {said} is a function of another file; it must be one of {file}, in which {} may change",
                    region.name
                )));
            }
            return region.name_to_call(name, language).map(Some);
        }
        match (region.callee(), region.uncallable()) {
            (Some(_), None) => Ok(None),
            (_, Some(why)) => Err(invalid(why)),
            (None, None) => Err(invalid(format!(
                "calls need a function, and {0} of {file} is none: add --calls-of NAME, the function of the file that is called while {0} may change{1}; or give --cases, or --check and --bench",
                region.name,
                some_names(&region.file, language, ", such as ", ", ")
            ))),
        }
    }

    fn check(&self, has_cases: bool) -> Result<(), TaskError> {
        let ways = [
            (self.calls.is_some(), "--calls"),
            (has_cases, "--cases"),
            (self.by_commands(has_cases), "--bench"),
        ];
        let given: Vec<&str> = ways.iter().filter(|(g, _)| *g).map(|(_, n)| *n).collect();
        match given[..] {
            [] => Err(invalid(
                "by what is it to be judged? Give one of:\n  --calls FILE.jsonl     calls of the function, a JSON object a line: {\"args\": [1, 2]} (Python, JavaScript and TypeScript)\n  --cases DIR            inputs for the program that the file is, NAME.in and NAME.out\n  --check 'make test' --bench 'make bench'     commands that check and time it in a private copy of the work tree".to_owned(),
            )),
            [_] => Ok(()),
            _ => Err(invalid(format!(
                "{} are different ways to judge; give one of them",
                given.join(" and ")
            ))),
        }
    }
}

/// Hides the files that hold the cases: a version must not see expected outputs. A
/// folder that contains them is replaced by its other entries.
pub(super) fn hide_cases(task: &mut Task) {
    let place = task.workload.place.as_ref();
    let Some(cases) = place.and_then(|p| p.canonicalize().ok()) else {
        return;
    };
    let mut todo = std::mem::take(&mut task.project.shown);
    while let Some(shown) = todo.pop() {
        if shown.host.starts_with(&cases) {
            continue;
        }
        if !cases.starts_with(&shown.host) {
            task.project.shown.push(shown);
            continue;
        }
        let parts = std::fs::read_dir(&shown.host).into_iter().flatten();
        todo.extend(parts.flatten().filter_map(|part| {
            let name = part.file_name().into_string().ok()?;
            Some(SharedPath {
                host: part.path(),
                guest: format!("{}/{name}", shown.guest.trim_end_matches('/')),
            })
        }));
    }
    task.project.shown.sort_by(|a, b| a.guest.cmp(&b.guest));
}

/// The region between markers, if the file has any. Errors are left to the reading of the region.
pub(super) fn marked(path: &Path) -> Option<RegionSpec> {
    RegionSpec::of_markers(&std::fs::read_to_string(path).ok()?)
}

/// Most names of functions that an error message lists.
const MOST_NAMES: usize = 12;

/// Some names of functions in a file that can be called, for an error message; nothing where there are none.
fn some_names(text: &str, language: &Language, lead: &str, between: &str) -> String {
    let all = region::list(text, language);
    let callable = all.iter().filter(|i| i.kind != FunctionKind::Nested);
    let more = callable.clone().count().saturating_sub(MOST_NAMES);
    let names = callable.map(|i| format!("{} (line {})", i.name, i.lines.0));
    let mut names: Vec<String> = names.take(MOST_NAMES).collect();
    if names.is_empty() {
        return String::new();
    }
    if more > 0 {
        names.push(format!("and {more} more"));
    }
    format!("{lead}{}", names.join(between))
}

fn absolute(path: &Path) -> Result<PathBuf, TaskError> {
    std::path::absolute(path).map_err(|why| TaskError::read(path, why))
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .map_or_else(|| "task".into(), |s| s.to_string_lossy().into_owned())
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| "source".into(), |s| s.to_string_lossy().into_owned())
}

/// A path relative to the current folder, as the user would write it.
fn relative(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here)
        .unwrap_or(path)
        .display()
        .to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn a_folder_with_the_cases_in_it_is_shown_by_its_other_parts() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        for folder in ["tests/cases", "tests/data", "src"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        let languages = Languages::load(None).unwrap();
        let mut task = crate::task::bundled::load("pairs", &languages).unwrap();
        task.workload.place = Some(root.join("tests/cases"));
        task.project.shown = vec![SharedPath {
            host: root.clone(),
            guest: "/project".into(),
        }];
        hide_cases(&mut task);
        let guests: Vec<&str> = task.project.shown.iter().map(|s| &*s.guest).collect();
        assert_eq!(guests, ["/project/src", "/project/tests/data"]);
    }
}

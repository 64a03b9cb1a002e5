//! A task is made of what somebody else wrote: everything in it is checked, and nothing of it is believed.

use std::collections::BTreeSet;
use std::path::Path;

use super::{MOST_CASES, PortableCase, PortableGenerator, PortableTask};
use crate::base::files::write_lightly;
use crate::base::text::is_hostile;
use crate::base::words::count;
use crate::task::calls::driver;
use crate::task::checker_program::CheckerProgram;
use crate::task::harness::{CallGenerator, Calls};
use crate::task::project::{GUEST_ROOT, SharedPath};
use crate::task::reading::{invalid, plain_name};
use crate::task::region::RegionSpec;
use crate::task::sources::{answers_stay_out, bare_task, source_text};
use crate::task::{
    Case, Checker, DataFile, Harness, HoldOut, Language, Languages, OkStatus, Project,
    ReferenceSolution, Region, Source, Task, TaskDefaults, TaskError, Workload, held_out,
};

/// Most data files, solutions of people, and arguments.
const MOST_PARTS: usize = 256;
/// Longest name, title or argument (bytes).
const LONGEST_LINE: usize = 1_000;

impl PortableTask {
    /// Makes the task, with the files that belong to it in `folder`. Without a folder everything is checked and nothing written.
    ///
    /// # Errors
    /// What is wrong with it, in one sentence; a language that this program does not know.
    pub fn unpack(
        &self,
        cases: &[PortableCase],
        folder: Option<&Path>,
        languages: &Languages,
        usual: &TaskDefaults,
    ) -> Result<Task, TaskError> {
        self.check_texts()?;
        let language = languages.get(&self.language).ok_or_else(|| {
            invalid(format!(
                "it is in the language `{}`, which this reheat does not know; it knows {}",
                self.language,
                languages.known()
            ))
        })?;
        let mut task = bare_task(self.name.clone(), language.clone(), None, usual);
        task.title.clone_from(&self.title);
        task.statement.clone_from(&self.statement);
        task.objective = self.objective;
        self.limit(&mut task)?;
        task.ok_status = self.statuses()?;
        task.checker = self.checker(languages)?;
        task.workload = self.workload(cases)?;
        task.ok_status.check(&task.workload)?;
        task.args.clone_from(&self.args);
        task.references = self.references()?;
        self.lay_out_code(&mut task, &language, folder)?;
        for file in &self.files {
            named(&file.name, "data file")?;
            let Some(folder) = folder else { continue };
            let host = folder.join("files").join(&file.name);
            write(&host, &file.content.0)?;
            task.files.push(DataFile {
                host,
                name: file.name.clone(),
            });
        }
        distinct(self.files.iter().map(|f| f.name.as_str()), "data files")?;
        answers_stay_out(&task)?;
        Ok(task)
    }

    /// Names of one line, and texts that only people and models read.
    fn check_texts(&self) -> Result<(), TaskError> {
        named(&self.name, "task")?;
        line(&self.title, "title")?;
        line(&self.language, "language")?;
        prose(&self.statement, "statement")?;
        for (what, names) in [("argument", &self.args), ("held-out case", &self.held_out)] {
            few(
                names.len(),
                if what == "argument" {
                    MOST_PARTS
                } else {
                    MOST_CASES
                },
                what,
            )?;
            for name in names {
                line(name, what)?;
            }
        }
        few(self.files.len(), MOST_PARTS, "data file")?;
        few(self.references.len(), MOST_PARTS, "reference")?;
        few(self.ok_status.len(), MOST_PARTS, "exit status")
    }

    fn limit(&self, task: &mut Task) -> Result<(), TaskError> {
        if self.limits.stops_everything() || self.build.stops_everything() {
            return Err(invalid("a limit of nothing stops every run"));
        }
        let (limits, wider) = self.limits.within(&task.limits);
        let (build, wider_builds) = self.build.within(&task.build);
        task.limits = limits;
        task.build = build;
        for (what, wider) in [("runs", wider), ("builds", wider_builds)] {
            if !wider.is_empty() {
                task.notes.push(format!(
                    "the tape asks for more than usual of {} for its {what}; the usual limit holds",
                    wider.join(", ")
                ));
            }
        }
        Ok(())
    }

    fn statuses(&self) -> Result<OkStatus, TaskError> {
        if self.ok_status.is_empty() {
            return Ok(OkStatus::default());
        }
        let all: Vec<String> = self.ok_status.iter().map(u8::to_string).collect();
        all.join(",").parse().map_err(invalid)
    }

    fn checker(&self, languages: &Languages) -> Result<Checker, TaskError> {
        match (&self.checker, &self.checker_program) {
            (Some(_), Some(_)) => Err(invalid("it names two checkers")),
            (Some(rule), None) => {
                line(rule, "checker")?;
                Checker::parse(rule).map_err(invalid)
            }
            (None, Some(program)) => {
                checked(&program.source, "checker program")?;
                if let Some(language) = &program.language {
                    line(language, "language of the checker")?;
                }
                let language = program.language.as_deref();
                CheckerProgram::new(program.source.clone(), language, languages)
                    .map(Checker::Program)
            }
            (None, None) => Ok(Checker::default()),
        }
    }

    fn workload(&self, cases: &[PortableCase]) -> Result<Workload, TaskError> {
        few(cases.len(), MOST_CASES, "case")?;
        if cases.is_empty() {
            return Err(invalid("it has no cases"));
        }
        for case in cases {
            named(&case.name, "case")?;
        }
        distinct(cases.iter().map(|c| c.name.as_str()), "cases")?;
        if let Some(only) = &self.only
            && !cases.iter().any(|c| c.name == *only)
        {
            return Err(invalid(format!(
                "`only` names the case `{}`, but there is no such case",
                crate::base::text::harmless_line(only)
            )));
        }
        let workload = Workload {
            cases: (cases.iter())
                .map(|c| Case {
                    name: c.name.clone(),
                    input: c.input.0.clone(),
                    expected: c.expected.clone().map(|e| e.0),
                    status: c.status,
                    held_out: false,
                })
                .collect(),
            hold_out: HoldOut::Named(self.held_out.clone()),
            shown: Vec::new(),
            place: None,
            only: self.only.clone(),
        };
        held_out::check(&workload)?;
        Ok(workload)
    }

    fn references(&self) -> Result<Vec<ReferenceSolution>, TaskError> {
        let all = self.references.iter().map(|r| {
            line(&r.name, "reference")?;
            checked(&r.source, "reference")?;
            Ok(ReferenceSolution {
                name: r.name.clone(),
                source: r.source.clone(),
            })
        });
        all.collect()
    }

    /// The original, its region, and how it is called.
    fn lay_out_code(
        &self,
        task: &mut Task,
        language: &Language,
        folder: Option<&Path>,
    ) -> Result<(), TaskError> {
        if let Some(source) = &self.source {
            checked(source, "source")?;
        }
        let Some(asked) = &self.region else {
            if self.calls.is_some() {
                return Err(invalid("it calls a function and does not say which"));
            }
            task.source.clone_from(&self.source);
            return Ok(());
        };
        line(asked, "region")?;
        let source = self
            .source
            .as_ref()
            .ok_or_else(|| invalid("it names a part of a file that is not there"))?;
        let project = folder.unwrap_or(Path::new("")).join("project");
        let mut path = project.join(&source.file_name);
        if folder.is_some() {
            write(&path, source.text.as_bytes())?;
            path = path
                .canonicalize()
                .map_err(|why| TaskError::read(path, why))?;
        }
        let region = Region::find_in(&path, &source.text, language, &RegionSpec::read(asked))?;
        task.source = Some(Source {
            file_name: region.file_name(),
            text: region.original().into(),
        });
        let root = path.parent().unwrap_or(&project).to_path_buf();
        task.project = Project {
            shown: vec![SharedPath {
                host: root.clone(),
                guest: GUEST_ROOT.to_owned(),
            }],
            root: Some(root),
            ..Project::default()
        };
        self.lay_out_calls(task, &region, language, folder)?;
        task.region = Some(region.into());
        Ok(())
    }

    fn lay_out_calls(
        &self,
        task: &mut Task,
        region: &Region,
        language: &Language,
        folder: Option<&Path>,
    ) -> Result<(), TaskError> {
        let Some(calls) = &self.calls else {
            return Ok(());
        };
        if driver::for_language(&language.id).is_none() {
            return Err(invalid(format!(
                "it calls a function of {}, and those cannot be called by themselves",
                language.name
            )));
        }
        if !matches!(task.checker, Checker::Results { .. }) {
            return Err(invalid(format!(
                "it calls a function, and its checker `{}` is one for programs",
                task.checker
            )));
        }
        let of = match &calls.of {
            Some(of) => {
                line(of, "function")?;
                Some(region.name_to_call(of, language)?)
            }
            None => match (region.callee(), region.uncallable()) {
                (Some(_), None) => None,
                (_, Some(why)) => return Err(invalid(why)),
                (None, None) => {
                    return Err(invalid(format!(
                        "{} is no function to be called",
                        region.name
                    )));
                }
            },
        };
        let generator = match &calls.generator {
            Some(generator) => Some(lay_out_generator(generator, region, folder)?),
            None => None,
        };
        task.harness = Harness::Calls(Calls {
            generator,
            keep: calls.keep,
            of,
        });
        Ok(())
    }
}

fn lay_out_generator(
    generator: &PortableGenerator,
    region: &Region,
    folder: Option<&Path>,
) -> Result<CallGenerator, TaskError> {
    line(&generator.function, "function that makes the calls")?;
    let file = match (&generator.source, folder) {
        (None, _) => region.path.clone(),
        (Some(source), folder) => {
            checked(source, "file that makes the calls")?;
            let file = folder
                .unwrap_or(Path::new(""))
                .join("generator")
                .join(&source.file_name);
            if folder.is_some() {
                write(&file, source.text.as_bytes())?;
            }
            file
        }
    };
    Ok(CallGenerator {
        file,
        function: generator.function.clone(),
    })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), TaskError> {
    let failed = |why: std::io::Error| {
        invalid(format!(
            "cannot unpack it to {}: {why}; free some space, or choose another folder with REHEAT_CACHE_DIR",
            path.display()
        ))
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    write_lightly(path, bytes).map_err(failed)
}

/// A name that becomes the name of a file: one plain component.
fn named(name: &str, what: &str) -> Result<(), TaskError> {
    line(name, what)?;
    if plain_name(name) {
        return Ok(());
    }
    Err(invalid(format!(
        "the {what} {name:?} is no plain name: it must be short, not begin with a dot, and hold none of / \\ : * ? \" < > |"
    )))
}

/// A text on one line that is shown to people.
fn line(text: &str, what: &str) -> Result<(), TaskError> {
    if text.len() > LONGEST_LINE {
        return Err(invalid(format!(
            "the {what} has {} bytes, at most {LONGEST_LINE} are read",
            text.len()
        )));
    }
    match text.chars().find(|c| is_hostile(*c)) {
        Some(c) => Err(invalid(format!(
            "the {what} holds the control or invisible character U+{:04X}",
            c as u32
        ))),
        None => Ok(()),
    }
}

/// A text for people and models: lines and tabs, nothing that a terminal obeys.
pub(crate) fn prose(text: &str, what: &str) -> Result<(), TaskError> {
    let hostile = |c: &char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    match text.chars().find(hostile) {
        Some(c) => Err(invalid(format!(
            "the {what} holds the control character U+{:04X}",
            c as u32
        ))),
        None => Ok(()),
    }
}

/// A source with a plain name and a text.
fn checked(source: &Source, what: &str) -> Result<(), TaskError> {
    named(&source.file_name, &format!("file name of the {what}"))?;
    if source.text.contains('\0') {
        return Err(invalid(format!("the {what} holds a zero byte")));
    }
    source_text(source.text.to_string(), &source.file_name, what).map(drop)
}

fn few(number: usize, most: usize, what: &str) -> Result<(), TaskError> {
    if number <= most {
        return Ok(());
    }
    Err(invalid(format!(
        "it has {}, at most {most} are read",
        count(number, what)
    )))
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>, what: &str) -> Result<(), TaskError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(invalid(format!("two {what} are called `{name}`")));
        }
    }
    Ok(())
}

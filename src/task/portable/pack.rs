//! A task is taken apart for the way.

use std::path::Path;

use super::{
    Blob, PortableCalls, PortableCase, PortableFile, PortableGenerator, PortableLimits,
    PortableProgram, PortableReference, PortableTask,
};
use crate::task::reading::{invalid, read_bytes};
use crate::task::region::RegionSpec;
use crate::task::{Case, Checker, Harness, Region, Source, Task, TaskError};

/// Largest data file that is carried.
const MOST_DATA: u64 = 8 << 20;

/// A task as it is carried, and what of it stays at home.
#[derive(Clone, Debug)]
pub struct Packed {
    /// The task.
    pub task: PortableTask,
    /// Its cases.
    pub cases: Vec<PortableCase>,
    /// What stays at home, in sentences for whoever packed it.
    pub notes: Vec<String>,
}

impl PortableTask {
    /// Takes a task apart. `held_out` are the names of the cases that no prompt shows, `only` is the one that is timed alone.
    ///
    /// # Errors
    /// It is judged by commands, or a file that belongs to it is not there any more.
    pub fn pack(task: &Task, held_out: &[String], only: Option<&str>) -> Result<Packed, TaskError> {
        let mut notes = Vec::new();
        let source = match (&task.region, &task.source) {
            (Some(region), _) => Some(Source {
                file_name: region.file_name(),
                text: region.file.clone(),
            }),
            (None, source) => source.clone(),
        };
        let region = task
            .region
            .as_deref()
            .map(|r| asked_for(r, task))
            .transpose()?;
        let calls = match &task.harness {
            Harness::Program => None,
            Harness::Calls(calls) => Some(PortableCalls {
                keep: calls.keep,
                of: calls.of.clone(),
                generator: match &calls.generator {
                    Some(g) => Some(PortableGenerator {
                        source: generator_source(&g.file, task)?,
                        function: g.function.clone(),
                    }),
                    None => None,
                },
            }),
            Harness::Commands(_) => {
                return Err(invalid(
                    "it is judged by commands (--check, --bench) that run in a whole project, and a tape carries one file and names no command; `reheat report` shows such a session around",
                ));
            }
        };
        let (checker, checker_program) = match &task.checker {
            Checker::Program(program) => (
                None,
                Some(PortableProgram {
                    source: program.source.clone(),
                    language: Some(program.language.id.clone()),
                }),
            ),
            rule => (Some(rule.to_string()), None),
        };
        let mut files = Vec::new();
        for file in &task.files {
            let bytes = read_bytes(&file.host, "data file of a tape", MOST_DATA)?;
            files.push(PortableFile {
                name: file.name.clone(),
                content: Blob(bytes.into()),
            });
        }
        let cases = task.workload.cases.iter().map(case).collect();
        note_what_stays(task, &mut notes);
        let packed = Self {
            name: task.name.clone(),
            title: task.title.clone(),
            statement: task.statement.clone(),
            language: task.language.id.clone(),
            objective: task.objective,
            source,
            region,
            calls,
            checker,
            checker_program,
            limits: PortableLimits::of(&task.limits),
            build: PortableLimits::of(&task.build),
            ok_status: task.ok_status.unusual(),
            args: task.args.clone(),
            held_out: held_out.to_vec(),
            only: only.map(str::to_owned),
            files,
            references: (task.references.iter())
                .map(|r| PortableReference {
                    name: r.name.clone(),
                    source: r.source.clone(),
                })
                .collect(),
        };
        Ok(Packed {
            task: packed,
            cases,
            notes,
        })
    }
}

fn case(case: &Case) -> PortableCase {
    PortableCase {
        name: case.name.clone(),
        input: Blob(case.input.clone()),
        expected: case.expected.clone().map(Blob),
        status: case.status,
    }
}

/// What the region is to be asked for by, so that exactly it is found again.
fn asked_for(region: &Region, task: &Task) -> Result<String, TaskError> {
    let (first, last) = region.lines();
    let name = &region.name;
    let ways = [
        name.clone(),
        format!("{name}:{first}"),
        format!("{name}:{last}"),
        format!("{first}-{last}"),
        "@".to_owned(),
        format!("@{}", name.trim_start_matches('@')),
    ];
    let is_it = |way: &String| {
        let found = Region::find_in(
            &region.path,
            &region.file,
            &task.language,
            &RegionSpec::read(way),
        );
        found.is_ok_and(|f| f.span == region.span && f.kind == region.kind)
    };
    ways.into_iter().find(is_it).ok_or_else(|| {
        invalid(format!(
            "the part {name} of {} cannot be named so that it is found again elsewhere",
            region.file_name()
        ))
    })
}

/// The file of the function that makes the calls; none where it is the task's own.
fn generator_source(file: &Path, task: &Task) -> Result<Option<Source>, TaskError> {
    if task.region.as_ref().is_some_and(|r| r.path == file) {
        return Ok(None);
    }
    let source = crate::task::sources::load_source(file)?;
    Ok(Some(source))
}

fn note_what_stays(task: &Task, notes: &mut Vec<String>) {
    if let Some(region) = &task.region
        && let Some(root) = &task.project.root
        && task.project.shown.iter().any(|s| s.host != region.path)
    {
        let folder = root
            .file_name()
            .map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        notes.push(format!(
            "the code could see its project ({folder}); of that only {} is on the tape: what it imports of its own is missing where it is played",
            region.file_name()
        ));
    }
    if task.tool.is_some() || task.project.tool.is_some() {
        notes.push(format!(
            "an interpreter or compiler of its own was used; where it is played that is the usual one of {}",
            task.language.name
        ));
    }
    if task.check.is_some() {
        notes.push(
            "the command that checks what is written back stays here: a tape names no command"
                .into(),
        );
    }
    // Paths are those of the sandbox, and come with the project that they lead into.
    let own = task.project.environment.iter();
    let own = own.filter(|(_, value)| !value.starts_with('/'));
    let names: Vec<&str> = own.map(|(name, _)| name.as_str()).collect();
    if !names.is_empty() {
        notes.push(format!(
            "variables of the environment stay here: {}",
            names.join(", ")
        ));
    }
    let bare = task
        .workload
        .cases
        .iter()
        .filter(|c| c.expected.is_none())
        .count();
    if bare > 0 {
        notes.push(format!(
            "what the original writes on {} is not known yet; where it is played the original says it",
            crate::base::words::count(bare, "case")
        ));
    }
}

impl Packed {
    /// Adds a case that came in while the session was on.
    pub fn add_case(&mut self, added: &Case) {
        if !self.cases.iter().any(|c| c.name == added.name) {
            self.cases.push(case(added));
        }
    }
}

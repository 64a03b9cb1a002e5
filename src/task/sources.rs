//! Reading sources and data files and choosing their language: what flags and task folders share.

use std::path::Path;
use std::sync::Arc;

use super::reading::{invalid, read_text};
use super::{
    Checker, DataFile, Harness, Language, Objective, OkStatus, Project, Source, Task, TaskDefaults,
    TaskError, Workload,
};
use crate::sandbox::Limits;

/// A task with nothing but a language and perhaps a source.
pub(super) fn bare_task(
    name: String,
    language: Arc<Language>,
    source: Option<Source>,
    usual: &TaskDefaults,
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
        region: None,
        harness: Harness::default(),
        project: Project::default(),
        check: None,
        read: Vec::new(),
        ok_status: OkStatus::default(),
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

/// Refuses an empty source.
pub(super) fn source_text(text: String, path: &str, what: &str) -> Result<Arc<str>, TaskError> {
    if text.trim().is_empty() {
        return Err(invalid(format!(
            "{path} is empty; the {what} must be a whole program that reads standard input and prints its answer"
        )));
    }
    Ok(text.into())
}

/// Adds a data file under its own name.
pub(super) fn data_file(files: &mut Vec<DataFile>, path: &Path) -> Result<(), TaskError> {
    let meta = std::fs::metadata(path).map_err(|why| TaskError::read(path, why))?;
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
    let host = std::path::absolute(path).map_err(|why| TaskError::read(path, why))?;
    files.push(DataFile { host, name });
    Ok(())
}

/// Refuses data files through which a version could read expected outputs, or the cases themselves.
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
        // A few bytes may be equal by chance; a longer text is not.
        if size < 16 || !expected().any(|(_, e)| e.len() as u64 == size) {
            continue;
        }
        let bytes =
            std::fs::read(&file.host).map_err(|why| TaskError::read(file.host.clone(), why))?;
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

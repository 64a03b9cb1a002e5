//! A task is kept: written into a folder of its own, so that it can be loaded again when the files it came from are gone.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::checker_file::CheckerFile;
use super::folder::{ReferenceFile, TASK_FILE, TaskFile, WorkloadFile};
use super::limits::LimitsFile;
use super::reading::invalid;
use super::{Case, Checker, DataFile, PathOrText, Task, TaskError, saved};

/// Keeps a whole task in a folder, so that it can be loaded again when the files it came from are gone. What was
/// there before is replaced at once or, if anything fails, not at all.
///
/// # Errors
/// A file that could not be read or written.
pub fn save_folder(task: &Task, dir: &Path) -> Result<(), TaskError> {
    let dir = std::path::absolute(dir).map_err(|why| TaskError::read(dir, why))?;
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
        let bytes = std::fs::read(host).map_err(|why| TaskError::read(host.clone(), why))?;
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
        .map_err(|why| TaskError::read(path.clone(), why))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use std::time::Duration;

    use super::super::folder::load_folder;
    use super::super::workload::HoldOut;
    use super::super::{Languages, Objective, ReferenceSolution, Source, Workload};
    use super::*;
    use crate::base::units::Bytes;
    use crate::sandbox::Limits;

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

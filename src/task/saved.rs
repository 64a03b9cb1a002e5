//! Where a saved task came from: its file and region, its project, the way it is run. A JSON file
//! beside the `task.toml` of a session, written and read by this program alone.
//!
//! A session's own names places of this machine. One that was packed to run elsewhere names places in the task's folder alone,
//! and comes from anybody: it is believed nothing that a stranger must not say.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::reading::{invalid, read_text};
use super::{Harness, Project, Region, Task, TaskError};

/// Name of the file.
pub(super) const FILE: &str = "ground.json";

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct SavedTask {
    path: Option<PathBuf>,
    #[serde(rename = "target")]
    region: Option<Arc<Region>>,
    #[serde(default)]
    harness: Harness,
    #[serde(default)]
    project: Project,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    check: Option<String>,
    /// Whether paths are relative to the task's folder.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    packed: bool,
}

/// The file's bytes for a task; `None` where nothing needs to be saved.
pub(super) fn of(task: &Task) -> Option<Vec<u8>> {
    let ground = SavedTask {
        path: task.path.clone(),
        region: task.region.clone(),
        harness: task.harness.clone(),
        project: task.project.clone(),
        check: task.check.clone(),
        packed: task.path.as_ref().is_some_and(|p| p.is_relative()),
    };
    if ground == SavedTask::default() {
        return None;
    }
    serde_json::to_vec_pretty(&ground).ok()
}

/// Completes a task with what the file says. `own`: the folder is one of those in which this program keeps tasks itself.
pub(super) fn read(dir: &Path, name: &str, task: &mut Task, own: bool) -> Result<(), TaskError> {
    let path = &dir.join(name);
    let text = read_text(path, "file of a kept task")?;
    let ground: SavedTask = serde_json::from_str(&text).map_err(|why| {
        invalid(format!(
            "{} cannot be read ({why}); start a new session",
            path.display()
        ))
    })?;
    let refused = |why: &str| invalid(format!("{}: {why}", path.display()));
    if let Some(region) = &ground.region
        && !region.is_whole()
    {
        return Err(refused("its region does not lie in its file"));
    }
    if ground.packed {
        let folder = dir.canonicalize();
        let folder = folder.map_err(|why| TaskError::read(dir, why))?;
        return unpack(ground, &folder, task).map_err(|why| refused(&why));
    }
    if !own {
        return Err(refused(
            "it names places of a machine, as reheat keeps tasks beside its own sessions; `reheat pack` makes a folder of a session that runs anywhere",
        ));
    }
    task.path = ground.path;
    task.region = ground.region;
    task.harness = ground.harness;
    task.project = ground.project;
    task.check = ground.check;
    Ok(())
}

/// Completes a task with what a packed folder says. The project is looked at anew: what it needs lies elsewhere on every machine.
fn unpack(ground: SavedTask, folder: &Path, task: &mut Task) -> Result<(), String> {
    let root = inside(folder, ground.project.root.as_deref())?;
    let file = inside(folder, ground.path.as_deref())?;
    if !file.starts_with(&root) {
        return Err(format!("{} lies outside of its project", file.display()));
    }
    let mut harness = ground.harness;
    match &mut harness {
        // They run whatever they say in a copy of a whole project, which no folder holds.
        Harness::Commands(_) => return Err("commands judge it, and a packed task has none".into()),
        Harness::Calls(calls) => {
            if let Some(generator) = &mut calls.generator {
                generator.file = inside(folder, Some(&generator.file))?;
            }
        }
        Harness::Program => {}
    }
    if ground.check.is_some() {
        return Err("it names a command to be run outside of the sandbox".into());
    }
    task.region = ground.region.map(|region| {
        Arc::new(Region {
            path: file.clone(),
            ..Region::clone(&region)
        })
    });
    task.project = Project::of(&file, Some(&root), &task.language);
    task.notes.append(&mut task.project.notes);
    task.path = Some(file);
    task.harness = harness;
    Ok(())
}

/// What a relative path leads to, which must be there and lie in the folder, links included.
fn inside(folder: &Path, path: Option<&Path>) -> Result<PathBuf, String> {
    let path = path.ok_or("it does not say which file it is about")?;
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_));
    let outside = || format!("{} leads out of the folder", path.display());
    if !path.components().all(plain) {
        return Err(outside());
    }
    let found = folder.join(path).canonicalize();
    let found = found.map_err(|why| format!("cannot read {}: {why}", path.display()))?;
    if found.starts_with(folder) {
        Ok(found)
    } else {
        Err(outside())
    }
}

/// Folder of a packed task in which the parts of the user's project are.
pub(super) const PROJECT: &str = "project";

//! Where a saved task came from: its file and region, its project, the way it is run. A JSON file
//! beside the `task.toml` of a session, written and read by this program alone.

use std::path::{Path, PathBuf};
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
}

/// The file's bytes for a task; `None` where nothing needs to be saved.
pub(super) fn of(task: &Task) -> Option<Vec<u8>> {
    let ground = SavedTask {
        path: task.path.clone(),
        region: task.region.clone(),
        harness: task.harness.clone(),
        project: task.project.clone(),
        check: task.check.clone(),
    };
    if ground == SavedTask::default() {
        return None;
    }
    serde_json::to_vec_pretty(&ground).ok()
}

/// Completes a task with what the file says.
pub(super) fn read(path: &Path, task: &mut Task) -> Result<(), TaskError> {
    let text = read_text(path, "file of a kept task")?;
    let ground: SavedTask = serde_json::from_str(&text).map_err(|why| {
        invalid(format!(
            "{} cannot be read ({why}); start a new session",
            path.display()
        ))
    })?;
    task.path = ground.path;
    task.region = ground.region;
    task.harness = ground.harness;
    task.project = ground.project;
    task.check = ground.check;
    Ok(())
}

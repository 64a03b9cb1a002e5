//! Saving the best version: the one file that the screen writes, whole or not at all, and never over another unasked.

use std::path::Path;

use crate::session::{Session, journal};
use crate::tui::app::{App, Overlay};

/// `pairs.best.py` for `solution.py` of the task `pairs`.
#[must_use]
pub fn default_name(session: &Session, file_name: &str) -> String {
    let task = session.task.as_ref().map_or("program", |t| t.name.as_str());
    let stem: String = task
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || matches!(c, '-' | '_') {
                c
            } else {
                '_'
            }
        })
        .collect();
    match Path::new(file_name).extension().and_then(|e| e.to_str()) {
        Some(extension) => format!("{stem}.best.{extension}"),
        None => format!("{stem}.best"),
    }
}

/// Writes the best version beside its place and moves it there, so that no half file is ever seen.
pub fn save(app: &mut App, session: &Session, path: &Path, replace: bool) {
    let Some(best) = session.best() else { return };
    if path.as_os_str().is_empty() || path.is_dir() {
        app.say("a file name is needed: nothing was saved", true);
        return;
    }
    if path.exists() && !replace {
        app.overlay = Some(Overlay::Overwrite {
            path: path.to_owned(),
        });
        return;
    }
    let write = if replace {
        journal::write_whole
    } else {
        journal::write_new
    };
    match write(path, best.source.text.as_bytes()) {
        Ok(()) => app.say(
            format!("{} was saved to {}", best.id, path.display()),
            false,
        ),
        Err(why) => app.say(format!("cannot write {}: {why}", path.display()), true),
    }
}

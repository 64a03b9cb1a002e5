//! What was written into the developer's own file, told as it happens.

use std::path::Path;

use crate::session::Session;
use crate::tui::core::action::{Action, DialogName};
use crate::tui::core::text::visible;
use crate::tui::state::State;

/// How long after it something written is told of (seconds): what an earlier sitting wrote is history.
const FRESH: i64 = 10;

impl State {
    /// Tells what was written, or taken back, since the session was looked at last.
    pub fn announce_writes(&mut self, session: &Session) {
        let undone = session
            .written
            .iter()
            .filter(|w| w.undone.is_some())
            .count();
        let now = (session.written.len(), undone);
        let before = self.observed.written.replace(now).unwrap_or(now);
        if before == now {
            return;
        }
        let changed = if now.0 > before.0 {
            session.written.last()
        } else {
            session.written.iter().rev().find(|w| w.undone.is_some())
        };
        let recent = session
            .last_at
            .is_some_and(|at| self.now.duration_since(at).as_secs() < FRESH);
        let Some(written) = changed.filter(|_| recent) else {
            return;
        };
        let record = &written.record;
        let words = match &written.undone {
            Some(why) => format!("taken back ({why}): {} is as it was", short(&record.path)),
            None if record.touched_the_file() => {
                let key = self.prefs.keys.shown(Action::Dialog(DialogName::WriteBack));
                format!("{}; {key}, then u, takes it back", record.in_words())
            }
            None => record.in_words(),
        };
        self.say(words, false);
    }
}

/// A path from the folder that the program was started in, where it lies in it.
#[must_use]
pub(crate) fn short(path: &str) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let inside = Path::new(path).strip_prefix(&here);
    let shown = inside.map_or_else(|_| path.to_owned(), |p| p.display().to_string());
    visible(&shown).into_owned()
}

//! What the next drawing needs: asked of the workers before it, taken in after it was worked out.

use crate::session::Session;
use crate::session::event::VersionId;
use crate::tui::core::tab::Tab;
use crate::tui::core::text_id::TextId;
use crate::tui::core::workers::{Done, Job};
use crate::tui::state::State;

impl State {
    /// Works out what the next drawing needs, or asks the workers for it. Call before drawing.
    pub fn prepare(&mut self, session: &Session, ask: &mut dyn FnMut(Job)) {
        for job in std::mem::take(&mut self.caches.jobs) {
            ask(job);
        }
        let Some(task) = session.task.as_ref().filter(|_| self.at_work) else {
            return;
        };
        let language = task.language.as_str();
        if !self.caches.warming {
            self.caches.warming = true;
            ask(Job::Warm {
                language: language.to_owned(),
            });
        }
        self.prepare_versions(session, self.pane(session), language, ask);
    }

    fn prepare_versions(
        &mut self,
        session: &Session,
        pane: Tab,
        language: &str,
        ask: &mut dyn FnMut(Job),
    ) {
        let pair = self.diff_pair(session).filter(|_| pane == Tab::Diff);
        let mut wanted: Vec<VersionId> = pair.map(|(a, b)| vec![a, b]).unwrap_or_default();
        if pane == Tab::Code {
            wanted.extend(self.version(session));
        }
        let text = |id: VersionId| Some(session.version(id)?.source.text.clone());
        if let Some((old, new)) = pair
            && let (Some(a), Some(b)) = (text(old), text(new))
        {
            let (old, new) = TextId::versions((old, new));
            self.caches.want_diff((old, a), (new, b), ask);
        }
        for id in wanted {
            if let Some(text) = text(id) {
                self.caches
                    .want_colours(TextId::Version(id), text, language, ask);
            }
        }
    }

    /// Takes in what the workers worked out; gives back what is a dialog's.
    #[must_use]
    pub fn take(&mut self, done: Done) -> Option<Done> {
        match done {
            Done::Warm(syntaxes) => self.caches.syntaxes = Some(syntaxes),
            Done::Painted(of, sheet) => {
                let weight = sheet.weight();
                self.caches.painted.insert(of, sheet, weight);
            }
            Done::Compared(pair, diff) => {
                let weight = diff.weight();
                self.caches.diffs.insert(pair, diff, weight);
            }
            Done::Edited(_) | Done::Listed(..) | Done::Inspected(..) | Done::Beside(..) => {
                return Some(done);
            }
        }
        None
    }
}

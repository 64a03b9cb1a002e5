//! Finding a version by part of its name, its verdict, who made it or what was noted about it.
//!
//! What is typed selects at once; enter stays there, escape goes back to where it began.

use crate::session::Session;
use crate::session::event::{Author, VersionId};
use crate::session::fold::Version;
use crate::tui::core::key::{Key, key};
use crate::tui::state::State;
use crate::tui::state::panes::Find;
use crate::tui::state::version_status::version_status;

/// Whether a version is one that is looked for. An empty search finds all.
#[must_use]
pub(crate) fn matches(session: &Session, state: &State, version: &Version, text: &str) -> bool {
    let author = match &version.author {
        Author::Original => "original",
        Author::Model { name } | Author::Tape { name } => name,
        Author::Hand => "hand",
    };
    let pinned = if version.pinned { "pinned" } else { "" };
    let word = version_status(session, state, version).word;
    let all = format!("{} {word} {author} {} {pinned}", version.id, version.note).to_lowercase();
    text.to_lowercase()
        .split_whitespace()
        .all(|w| all.contains(w))
}

impl State {
    /// Begins to look for a version.
    pub fn start_finding(&mut self) {
        self.panes.tree.find = Some(Find {
            text: String::new(),
            before: self.nav.selected,
        });
    }

    /// Takes a key while a version is looked for. False if it means something else, and the search is over.
    pub fn finding_key(&mut self, session: &Session, key: Key) -> bool {
        let Some(mut find) = self.panes.tree.find.take() else {
            return false;
        };
        match key {
            key!(esc) | key!(ctrl - 'c') => {
                self.nav.selected = find.before;
                return true;
            }
            key!(enter) => return true,
            key!(backspace) => drop(find.text.pop()),
            key!(ctrl - 'u') => find.text.clear(),
            key!(up) | key!(backtab) | key!(ctrl - 'p') => {
                self.next_found(session, &find.text, true);
            }
            key!(down) | key!(tab) | key!(ctrl - 'n') => {
                self.next_found(session, &find.text, false);
            }
            _ => find.text.extend(key.typed()),
        }
        let stays = self
            .version(session)
            .and_then(|id| session.version(id))
            .is_some_and(|v| matches(session, self, v, &find.text));
        if !stays {
            self.next_found(session, &find.text, false);
        }
        self.panes.tree.find = Some(find);
        true
    }

    /// Selects the next version that is found, around the end.
    fn next_found(&mut self, session: &Session, text: &str, back: bool) {
        let now = self.version(session);
        let found: Vec<VersionId> = session
            .versions
            .iter()
            .filter(|v| matches(session, self, v, text))
            .map(|v| v.id)
            .collect();
        let next = if back {
            let before = found.iter().rev().find(|id| Some(**id) < now);
            before.or(found.last())
        } else {
            let after = found.iter().find(|id| Some(**id) > now);
            after.or(found.first())
        };
        if let Some(id) = next {
            self.nav.selected = Some(*id);
            self.nav.case = None;
        }
    }
}

//! A note of the developer's on a version: one line, shown in the tree and below the verdict, found like its name.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use tui_textarea::TextArea;

use crate::engine::Command;
use crate::session::event::VersionId;
use crate::tui::component::{Context, Dialog, Outcome, View};
use crate::tui::core::hint::{Hint, Hints};
use crate::tui::core::key::{Key, key};
use crate::tui::core::layout::centred;
use crate::tui::core::typing::{line, place_cursor, type_into, typed};
use crate::tui::state::effect::Effect;
use crate::tui::state::hits::HitMap;
use crate::tui::widgets::sheet::one_line;

/// The box for a note.
pub(crate) struct Note {
    version: VersionId,
    text: TextArea<'static>,
}

/// Opens the box for the selected version, with the note that it has.
pub(crate) fn open(cx: &mut Context<'_>) -> Outcome {
    let selected = cx.state.version(cx.session);
    match selected.and_then(|id| cx.session.version(id)) {
        Some(version) => Outcome::open(Note {
            version: version.id,
            text: line(&version.note),
        }),
        None => Outcome::close(),
    }
}

impl Dialog for Note {
    fn hints(&self, _: View<'_>) -> Hints {
        vec![
            Hint::new(key!(enter), "keep"),
            Hint::new(key!(esc), "leave"),
        ]
    }

    fn on_key(&mut self, key: Key, _: &mut Context<'_>) -> Outcome {
        match key {
            key!(esc) | key!(ctrl - 'c') => Outcome::close(),
            key!(enter) => {
                let note = Command::Annotate(self.version, typed(&self.text));
                Outcome::close().and(Effect::Send(note))
            }
            _ => {
                type_into(&mut self.text, key);
                Outcome::stay()
            }
        }
    }

    fn on_paste(&mut self, text: &str, _: &mut Context<'_>) {
        self.text.insert_str(text.replace('\n', " "));
    }

    fn on_field(&mut self, _: usize, area: Rect, click: Position) {
        place_cursor(&mut self.text, area, click);
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        let title = format!("a note on {}", self.version);
        let place = centred(area, 64, 4);
        one_line(cx, place, &title, &self.text, "keep", buffer, hits);
    }
}

//! A note of the developer's on a version: one line, shown in the tree and below the verdict, found like its name.

use ratatui::crossterm::event::KeyEvent;
use tui_textarea::TextArea;

use crate::engine::Command;
use crate::session::Session;
use crate::session::event::VersionId;
use crate::tui::act::Effect;
use crate::tui::app::{App, Overlay};
use crate::tui::keys::name_of;
use crate::tui::typing::{line, type_into, typed};

/// The box for a note.
pub struct NoteBox {
    /// What it is about.
    pub version: VersionId,
    /// The note so far.
    pub text: TextArea<'static>,
}

/// Opens the box for the selected version, with the note that it has.
pub fn open(app: &mut App, session: &Session) {
    let selected = app.version(session).and_then(|id| session.version(id));
    if let Some(version) = selected {
        app.overlay = Some(Overlay::Note(Box::new(NoteBox {
            version: version.id,
            text: line(&version.note),
        })));
    }
}

/// What a key does in the box.
pub fn key(app: &mut App, key: &KeyEvent, mut open: Box<NoteBox>) -> Vec<Effect> {
    match name_of(key).as_str() {
        "esc" | "ctrl-c" => Vec::new(),
        "enter" => vec![Effect::Send(Command::Annotate(
            open.version,
            typed(&open.text),
        ))],
        _ => {
            type_into(&mut open.text, key);
            app.overlay = Some(Overlay::Note(open));
            Vec::new()
        }
    }
}

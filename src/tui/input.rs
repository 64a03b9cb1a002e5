//! What the terminal sends: keys, clicks and pasted text, each to where it belongs.

use ratatui::crossterm::event::{Event, KeyEventKind};

use crate::session::Session;
use crate::tui::app::App;
use crate::tui::component::Context;
use crate::tui::core::key::{Key, key};
use crate::tui::mouse::on_mouse;
use crate::tui::search;
use crate::tui::state::effect::Effect;
use crate::tui::update::on_key;

/// Takes in one event of the terminal.
pub fn terminal_event(app: &mut App, session: &Session, event: &Event) -> Vec<Effect> {
    if app.state.kiosk {
        let leaves = |key: &Key| *key == key!(ctrl - 'q');
        return match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                let pressed = Some(Key::from(*key)).filter(leaves);
                pressed.map(|_| Effect::Quit).into_iter().collect()
            }
            _ => Vec::new(),
        };
    }
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => {
            on_key(app, session, Key::from(*key))
        }
        Event::Paste(text) => {
            on_paste(app, session, text);
            Vec::new()
        }
        Event::Mouse(mouse) => on_mouse(app, session, *mouse),
        Event::FocusGained => {
            app.state.observed.bell.looked_at(true);
            Vec::new()
        }
        Event::FocusLost => {
            app.state.observed.bell.looked_at(false);
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// Pasted text goes where text can go and never sends anything by itself.
fn on_paste(app: &mut App, session: &Session, text: &str) {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let state = &mut app.state;
    if let Some(dialog) = &mut app.dialog {
        return dialog.on_paste(&text, &mut Context { state, session });
    }
    if state.search.as_ref().is_some_and(|s| s.typing) {
        search::paste(state, session, &text);
    } else if state.at_work && state.playback.is_none() {
        state.hint_box.active = true;
        state.hint_box.text.insert_str(&text);
    }
}

//! Another model from the next round on: its name where a server answers, the whole command where a command does.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use tui_textarea::TextArea;

use crate::engine::Command;
use crate::tui::component::{Context, Dialog, Outcome, View};
use crate::tui::core::action::Action;
use crate::tui::core::hint::{Hint, Hints};
use crate::tui::core::key::{Key, key};
use crate::tui::core::layout::centred;
use crate::tui::core::typing::{line, place_cursor, type_into, typed};
use crate::tui::state::effect::Effect;
use crate::tui::state::hits::HitMap;
use crate::tui::widgets::sheet::one_line;

/// The box for the name of a model.
pub(crate) struct Model {
    text: TextArea<'static>,
}

/// Opens the box with who answers now.
pub(crate) fn open(cx: &mut Context<'_>) -> Outcome {
    if cx.session.reached_by.contains_key("tape") {
        let words = "a tape answers in this session, and nobody else can";
        cx.state.say(words, false);
        return Outcome::close();
    }
    let command = cx.session.reached_by.get("command");
    let now = command.unwrap_or(&cx.session.model);
    Outcome::open(Model { text: line(now) })
}

impl Dialog for Model {
    fn hints(&self, _: View<'_>) -> Hints {
        vec![
            Hint::new(key!(enter), "ask it"),
            Hint::new(key!(esc), "leave"),
        ]
    }

    fn on_key(&mut self, key: Key, cx: &mut Context<'_>) -> Outcome {
        match key {
            key!(esc) | key!(ctrl - 'c') => Outcome::close(),
            key!(enter) => {
                let name = typed(&self.text).trim().to_owned();
                if name.is_empty() {
                    return Outcome::close();
                }
                let next = cx.state.prefs.keys.shown(Action::NextRound);
                let words = format!("{name} is asked from the next round on; {next} starts one");
                cx.state.say(words, false);
                Outcome::close().and(Effect::Send(Command::Model(name)))
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
        let title = "who is asked from the next round on";
        let place = centred(area, 76, 4);
        one_line(cx, place, title, &self.text, "ask it", buffer, hits);
    }
}

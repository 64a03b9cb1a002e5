//! The prompt of the next round: shown before it goes out, and edited in the built-in editor.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Position, Rect};
use tui_textarea::{TextArea, WrapMode};

use crate::engine::Command;
use crate::session::Session;
use crate::session::event::Stage;
use crate::tui::component::{Context, Dialog, Outcome, View};
use crate::tui::core::action::{Action, DialogName};
use crate::tui::core::hint::{Hint, Hints};
use crate::tui::core::key::{Key, key};
use crate::tui::core::typing::text_area;
use crate::tui::core::workers::Job;
use crate::tui::state::State;
use crate::tui::state::effect::Effect;
use crate::tui::state::hits::HitMap;
use crate::tui::widgets::editor;
use crate::tui::widgets::sheet::question;

/// The editor with a prompt in it.
pub(crate) struct Prompt {
    area: TextArea<'static>,
    /// The prompt as it would be sent without the developer's hand.
    written: Arc<str>,
    /// Whether it is asked whether what was changed is thrown away.
    leaving: bool,
    /// Whether it opened by itself, because it was asked for while something else was on.
    late: bool,
}

/// Opens the editor, or asks the loop to wait with the next prompt until it was seen.
pub(crate) fn open(cx: &mut Context<'_>) -> Outcome {
    let waits = matches!(cx.session.stage, Stage::Waiting) && !cx.session.held;
    if let Some(prepared) = cx.session.prepared.as_ref().filter(|_| waits) {
        return Outcome::open(Prompt::new(prepared.prompt.clone(), false));
    }
    cx.state.observed.prompt_wanted = true;
    Outcome::close().and(Effect::Send(Command::Prepare))
}

/// The editor that was asked for, as soon as the prompt is there. To be asked only while nothing else has the keyboard.
pub(crate) fn late(state: &mut State, session: &Session) -> Option<Prompt> {
    if !state.observed.prompt_wanted {
        return None;
    }
    let prepared = session.prepared.as_ref().filter(|p| p.asked)?;
    state.observed.prompt_wanted = false;
    Some(Prompt::new(prepared.prompt.clone(), true))
}

impl Prompt {
    fn new(prompt: Arc<str>, late: bool) -> Self {
        let mut area = text_area(&prompt);
        // Prose has long lines; those of code in it are broken as well, rather than cut off at the edge.
        area.set_wrap_mode(WrapMode::WordOrGlyph);
        Self {
            area,
            written: prompt,
            leaving: false,
            late,
        }
    }

    fn is_changed(&self) -> bool {
        !(self.written.lines()).eq(self.area.lines().iter().map(String::as_str))
    }

    fn send(&self, cx: &mut Context<'_>) -> Outcome {
        let text = if self.is_changed() {
            self.area.lines().join("\n") + "\n"
        } else {
            self.written.to_string()
        };
        cx.state.nav.tab = None;
        cx.state.nav.selected = None;
        Outcome::close().and(Effect::Send(Command::SendPrompt(text)))
    }
}

impl Dialog for Prompt {
    fn hints(&self, _: View<'_>) -> Hints {
        editor::hints(self.leaving, "send it")
    }

    fn on_key(&mut self, key: Key, cx: &mut Context<'_>) -> Outcome {
        match (self.leaving, key) {
            (_, key!(ctrl - 's')) | (true, key!('s')) => return self.send(cx),
            (true, key!('y') | key!(enter)) => return left(cx),
            (true, _) => self.leaving = false,
            (false, key!(esc) | key!(ctrl - 'c')) if self.is_changed() => self.leaving = true,
            (false, key!(esc) | key!(ctrl - 'c')) => return left(cx),
            (false, _) => {
                self.area.input(KeyEvent::from(key));
            }
        }
        Outcome::stay()
    }

    fn on_paste(&mut self, text: &str, _: &mut Context<'_>) {
        self.area.insert_str(text);
    }

    fn on_field(&mut self, _: usize, area: Rect, click: Position) {
        editor::click(&mut self.area, area, click);
    }

    fn on_wheel(&mut self, rows: isize, _: &mut Context<'_>) -> Outcome {
        editor::move_by(&mut self.area, rows);
        Outcome::stay()
    }

    fn closes_at_a_click_beside(&self) -> bool {
        false
    }

    fn prepare(&mut self, cx: &mut Context<'_>, _: &mut dyn FnMut(Job)) {
        editor::dress(&mut self.area, &cx.state.prefs.theme);
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        let why = if self.late {
            let key = cx
                .state
                .prefs
                .keys
                .shown(Action::Dialog(DialogName::EditPrompt));
            format!(", which you asked for with {key}")
        } else {
            String::new()
        };
        let title = format!("the prompt of the next round{why} · ctrl-s sends it · esc leaves it");
        editor::draw(cx, area, &title, &self.area, buffer, hits);
        if self.leaving {
            let answers = [
                Hint::new(key!('y'), "throw away"),
                Hint::new(key!('s'), "send it"),
                Hint::any_other("go on editing"),
            ];
            let words = "Throw your changes of the prompt away?";
            question(cx, area, words, &answers, buffer, hits);
        }
    }
}

fn left(cx: &mut Context<'_>) -> Outcome {
    let key = cx.state.prefs.keys.shown(Action::NextRound);
    let words = format!("the prompt stays as it was written; {key} starts the round");
    cx.state.say(words, false);
    Outcome::close()
}

//! Asks whether to quit while something is on.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::component::{Context, Dialog, Outcome, View};
use crate::tui::core::hint::{Hint, Hints};
use crate::tui::core::key::{Key, key};
use crate::tui::state::effect::Effect;
use crate::tui::state::hits::HitMap;
use crate::tui::widgets::sheet::question;

/// The question.
pub(crate) struct Quit;

impl Dialog for Quit {
    fn hints(&self, _: View<'_>) -> Hints {
        vec![Hint::new(key!('y'), "yes"), Hint::new(key!(esc), "no")]
    }

    fn on_key(&mut self, key: Key, _: &mut Context<'_>) -> Outcome {
        match key {
            key!('y') | key!(enter) | key!('q') | key!(ctrl - 'c') => {
                Outcome::close().and(Effect::Quit)
            }
            _ => Outcome::close(),
        }
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        let words =
            "Something is on its way. Stop it and quit (q once more does)? The session is kept.";
        let answers = [Hint::new(key!('y'), "quit"), Hint::any_other("stay")];
        question(cx, area, words, &answers, buffer, hits);
    }
}

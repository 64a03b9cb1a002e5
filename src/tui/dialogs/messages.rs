//! All that was said lately, whole: by the screen and by the loop.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::tui::component::{Context, Dialog, Outcome, View};
use crate::tui::core::hint::{Hint, Hints};
use crate::tui::core::key::{Key, key};
use crate::tui::core::layout::centred;
use crate::tui::core::text::{pad_left, wrap_all};
use crate::tui::core::theme::Role;
use crate::tui::state::hits::HitMap;
use crate::tui::widgets::put;
use crate::tui::widgets::sheet::sheet;

/// The list of messages; the newest is at the end.
#[derive(Default)]
pub(crate) struct Messages {
    /// Rows that the end is moved up by.
    back: usize,
}

/// Opens it at its end.
pub(crate) fn open(_: &mut Context<'_>) -> Outcome {
    Outcome::open(Messages::default())
}

impl Dialog for Messages {
    fn hints(&self, _: View<'_>) -> Hints {
        vec![Hint::up_down("move"), Hint::new(key!(esc), "close")]
    }

    fn on_key(&mut self, key: Key, _: &mut Context<'_>) -> Outcome {
        self.back = match key {
            key!(up) | key!('k') => self.back + 1,
            key!(down) | key!('j') => self.back.saturating_sub(1),
            key!(pgup) | key!(ctrl - 'b') | key!(ctrl - 'u') => self.back + 10,
            key!(pgdn) | key!(ctrl - 'f') | key!(ctrl - 'd') => self.back.saturating_sub(10),
            key!(home) | key!('g') => usize::MAX / 2,
            key!(end) | key!('G') => 0,
            _ => return Outcome::close(),
        };
        Outcome::stay()
    }

    fn on_wheel(&mut self, rows: isize, _: &mut Context<'_>) -> Outcome {
        self.back = self.back.saturating_add_signed(-rows);
        Outcome::stay()
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        let own = cx.state.messages.all.iter();
        let own = own.map(|m| (m.at, m.text.as_str(), m.error));
        let notes = cx.session.notes.iter();
        let notes = notes.map(|n| (n.at, n.text.as_str(), n.error));
        let mut all: Vec<(Timestamp, &str, bool)> = own.chain(notes).collect();
        all.sort_by_key(|m| m.0);
        let cells = usize::from(area.width).saturating_sub(16);
        let mut rows: Vec<Line<'_>> = Vec::new();
        // Only as many as can be seen, and a few to scroll to.
        for (at, text, error) in all.iter().rev().take(400).rev() {
            let role = if *error { Role::Error } else { Role::Text };
            for (n, piece) in wrap_all(text, cells).into_iter().enumerate() {
                let when = if n == 0 {
                    ago(cx.state.now, *at)
                } else {
                    String::new()
                };
                rows.push(Line::from(vec![
                    cx.span(pad_left(&when, 10), Role::Faint),
                    cx.span("  ", Role::Faint),
                    cx.span(piece, role),
                ]));
            }
        }
        if rows.is_empty() {
            rows.push(Line::from(cx.span("nothing yet", Role::Muted)));
        }
        let height = (rows.len() as u16 + 2).min(area.height);
        let place = centred(area, area.width, height);
        let inner = sheet(cx, place, "said lately", buffer, hits);
        let room = usize::from(inner.height);
        let last = rows.len().saturating_sub(room);
        let first = last.saturating_sub(self.back);
        for (n, line) in rows.iter().skip(first).take(room).enumerate() {
            put(buffer, inner, n as u16, line);
        }
    }
}

fn ago(now: Timestamp, at: Timestamp) -> String {
    match now.duration_since(at).as_secs() {
        ..2 => "now".into(),
        s @ 2..90 => format!("{s} s ago"),
        s @ 90..5_400 => format!("{} min ago", (s + 30) / 60),
        s => format!("{} h ago", (s + 1_800) / 3_600),
    }
}

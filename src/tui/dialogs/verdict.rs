//! What became of the selected version, whole, on a screen of any size.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::component::{Context, Dialog, Outcome, View};
use crate::tui::core::hint::{Hint, Hints};
use crate::tui::core::key::{Key, key};
use crate::tui::core::layout::centred;
use crate::tui::state::hits::HitMap;
use crate::tui::widgets::sheet::sheet;
use crate::tui::widgets::{put, verdict, wrapped};

/// Rows that a verdict has at most.
const MOST: usize = 200;
/// Cells of its sheet at most: longer lines are hard to read.
const WIDEST: u16 = 110;

/// The verdict of the version that is looked at.
#[derive(Default)]
pub(crate) struct Verdict {
    first: usize,
}

/// Opens it, where there is a version.
pub(crate) fn open(cx: &mut Context<'_>) -> Outcome {
    if cx.state.version(cx.session).is_none() {
        cx.state.say("there is no version yet", false);
        return Outcome::close();
    }
    Outcome::open(Verdict::default())
}

impl Dialog for Verdict {
    fn hints(&self, _: View<'_>) -> Hints {
        vec![Hint::up_down("move"), Hint::new(key!(esc), "close")]
    }

    fn on_key(&mut self, key: Key, _: &mut Context<'_>) -> Outcome {
        self.first = match key {
            key!(up) | key!('k') => self.first.saturating_sub(1),
            key!(down) | key!('j') => self.first.saturating_add(1),
            key!(pgup) | key!(ctrl - 'b') | key!(ctrl - 'u') => self.first.saturating_sub(10),
            key!(pgdn) | key!(ctrl - 'f') | key!(ctrl - 'd') => self.first.saturating_add(10),
            key!(home) | key!('g') => 0,
            key!(end) | key!('G') => MOST,
            _ => return Outcome::close(),
        }
        .min(MOST);
        Outcome::stay()
    }

    fn on_wheel(&mut self, rows: isize, _: &mut Context<'_>) -> Outcome {
        self.first = self.first.saturating_add_signed(rows).min(MOST);
        Outcome::stay()
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        let version = cx.state.version(cx.session);
        let Some(version) = version.and_then(|id| cx.session.version(id)) else {
            return;
        };
        let width = area.width.min(WIDEST);
        let room = usize::from(width.saturating_sub(4)).max(8);
        let lines = verdict::lines(cx, version, room);
        let rows = wrapped::within(lines, room, MOST);
        let height = (rows.len() as u16 + 2).min(area.height);
        let place = centred(area, width, height);
        let title = format!("the verdict on {}", version.id);
        let inner = sheet(cx, place, &title, buffer, hits);
        let shown = usize::from(inner.height);
        let first = self.first.min(rows.len().saturating_sub(shown));
        for (n, line) in rows.iter().skip(first).take(shown).enumerate() {
            put(buffer, inner, n as u16, line);
        }
    }
}

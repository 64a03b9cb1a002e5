//! Hints drawn on one row, where a click presses the key.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::component::View;
use crate::tui::core::hint::{Hint, Press};
use crate::tui::core::key::{KeySequence, key};
use crate::tui::core::text::width;
use crate::tui::core::theme::Role;
use crate::tui::state::hits::{HitMap, Target};
use crate::tui::widgets::put;

/// A line of hints, and where a click presses which key.
#[derive(Clone, Debug, Default)]
pub(crate) struct HintLine {
    line: Line<'static>,
    /// First cell, cells, and the keys that are pressed there.
    spots: Vec<(usize, usize, KeySequence)>,
    cells: usize,
}

impl HintLine {
    /// A line of these hints with gaps between them.
    #[must_use]
    pub(crate) fn of(cx: View<'_>, hints: &[Hint]) -> Self {
        let mut line = Self::default();
        for (n, hint) in hints.iter().enumerate() {
            line.plain(if n == 0 { "" } else { "   " });
            line.push(cx, hint);
        }
        line
    }

    /// Cells that it takes.
    #[must_use]
    pub(crate) fn width(&self) -> usize {
        self.cells
    }

    /// Adds what is no key.
    pub(crate) fn plain(&mut self, text: &str) {
        self.cells += width(text);
        self.line.spans.push(Span::raw(text.to_owned()));
    }

    /// Adds a key and what it does. A click on the word presses the key; of two keys each is pressed where it stands, and
    /// the last by the word.
    pub(crate) fn push(&mut self, cx: View<'_>, hint: &Hint) {
        let from = self.cells;
        let symbols = hint.symbols();
        let words = width(hint.word) + 1;
        let all = width(&symbols);
        match &hint.press {
            Press::One(keys) => self.spots.push((from, all + words, keys.clone())),
            Press::Either(one, other) => {
                let first = width(&one.symbols());
                let rest = all.saturating_sub(first) + words;
                self.spots.push((from, first, one.clone()));
                self.spots.push((from + first, rest, other.clone()));
            }
            Press::AnyOther => self.spots.push((from, all + words, key!(esc).into())),
        }
        let (key_style, word_style) = (cx.theme.fg(Role::Key), cx.theme.fg(Role::Muted));
        let spans = &mut self.line.spans;
        spans.push(Span::styled(symbols, key_style));
        spans.push(Span::styled(format!(" {}", hint.word), word_style));
        self.cells += all + words;
    }

    /// Draws it into a row of an area, and says where it can be clicked.
    pub(crate) fn put(&self, buffer: &mut Buffer, area: Rect, row: u16, hits: &mut HitMap) {
        put(buffer, area, row, &self.line);
        if row >= area.height {
            return;
        }
        for (from, cells, keys) in &self.spots {
            let from = u16::try_from(*from).unwrap_or(u16::MAX).min(area.width);
            let cells = u16::try_from(*cells).unwrap_or(u16::MAX);
            let place = Rect {
                x: area.x + from,
                y: area.y + row,
                width: cells.min(area.width - from),
                height: 1,
            };
            if !place.is_empty() {
                hits.targets.push((place, Target::Keys(keys.clone())));
            }
        }
    }
}

//! Keys that are said on the screen, and that a click presses as well.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::app::Seen;
use crate::tui::keys::unshown;
use crate::tui::mouse::Target;
use crate::tui::text::width;
use crate::tui::theme::Role;
use crate::tui::view::{Context, put};

/// A line of keys with what each of them does, and where a click presses which.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// As it is drawn.
    pub line: Line<'static>,
    /// First cell, cells, and the keys that are pressed one after the other.
    spots: Vec<(usize, usize, Vec<String>)>,
    cells: usize,
}

impl Keys {
    /// A line of these keys and words, each followed by a gap.
    #[must_use]
    pub fn of(cx: Context<'_>, pairs: &[(&str, &str)]) -> Self {
        let mut keys = Self::default();
        for (n, (key, word)) in pairs.iter().enumerate() {
            keys.plain(if n == 0 { "" } else { "   " });
            keys.push(cx, key, word);
        }
        keys
    }

    /// Cells that it takes.
    #[must_use]
    pub fn width(&self) -> usize {
        self.cells
    }

    /// Adds what is no key.
    pub fn plain(&mut self, text: &str) {
        self.cells += width(text);
        self.line.spans.push(Span::raw(text.to_owned()));
    }

    /// Adds a key and what it does. A click on the word presses the key; of two keys (`↑↓`, `J K`) each is pressed where
    /// it stands, and the last by the word.
    pub fn push(&mut self, cx: Context<'_>, key: &str, word: &str) {
        let from = self.cells;
        let pair = match key {
            "↑↓" | "←→" => Some(1),
            _ if word == "version" && key.contains(' ') => key.split(' ').next().map(width),
            _ => None,
        };
        let words = width(word) + 1;
        let all = width(key);
        match pair {
            Some(first) => {
                let mut halves = key.char_indices().filter(|(_, c)| *c != ' ');
                let at = halves.nth(first).map_or(key.len(), |(at, _)| at);
                let (one, other) = key.split_at(at);
                self.spots.push((from, first, vec![unshown(one.trim())]));
                let rest = all.saturating_sub(first) + words;
                self.spots
                    .push((from + first, rest, vec![unshown(other.trim())]));
            }
            // Whatever is not among the answers leaves things as they are; escape never is.
            None if key.contains("any other") => {
                self.spots.push((from, all + words, vec!["esc".to_owned()]));
            }
            None => {
                let keys = key.split(' ').map(unshown).collect();
                self.spots.push((from, all + words, keys));
            }
        }
        let (key_style, word_style) = (cx.theme.fg(Role::Key), cx.theme.fg(Role::Muted));
        let spans = &mut self.line.spans;
        spans.push(Span::styled(key.to_owned(), key_style));
        spans.push(Span::styled(format!(" {word}"), word_style));
        self.cells += all + words;
    }

    /// Draws it into a row of an area, and says where it can be clicked.
    pub fn put(&self, buffer: &mut Buffer, area: Rect, row: u16, seen: &mut Seen) {
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
                seen.targets.push((place, Target::Keys(keys.clone())));
            }
        }
    }
}

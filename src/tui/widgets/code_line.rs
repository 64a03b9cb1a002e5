//! The pieces that every line of code is drawn from.

use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::Span;

use crate::tui::core::highlight::Painted;
use crate::tui::core::highlighted::Ruler;
use crate::tui::core::text::{visible, width};
use crate::tui::core::theme::{Role, Theme};

/// What of a line stands on one of its rows, and whether there is more of it beyond the edge: the `sub`th row where
/// lines are broken (`shift` is none), else what is seen after so many cells. None where there is no such row.
#[must_use]
pub(crate) fn shown_part(
    text: &str,
    ruler: &Ruler,
    room: usize,
    shift: Option<usize>,
    sub: usize,
) -> Option<(Range<usize>, bool)> {
    match shift {
        None => (sub < ruler.rows(text, room)).then(|| (ruler.row(text, room, sub), false)),
        Some(shift) => {
            let whole = ruler.window(text, shift, room);
            if sub > 0 {
                None
            } else if whole.end < text.len() {
                Some((ruler.window(text, shift, room.saturating_sub(1)), true))
            } else {
                Some((whole, false))
            }
        }
    }
}

/// A part of a line of code in spans: syntax roles, changed words on their own ground. Adds the cells it takes.
#[must_use]
pub(crate) fn pieces<'a>(
    theme: &Theme,
    line: &Painted,
    part: Range<usize>,
    words: &[Range<usize>],
    ground: Style,
    word: Style,
    cells: &mut usize,
) -> Vec<Span<'a>> {
    let mut spans = Vec::new();
    let mut at = part.start;
    let mut piece = line.parts.partition_point(|(end, _)| *end <= at);
    let mut mark = words.partition_point(|w| w.end <= at);
    while at < part.end {
        let (end, role) = line
            .parts
            .get(piece)
            .copied()
            .unwrap_or((line.text.len(), Role::Text));
        let (inside, border) = match words.get(mark) {
            Some(w) if w.start <= at => (true, w.end),
            Some(w) => (false, w.start),
            None => (false, usize::MAX),
        };
        let mut stop = end.min(border).min(part.end).max(at + 1);
        while !line.text.is_char_boundary(stop) {
            stop += 1;
        }
        if let Some(text) = line.text.get(at..stop) {
            *cells += width(text);
            let style = theme.fg(role).patch(if inside { word } else { ground });
            spans.push(Span::styled(text.to_owned(), style));
        }
        at = stop;
        piece += usize::from(end <= at);
        mark += usize::from(words.get(mark).is_some_and(|w| w.end <= at));
    }
    spans
}

/// A text of a failure in lines, safe to draw.
#[must_use]
pub(crate) fn plain_lines(text: &str, rows: usize) -> Vec<String> {
    text.lines()
        .take(rows)
        .map(|l| visible(l).into_owned())
        .collect()
}

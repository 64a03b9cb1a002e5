//! The matches of a search, marked in the pane as it is drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use crate::tui::component::View;
use crate::tui::core::query::Query;
use crate::tui::core::text::{skip, width};
use crate::tui::core::theme::Role;
use crate::tui::state::hits::HitMap;
use crate::tui::state::search::NO_TEXT;

/// Where in a pane the rows are that move: below what stands still above them.
#[must_use]
pub(crate) fn body(inner: Rect, hits: &HitMap) -> Rect {
    let room = u16::try_from(hits.room).unwrap_or(u16::MAX);
    // A list has its heading above it and its entry below, and all of it is searched.
    let still = if hits.total > 0 && hits.rows.is_empty() {
        inner.height.saturating_sub(room)
    } else {
        0
    };
    Rect {
        y: inner.y + still,
        height: inner.height - still,
        ..inner
    }
}

/// A row of the screen as a text, one character or more for each cell; the numbers of lines are no text.
#[must_use]
pub(crate) fn row(buffer: &Buffer, area: Rect, y: u16, hits: &HitMap) -> String {
    let numbers: Vec<Rect> = (hits.line_numbers.iter().filter(|r| r.y == y))
        .copied()
        .collect();
    let mut text = String::new();
    let mut x = area.x;
    while x < area.x + area.width {
        let Some(cell) = buffer.cell((x, y)) else {
            break;
        };
        let symbol = cell.symbol();
        let numbered = numbers.iter().any(|r| r.contains(Position { x, y }));
        let cells = u16::try_from(width(symbol)).unwrap_or(1).max(1);
        if numbered && symbol.bytes().all(|b| b.is_ascii_digit()) {
            text.extend(std::iter::repeat_n(NO_TEXT, cells.into()));
        } else {
            text.push_str(symbol);
        }
        x += cells;
    }
    text.truncate(text.trim_end_matches([' ', NO_TEXT]).len());
    text
}

/// Marks all matches that can be seen, the one that was gone to more than the others, and writes the search onto the
/// lower edge of the pane.
pub(crate) fn draw(cx: View<'_>, main: Rect, inner: Rect, hits: &HitMap, buffer: &mut Buffer) {
    let Some(search) = &cx.state.search else {
        return;
    };
    let body = body(inner, hits);
    let query = Query::new(&search.query());
    let current = search.at.and_then(|at| search.hits.get(at));
    let others = cx
        .theme
        .bg(Role::Selection)
        .add_modifier(Modifier::UNDERLINED);
    let this = cx
        .theme
        .fg(Role::Key)
        .add_modifier(Modifier::REVERSED | Modifier::BOLD);
    for y in body.y..body.y + body.height {
        let number = hits.first + usize::from(y - body.y);
        for range in query.find(&row(buffer, body, y, hits)) {
            let style = if current.is_some_and(|(r, c)| *r == number && *c == range) {
                this
            } else {
                others
            };
            let place = Rect {
                x: body.x + range.start,
                y,
                width: range.end - range.start,
                height: 1,
            };
            buffer.set_style(place.intersection(body), style);
        }
    }
    if main.width < 12 || main.height == 0 {
        return;
    }
    let y = main.y + main.height - 1;
    let room = usize::from(main.width).saturating_sub(4);
    let words = search.query();
    let count = search.count();
    let least = room.saturating_sub(width(&count) + 5);
    // While it is typed the end is what matters.
    let over = width(&words).saturating_sub(least);
    let shown = skip(&words, over);
    let caret = if search.typing { "▏" } else { "" };
    let mut x = main.x + 2;
    for (text, role) in [
        (" /", Role::Key),
        (shown, Role::Text),
        (caret, Role::Key),
        (" ", Role::Text),
        (
            count.as_str(),
            if search.hits.is_empty() {
                Role::Warn
            } else {
                Role::Muted
            },
        ),
        (" ", Role::Muted),
    ] {
        let left = usize::from((main.x + main.width).saturating_sub(x + 2));
        x = buffer.set_stringn(x, y, text, left, cx.theme.fg(role)).0;
    }
}

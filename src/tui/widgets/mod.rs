//! Parts that panes and dialogs are drawn with. They draw what they are given and decide nothing.

pub mod code_line;
pub mod diff_view;
pub mod editor;
pub mod hint_line;
pub mod long_text;
pub mod plot;
pub mod search_marks;
pub mod sheet;
pub mod wrapped;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::tui::core::text::{pad, width};

/// Writes a line and cuts it at the edge of the area, with a sign that there is more.
pub fn put(buffer: &mut Buffer, area: Rect, row: u16, line: &Line<'_>) {
    if row >= area.height || area.width == 0 {
        return;
    }
    let y = area.y + row;
    let room = usize::from(area.width);
    let too_long = line.spans.iter().map(|s| width(&s.content)).sum::<usize>() > room;
    let mut x = area.x;
    let end = area.x + area.width;
    for span in &line.spans {
        let left = usize::from(end.saturating_sub(x));
        if left == 0 {
            break;
        }
        x = buffer
            .set_stringn(x, y, &span.content, left, line.style.patch(span.style))
            .0;
    }
    if too_long && let Some(cell) = buffer.cell_mut((end - 1, y)) {
        cell.set_symbol("…");
    }
}

/// Left and right parts on one row; the right part goes first when there is no room for both.
pub fn put_both(buffer: &mut Buffer, area: Rect, row: u16, left: &Line<'_>, right: &Line<'_>) {
    let (l, r) = (line_width(left), line_width(right));
    let room = usize::from(area.width);
    if r > 0 && l + r < room {
        let at = Rect {
            x: area.x + (room - r) as u16,
            width: r as u16,
            ..area
        };
        put(buffer, at, row, right);
    }
    put(buffer, area, row, left);
}

/// Cells that a line takes.
#[must_use]
pub fn line_width(line: &Line<'_>) -> usize {
    line.spans.iter().map(|s| width(&s.content)).sum()
}

/// A span of exactly so many cells.
#[must_use]
pub fn cell<'a>(text: &str, cells: usize, style: Style) -> Span<'a> {
    Span::styled(pad(text, cells), style)
}

//! Parts that panes and dialogs are drawn with. They draw what they are given and decide nothing.
#![warn(unreachable_pub)]

pub(crate) mod code_line;
pub(crate) mod diff_view;
pub(crate) mod editor;
pub(crate) mod hint_line;
pub(crate) mod long_text;
pub(crate) mod plot;
pub(crate) mod search_marks;
pub(crate) mod sheet;
pub(crate) mod verdict;
pub(crate) mod wrapped;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::tui::core::text::width;

/// Writes a line and cuts it at the edge of the area, with a sign that there is more.
pub(crate) fn put(buffer: &mut Buffer, area: Rect, row: u16, line: &Line<'_>) {
    if row >= area.height || area.width == 0 {
        return;
    }
    let y = area.y + row;
    let room = usize::from(area.width);
    // A blank at the end of a row that was broken there is nothing that would be cut.
    let too_long = line_width(line) > room && {
        let text: String = line.spans.iter().map(|s| &*s.content).collect();
        width(text.trim_end_matches(' ')) > room
    };
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
pub(crate) fn put_both(
    buffer: &mut Buffer,
    area: Rect,
    row: u16,
    left: &Line<'_>,
    right: &Line<'_>,
) {
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
pub(crate) fn line_width(line: &Line<'_>) -> usize {
    line.spans.iter().map(|s| width(&s.content)).sum()
}

//! The editor of a text: a version by hand.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;
use tui_textarea::TextArea;

use super::sheet;
use crate::tui::app::Seen;
use crate::tui::editor::Editor;
use crate::tui::layout::centred;
use crate::tui::mouse::Target;
use crate::tui::text::width;
use crate::tui::theme::{Depth, Role, Theme};
use crate::tui::view::Context;

/// Gives an editor the looks of a theme. To be called before it is drawn.
pub fn dress(text: &mut TextArea<'static>, theme: &Theme) {
    text.set_style(theme.fg(Role::Text));
    text.set_line_number_style(theme.fg(Role::Faint));
    let line = match theme.depth() {
        Depth::None | Depth::Ansi => Style::new(),
        _ => theme.bg(Role::Selection),
    };
    text.set_cursor_line_style(line);
    text.set_cursor_style(Style::new().add_modifier(Modifier::REVERSED));
}

/// Draws it; gives the place of its lines.
pub fn draw(
    cx: Context<'_>,
    area: Rect,
    title: &str,
    text: &TextArea<'static>,
    buffer: &mut Buffer,
    seen: &mut Seen,
) -> Rect {
    let area = centred(area, area.width.min(120), area.height);
    let inner = sheet(cx, area, title, buffer, seen);
    seen.targets.push((inner, Target::Field(0)));
    text.render(inner, buffer);
    inner
}

/// Gives the lines that are seen their colours.
pub fn colour(cx: Context<'_>, inner: Rect, editor: &Editor, buffer: &mut Buffer) {
    let numbers = editor.area.line_number_width();
    let (top, left) = editor.area.scroll_offset();
    for row in 0..inner.height {
        let Some(painted) = editor.painted(usize::from(top) + usize::from(row)) else {
            continue;
        };
        let mut cell = 0_u16;
        for (piece, role) in painted.pieces() {
            let end = cell.saturating_add(u16::try_from(width(piece)).unwrap_or(u16::MAX));
            let (from, to) = (cell.max(left) - left, end.max(left) - left);
            cell = end;
            let place = Rect {
                x: inner.x.saturating_add(numbers).saturating_add(from),
                y: inner.y + row,
                width: to - from,
                height: 1,
            };
            if let Some(colour) = cx.theme.fg(role).fg {
                let place = place.intersection(inner);
                buffer.set_style(place, Style::new().fg(colour));
            }
        }
    }
}

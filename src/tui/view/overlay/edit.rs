//! The editor for a version by hand.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;
use tui_textarea::TextArea;

use super::sheet;
use crate::tui::app::Seen;
use crate::tui::layout::centred;
use crate::tui::mouse::Target;
use crate::tui::theme::Role;
use crate::tui::view::Context;

/// Draws it.
pub fn draw(
    cx: Context<'_>,
    area: Rect,
    title: &str,
    text: &TextArea<'static>,
    buffer: &mut Buffer,
    seen: &mut Seen,
) {
    let inner = sheet(
        cx,
        centred(area, area.width.min(120), area.height),
        title,
        buffer,
        seen,
    );
    seen.targets.push((inner, Target::Field(0)));
    let mut shown = text.clone();
    shown.set_style(cx.theme.fg(Role::Text));
    shown.set_line_number_style(cx.theme.fg(Role::Faint));
    shown.set_cursor_line_style(cx.theme.bg(Role::Selection));
    if cx.theme.depth() <= crate::tui::theme::Depth::Ansi {
        shown.set_cursor_line_style(Style::new());
    }
    shown.set_cursor_style(Style::new().add_modifier(Modifier::REVERSED));
    shown.render(inner, buffer);
}

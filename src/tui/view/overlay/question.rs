//! A question with a few answers.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::sheet;
use crate::tui::app::Seen;
use crate::tui::layout::centred;
use crate::tui::theme::Role;
use crate::tui::view::press::Keys;
use crate::tui::view::{Context, put};

/// Draws it.
pub fn question(
    cx: Context<'_>,
    area: Rect,
    words: &str,
    answers: &[(&str, &str)],
    buffer: &mut Buffer,
    seen: &mut Seen,
) {
    let wide = area.width.min(66);
    let lines = crate::tui::text::wrap(words, usize::from(wide).saturating_sub(4));
    let inner = sheet(
        cx,
        centred(area, wide, lines.len() as u16 + 4),
        "a question",
        buffer,
        seen,
    );
    for (n, line) in lines.iter().enumerate() {
        put(
            buffer,
            inner,
            n as u16,
            &Line::from(cx.span(line.clone(), Role::Text)),
        );
    }
    Keys::of(cx, answers).put(buffer, inner, lines.len() as u16 + 1, seen);
}

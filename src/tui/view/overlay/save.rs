//! The name under which the best version is saved.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use tui_textarea::TextArea;

use super::{sheet, typed};
use crate::tui::app::Seen;
use crate::tui::layout::centred;
use crate::tui::mouse::Target;
use crate::tui::text::{cut, visible};
use crate::tui::theme::Role;
use crate::tui::view::press::Keys;
use crate::tui::view::{Context, put};

/// Draws it.
pub fn draw(
    cx: Context<'_>,
    area: Rect,
    name: &TextArea<'static>,
    buffer: &mut Buffer,
    seen: &mut Seen,
) {
    let best = cx
        .session
        .incumbent
        .map_or(String::new(), |b| format!(" {b}"));
    let inner = sheet(
        cx,
        centred(area, 64, 5),
        &format!("save{best}, the best version, as"),
        buffer,
        seen,
    );
    if inner.height == 0 {
        return;
    }
    typed(cx, inner, name, true, buffer);
    let row = Rect { height: 1, ..inner };
    seen.targets.push((row, Target::Field(0)));
    let folder = std::env::current_dir()
        .map(|d| format!("in {}", d.display()))
        .unwrap_or_default();
    put(
        buffer,
        inner,
        1,
        &Line::from(cx.span(
            cut(&visible(&folder), inner.width.into()).into_owned(),
            Role::Faint,
        )),
    );
    Keys::of(cx, &[("⏎", "save"), ("esc", "leave")]).put(buffer, inner, 2, seen);
}

//! The box for a note on a version.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{sheet, typed};
use crate::tui::app::Seen;
use crate::tui::layout::centred;
use crate::tui::mouse::Target;
use crate::tui::note::NoteBox;
use crate::tui::view::Context;
use crate::tui::view::press::Keys;

/// Draws it.
pub fn draw(cx: Context<'_>, area: Rect, open: &NoteBox, buffer: &mut Buffer, seen: &mut Seen) {
    let title = format!("a note on {}", open.version);
    let inner = sheet(cx, centred(area, 64, 4), &title, buffer, seen);
    if inner.height == 0 {
        return;
    }
    typed(cx, inner, &open.text, true, buffer);
    let row = Rect { height: 1, ..inner };
    seen.targets.push((row, Target::Field(0)));
    let keys = [("⏎", "keep"), ("ctrl-u", "clear"), ("esc", "leave")];
    Keys::of(cx, &keys).put(buffer, inner, 1, seen);
}

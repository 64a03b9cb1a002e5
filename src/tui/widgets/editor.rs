//! An editor of a text with numbered lines: its looks, its sheet, its keys, and what the mouse does in it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;
use tui_textarea::{CursorMove, TextArea};

use crate::tui::component::View;
use crate::tui::core::hint::{Hint, Hints};
use crate::tui::core::key::key;
use crate::tui::core::layout::centred;
use crate::tui::core::theme::{Depth, Role, Theme};
use crate::tui::state::hits::{HitMap, Target};
use crate::tui::widgets::sheet::sheet;

/// The keys of an editor whose text goes somewhere with ctrl-s; while it asks whether to throw the text away, other ones.
pub(crate) fn hints(leaving: bool, done: &'static str) -> Hints {
    if leaving {
        return vec![
            Hint::new(key!('y'), "throw away"),
            Hint::new(key!('s'), done),
            Hint::new(key!(esc), "go on"),
        ];
    }
    vec![
        Hint::new(key!(ctrl - 's'), done),
        Hint::new(key!(ctrl - 'u'), "undo"),
        Hint::new(key!(ctrl - 'r'), "redo"),
        Hint::new(key!(esc), "leave"),
    ]
}

/// Gives an editor the looks of a theme. To be called before it is drawn.
pub(crate) fn dress(text: &mut TextArea<'static>, theme: &Theme) {
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
pub(crate) fn draw(
    cx: View<'_>,
    area: Rect,
    title: &str,
    text: &TextArea<'static>,
    buffer: &mut Buffer,
    hits: &mut HitMap,
) -> Rect {
    let area = centred(area, area.width.min(120), area.height);
    let inner = sheet(cx, area, title, buffer, hits);
    hits.targets.push((inner, Target::Field(0)));
    text.render(inner, buffer);
    inner
}

/// Puts the cursor of an editor where a click is; `place` is where its lines are drawn.
pub(crate) fn click(text: &mut TextArea<'static>, place: Rect, at: Position) {
    let (top, left) = text.scroll_offset();
    let row = usize::from(top) + usize::from(at.y.saturating_sub(place.y));
    let column = at.x.saturating_sub(place.x + text.line_number_width());
    let data = text.screen_to_data(row, usize::from(left) + usize::from(column));
    let clipped = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    text.move_cursor(CursorMove::Jump(clipped(data.0), clipped(data.1)));
}

/// Moves the cursor by so many lines, back where it is negative: what is drawn is where the cursor is.
pub(crate) fn move_by(text: &mut TextArea<'static>, lines: isize) {
    let to = if lines > 0 {
        CursorMove::Down
    } else {
        CursorMove::Up
    };
    (0..lines.unsigned_abs()).for_each(|_| text.move_cursor(to));
}

//! The form for a case by hand.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::Widget;
use tui_textarea::TextArea;

use super::sheet;
use crate::tui::app::Seen;
use crate::tui::cases::{CaseForm, SHOWN};
use crate::tui::layout::centred;
use crate::tui::text::cut;
use crate::tui::theme::Role;
use crate::tui::view::{Context, put};

/// Draws it: two boxes that share the room, the choice, and the keys.
pub fn draw(cx: Context<'_>, area: Rect, form: &CaseForm, buffer: &mut Buffer, seen: &mut Seen) {
    let inner = sheet(cx, centred(area, 78, 22), "a case of yours", buffer, seen);
    let room = usize::from(inner.width);
    let line = |row: u16, text: &str, role: Role, buffer: &mut Buffer| {
        if row < inner.height {
            let text = cut(text, room).into_owned();
            put(buffer, inner, row, &Line::from(cx.span(text, role)));
        }
    };
    let title = |at: usize| {
        if form.at == at {
            Role::Key
        } else {
            Role::Title
        }
    };
    // Two titles, the choice, a word and the keys are fixed; small screens go without the last two.
    let fixed = if inner.height >= 10 { 6 } else { 3 };
    let boxes = inner.height.saturating_sub(fixed);
    let first = boxes.div_ceil(2);
    line(0, "input", title(0), buffer);
    typed(
        cx,
        part(inner, 1, first),
        &form.texts[0],
        form.at == 0,
        buffer,
    );
    let row = first + 1;
    let about = "expected output (empty: what the original writes)";
    line(row, about, title(1), buffer);
    let second = boxes - first;
    typed(
        cx,
        part(inner, row + 1, second),
        &form.texts[1],
        form.at == 1,
        buffer,
    );
    let row = row + 1 + second;
    let choice = if form.held_out {
        "the model is never shown it  ⊘"
    } else {
        "the model may be shown it"
    };
    line(row, choice, title(SHOWN), buffer);
    if fixed < 6 {
        return;
    }
    let (word, role) = match form.wrong {
        Some(why) => (why, Role::Error),
        None if form.at == SHOWN => ("space changes it", Role::Muted),
        None => (
            "whatever passes is checked on it at once, and every later version",
            Role::Muted,
        ),
    };
    line(row + 1, word, role, buffer);
    let keys = Line::from(vec![
        cx.span("ctrl-s", Role::Key),
        cx.span(" add it   ", Role::Muted),
        cx.span("⇥", Role::Key),
        cx.span(" next box   ", Role::Muted),
        cx.span("esc", Role::Key),
        cx.span(" leave", Role::Muted),
    ]);
    put(buffer, inner, row + 2, &keys);
}

fn part(inner: Rect, row: u16, height: u16) -> Rect {
    let row = row.min(inner.height);
    Rect {
        y: inner.y + row,
        height: height.min(inner.height - row),
        ..inner
    }
}

fn typed(cx: Context<'_>, area: Rect, text: &TextArea<'static>, lit: bool, buffer: &mut Buffer) {
    buffer.set_style(area, cx.theme.bg(Role::Selection));
    let mut shown = text.clone();
    shown.set_style(cx.theme.fg(Role::Text).patch(cx.theme.bg(Role::Selection)));
    shown.set_cursor_style(if lit {
        Style::new().add_modifier(Modifier::REVERSED)
    } else {
        Style::new()
    });
    shown.render(area, buffer);
}

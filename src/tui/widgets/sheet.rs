//! The sheet that a dialog lies on, and what stands on most of them: rows to choose, a line to type into, a question.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};
use tui_textarea::TextArea;

use crate::tui::component::View;
use crate::tui::core::hint::Hint;
use crate::tui::core::key::key;
use crate::tui::core::layout::centred;
use crate::tui::core::text::wrap;
use crate::tui::core::theme::Role;
use crate::tui::state::hits::{HitMap, Target};
use crate::tui::widgets::hint_line::HintLine;
use crate::tui::widgets::put;

/// An empty sheet with a frame; gives the room inside.
pub(crate) fn sheet(
    cx: View<'_>,
    area: Rect,
    title: &str,
    buffer: &mut Buffer,
    hits: &mut HitMap,
) -> Rect {
    hits.targets.push((area, Target::Sheet));
    Clear.render(area, buffer);
    buffer.set_style(area, cx.theme.base().patch(cx.theme.bg(Role::Panel)));
    let title = Line::from(vec![
        Span::raw(" "),
        Span::styled(
            title.to_owned(),
            cx.theme.fg(Role::Title).add_modifier(Modifier::BOLD),
        ),
        Span::raw(" "),
    ]);
    let block = cx.block(title, true);
    let inner = block.inner(area);
    block.render(area, buffer);
    Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    }
}

/// Says that a row of a list stands on this row of the area.
pub(crate) fn choose(area: Rect, row: usize, number: usize, hits: &mut HitMap) {
    if row < usize::from(area.height) {
        let place = Rect {
            y: area.y + row as u16,
            height: 1,
            ..area
        };
        hits.targets.push((place, Target::Row(number)));
    }
}

/// The ground of a box in which something is typed. Where a theme reverses what is chosen the box is underlined instead:
/// on a reversed ground nobody sees the cursor.
#[must_use]
pub(crate) fn box_ground(cx: View<'_>) -> Style {
    let ground = cx.theme.bg(Role::Selection);
    if ground.add_modifier.contains(Modifier::REVERSED) {
        Style::new()
            .remove_modifier(Modifier::REVERSED)
            .add_modifier(Modifier::UNDERLINED)
    } else {
        ground
    }
}

/// A box of one line in which something is typed; with the cursor where it has the keyboard.
pub(crate) fn typed(
    cx: View<'_>,
    area: Rect,
    text: &TextArea<'static>,
    lit: bool,
    buffer: &mut Buffer,
) {
    let mut shown = text.clone();
    shown.set_style(cx.theme.fg(Role::Text));
    shown.set_cursor_style(if lit {
        Style::new().add_modifier(Modifier::REVERSED)
    } else {
        Style::new()
    });
    shown.render(
        Rect {
            height: area.height.min(1),
            ..area
        },
        buffer,
    );
}

/// A sheet with one line to type into, and the keys that keep it, clear it and leave it. Its text is the field 0.
pub(crate) fn one_line(
    cx: View<'_>,
    place: Rect,
    title: &str,
    text: &TextArea<'static>,
    keep: &'static str,
    buffer: &mut Buffer,
    hits: &mut HitMap,
) {
    let inner = sheet(cx, place, title, buffer, hits);
    if inner.height == 0 {
        return;
    }
    typed(cx, inner, text, true, buffer);
    let row = Rect { height: 1, ..inner };
    hits.targets.push((row, Target::Field(0)));
    let hints = [
        Hint::new(key!(enter), keep),
        Hint::new(key!(ctrl - 'u'), "clear"),
        Hint::new(key!(esc), "leave"),
    ];
    HintLine::of(cx, &hints).put(buffer, inner, 1, hits);
}

/// A question with a few answers, on a sheet of its own.
pub(crate) fn question(
    cx: View<'_>,
    area: Rect,
    words: &str,
    answers: &[Hint],
    buffer: &mut Buffer,
    hits: &mut HitMap,
) {
    let wide = area.width.min(66);
    let lines = wrap(words, usize::from(wide).saturating_sub(4));
    let place = centred(area, wide, lines.len() as u16 + 4);
    let inner = sheet(cx, place, "a question", buffer, hits);
    for (n, line) in lines.iter().enumerate() {
        let line = Line::from(cx.span(line.clone(), Role::Text));
        put(buffer, inner, n as u16, &line);
    }
    HintLine::of(cx, answers).put(buffer, inner, lines.len() as u16 + 1, hits);
}

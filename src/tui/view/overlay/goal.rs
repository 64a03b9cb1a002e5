//! The form for when a session ends.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{sheet, typed};
use crate::tui::goal::{FIELDS, Form};
use crate::tui::layout::centred;
use crate::tui::text::{cut, pad};
use crate::tui::theme::Role;
use crate::tui::view::{Context, put};

/// Cells of the names at the left, and of the boxes.
const NAME: u16 = 8;
const BOX: u16 = 12;

/// Draws it.
pub fn draw(cx: Context<'_>, area: Rect, form: &Form, buffer: &mut Buffer) {
    let inner = sheet(cx, centred(area, 68, 10), "it ends after", buffer);
    for (n, ((name, about), text)) in FIELDS.iter().zip(&form.boxes).enumerate() {
        let row = n as u16;
        if row >= inner.height {
            return;
        }
        let lit = n == form.at;
        let role = if lit { Role::Key } else { Role::Title };
        put(
            buffer,
            inner,
            row,
            &Line::from(cx.span(pad(name, NAME.into()), role)),
        );
        let place = Rect {
            x: inner.x + NAME.min(inner.width),
            y: inner.y + row,
            width: BOX.min(inner.width.saturating_sub(NAME)),
            height: 1,
        };
        buffer.set_style(place, cx.theme.bg(Role::Selection));
        typed(cx, place, text, lit, buffer);
        buffer.set_style(place, cx.theme.bg(Role::Selection));
        let from = NAME + BOX + 2;
        let place = Rect {
            x: inner.x + from.min(inner.width),
            width: inner.width.saturating_sub(from),
            ..inner
        };
        let words = cut(about, place.width.into()).into_owned();
        put(buffer, place, row, &Line::from(cx.span(words, Role::Faint)));
    }
    let last = FIELDS.len() as u16 + 1;
    match &form.wrong {
        Some(why) => put(
            buffer,
            inner,
            last,
            &Line::from(cx.span(cut(why, inner.width.into()).into_owned(), Role::Error)),
        ),
        None => {
            let (rounds, usage) = (cx.session.rounds.len(), &cx.session.usage);
            let bill = cx.session.bill.in_words();
            let cost = bill.map_or_else(String::new, |c| format!(", {c}"));
            let words = format!(
                "so far: {rounds} rounds, {} tokens{cost}",
                usage.prompt_tokens + usage.reply_tokens
            );
            put(
                buffer,
                inner,
                last,
                &Line::from(cx.span(words, Role::Muted)),
            );
        }
    }
    let keys = Line::from(vec![
        cx.span("⏎", Role::Key),
        cx.span(" take it   ", Role::Muted),
        cx.span("⇥", Role::Key),
        cx.span(" next box   ", Role::Muted),
        cx.span("esc", Role::Key),
        cx.span(" leave", Role::Muted),
    ]);
    put(buffer, inner, last + 1, &keys);
}

//! The form for when a session ends.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;

use super::{box_ground, sheet, typed};
use crate::tui::app::Seen;
use crate::tui::goal::{FIELDS, Form};
use crate::tui::layout::centred;
use crate::tui::mouse::Target;
use crate::tui::text::{cut, pad, width};
use crate::tui::theme::Role;
use crate::tui::view::press::Keys;
use crate::tui::view::{Context, put};

/// Cells of the names at the left, and of the boxes.
const NAME: u16 = 8;
const BOX: u16 = 12;

/// Draws it.
pub fn draw(cx: Context<'_>, area: Rect, form: &Form, buffer: &mut Buffer, seen: &mut Seen) {
    let inner = sheet(cx, centred(area, 68, 10), "it ends after", buffer, seen);
    for (n, ((name, about), text)) in FIELDS.iter().zip(&form.boxes).enumerate() {
        let row = n as u16;
        if row >= inner.height {
            return;
        }
        let lit = n == form.at;
        let role = if lit { Role::Key } else { Role::Text };
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
        choose_box(inner, place, n, seen);
        typed(cx, place, text, lit, buffer);
        // Its cursor stays reversed: only the ground is laid under it.
        let cursor = lit.then(|| reversed(buffer, place)).flatten();
        buffer.set_style(place, box_ground(cx));
        if let Some(cell) = cursor.and_then(|at| buffer.cell_mut(at)) {
            cell.set_style(Style::new().add_modifier(Modifier::REVERSED));
        }
        let from = NAME + BOX + 2;
        let beside = Rect {
            x: inner.x + from.min(inner.width),
            width: inner.width.saturating_sub(from),
            ..inner
        };
        let words = Line::from(cx.span(*about, Role::Faint));
        if width(about) <= usize::from(beside.width) {
            put(buffer, beside, row, &words);
        } else if lit {
            // No room beside the boxes: the one that is typed into is told below them.
            put(buffer, inner, FIELDS.len() as u16, &words);
        }
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
    Keys::of(cx, &[("⏎", "take it"), ("⇥", "next box"), ("esc", "leave")]).put(
        buffer,
        inner,
        last + 1,
        seen,
    );
}

/// A click on a box, or on its name or its words, goes into it.
fn choose_box(inner: Rect, place: Rect, number: usize, seen: &mut Seen) {
    let row = Rect {
        y: place.y,
        height: 1,
        ..inner
    };
    // The box goes on to the right edge: a click beyond its end is one at its end.
    let rest = Rect {
        width: row.right().saturating_sub(place.x),
        ..place
    };
    seen.targets.push((row, Target::Field(number)));
    seen.targets.push((rest, Target::Field(number)));
}

/// Where the cursor stands in a box.
fn reversed(buffer: &Buffer, place: Rect) -> Option<Position> {
    place.positions().find(|at| {
        let cell = buffer.cell(*at);
        cell.is_some_and(|c| c.modifier.contains(Modifier::REVERSED))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::tui::app::App;
    use crate::tui::sample::{Moment, session};
    use crate::tui::theme::{Depth, Theme};
    use crate::tui::view::paint;

    #[test]
    fn without_colours_the_cursor_is_the_one_thing_reversed_and_every_box_is_seen() {
        for (width, height) in [(120, 36), (40, 12)] {
            let session = session(Moment::Finished);
            let theme = Theme::dark(Depth::None);
            let mut app = App::new(theme, None, session.last_at.unwrap());
            app.size = Rect::new(0, 0, width, height);
            crate::tui::goal::open(&mut app, &session);
            let mut buffer = Buffer::empty(app.size);
            let seen = paint(&mut buffer, &session, &app);
            let sheet = seen
                .targets
                .iter()
                .find_map(|(r, t)| (*t == Target::Sheet).then_some(*r));
            let sheet = sheet.unwrap();
            let count = |modifier| {
                let cells = sheet.positions().filter_map(|at| buffer.cell(at));
                cells.filter(|c| c.modifier.contains(modifier)).count()
            };
            assert_eq!(count(Modifier::REVERSED), 1, "{width}x{height}");
            let boxes = FIELDS.len() * usize::from(BOX);
            assert_eq!(count(Modifier::UNDERLINED), boxes, "{width}x{height}");
        }
    }
}

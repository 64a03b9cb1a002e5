//! The list of a file's functions, and the form that asks by what the chosen one is judged.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{box_ground, choose, sheet, typed};
use crate::task::region::FunctionItem;
use crate::tui::app::Seen;
use crate::tui::functions::Functions;
use crate::tui::judged::{Field, Form};
use crate::tui::layout::centred;
use crate::tui::mouse::Target;
use crate::tui::text::{cut, pad, pad_left, visible, width, wrap};
use crate::tui::theme::Role;
use crate::tui::view::{Context, put};

/// Rows of functions that are shown at most.
const ROWS: usize = 18;
/// Cells of the names of the boxes.
const NAME: u16 = 8;

/// Draws the list.
pub fn list(cx: Context<'_>, area: Rect, open: &Functions, buffer: &mut Buffer, seen: &mut Seen) {
    let name = open.file.file_name().unwrap_or_default().to_string_lossy();
    let title = format!("which function of {}?", visible(&name));
    let high = (open.items.len() + 1).min(ROWS) as u16 + 3;
    let place = centred(area, 100, high.max(6));
    let inner = sheet(cx, place, &title, buffer, seen);
    if inner.height < 2 {
        return;
    }
    let box_ = Rect { height: 1, ..inner };
    typed(cx, box_, &open.input, true, buffer);
    seen.targets.push((box_, Target::Field(0)));
    if open.input.is_empty() && box_.width > 30 {
        let hint = Rect {
            x: box_.x + 2,
            width: box_.width - 2,
            ..box_
        };
        let words = Line::from(cx.span("type a part of its name", Role::Faint));
        put(buffer, hint, 0, &words);
    }
    let rows = Rect {
        y: inner.y + 1,
        height: inner.height - 1,
        ..inner
    };
    if open.found.is_empty() {
        let words = Line::from(cx.span("no function is called so", Role::Muted));
        return put(buffer, rows, 0, &words);
    }
    let names = open.items.iter().map(|i| width(&i.name)).max().unwrap_or(0);
    let names = names.clamp(8, usize::from(rows.width) / 2).min(40);
    let room = usize::from(rows.height);
    let first = (open.cursor + 1).saturating_sub(room);
    for (n, found) in open.found.iter().skip(first).take(room).enumerate() {
        let chosen = first + n == open.cursor;
        let item = found.and_then(|at| open.items.get(at));
        let line = row(cx, item, chosen, names, rows.width.into());
        put(buffer, rows, n as u16, &line);
        choose(rows, n, first + n, seen);
    }
}

fn row<'a>(
    cx: Context<'a>,
    item: Option<&FunctionItem>,
    chosen: bool,
    names: usize,
    room: usize,
) -> Line<'a> {
    let ground = if chosen {
        cx.theme.bg(Role::Selection)
    } else {
        Style::new()
    };
    let of = |role| cx.theme.fg(role).patch(ground);
    let sign = Span::styled(if chosen { "▸ " } else { "  " }, of(Role::Key));
    let Some(item) = item else {
        let words = "the program as a whole: it reads standard input and prints";
        let words = pad(words, room.saturating_sub(2));
        return Line::from(vec![sign, Span::styled(words, of(Role::Info))]);
    };
    let lines = match item.lines {
        (from, to) if from == to => format!("line {from}"),
        (from, to) => format!("{from}–{to}"),
    };
    let left = room.saturating_sub(2 + names + 2);
    let signature = visible(&item.signature).replace('␊', " ");
    Line::from(vec![
        sign,
        Span::styled(pad(&visible(&item.name), names), of(Role::Text)),
        Span::styled("  ", ground),
        Span::styled(pad(&signature, left.saturating_sub(11)), of(Role::Muted)),
        Span::styled(pad_left(&lines, left.min(11)), of(Role::Faint)),
    ])
}

/// Draws the form.
pub fn form(cx: Context<'_>, area: Rect, form: &Form, buffer: &mut Buffer, seen: &mut Seen) {
    let title = format!("by what is {} judged?", visible(&form.item.name));
    let place = centred(area, 92, form.boxes.len() as u16 + 8);
    let inner = sheet(cx, place, &title, buffer, seen);
    for (n, (field, text)) in form.boxes.iter().enumerate() {
        let row = n as u16;
        if row >= inner.height {
            return;
        }
        let lit = n == form.at;
        let role = if lit { Role::Key } else { Role::Text };
        let name = pad(field.name(), NAME.into());
        put(buffer, inner, row, &Line::from(cx.span(name, role)));
        let place = Rect {
            x: inner.x + NAME.min(inner.width),
            y: inner.y + row,
            width: inner.width.saturating_sub(NAME),
            height: 1,
        };
        let whole = Rect {
            y: place.y,
            height: 1,
            ..inner
        };
        seen.targets.push((whole, Target::Field(n)));
        seen.targets.push((place, Target::Field(n)));
        buffer.set_style(place, box_ground(cx));
        typed(cx, place, text, lit, buffer);
    }
    let below = Rect {
        y: inner.y + form.boxes.len() as u16,
        height: inner.height - form.boxes.len() as u16,
        ..inner
    };
    for (n, line) in help(cx, form, below.width.into())
        .iter()
        .take(usize::from(below.height).saturating_sub(1))
        .enumerate()
    {
        put(buffer, below, 1 + n as u16, line);
    }
}

/// What may stand in the box that has the keyboard, and what is wrong.
fn help<'a>(cx: Context<'a>, form: &Form, room: usize) -> Vec<Line<'a>> {
    let say = |text: &str, role| -> Vec<Line<'a>> {
        let rows = wrap(&visible(text), room);
        rows.into_iter()
            .map(|row| Line::from(cx.span(row, role)))
            .collect()
    };
    let mut lines = Vec::new();
    if let Some(wrong) = &form.wrong {
        lines.extend(say(wrong, Role::Error));
    }
    if let Some((field, _)) = form.boxes.get(form.at) {
        lines.extend(say(field.about(), Role::Info));
        if *field == Field::Calls {
            let example = cut(&format!("  {}", form.example), room).into_owned();
            lines.push(Line::from(cx.span(example, Role::Text)));
            if form.beside.len() > 1 {
                let all = form.beside.join(" · ");
                lines.extend(say(&format!("beside it: {all}"), Role::Muted));
            }
        }
    }
    if let Some(why) = form.uncallable {
        lines.extend(say(&format!("(no calls: {why})"), Role::Faint));
    }
    lines
}

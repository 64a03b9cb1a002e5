//! The help: the keys in force that mean something here, searched by what is typed; enter does what is chosen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::sheet;
use crate::tui::help::rows;
use crate::tui::keys::{TYPING, shown};
use crate::tui::layout::centred;
use crate::tui::text::{cut, pad, visible, wrap};
use crate::tui::theme::Role;
use crate::tui::view::{Context, put};

/// One row, and which of the rows that can be chosen it belongs to.
type Row<'a> = (Line<'a>, Option<usize>);

/// Draws it.
pub fn draw(cx: Context<'_>, area: Rect, filter: &str, cursor: usize, buffer: &mut Buffer) {
    let wide = area.width.min(96);
    let room = usize::from(wide).saturating_sub(4);
    // Where there is little room the sentences need it more than the keys.
    let keys = if room >= 60 { 19 } else { 11 };
    let mut lines = Vec::new();
    // Where something is typed, what typing can do comes first.
    if cx.app.steering && filter.is_empty() {
        typing(cx, keys, room, &mut lines);
        lines.push((Line::default(), None));
    }
    actions(cx, filter, cursor, (keys, room), &mut lines);
    if !cx.app.steering && filter.is_empty() {
        lines.push((Line::default(), None));
        typing(cx, keys, room, &mut lines);
    }
    let height = (lines.len() as u16 + 3).min(area.height);
    let inner = sheet(cx, centred(area, wide, height), "help", buffer);
    if inner.height < 2 {
        return;
    }
    let typed = if filter.is_empty() {
        vec![cx.span(" type to search · ⏎ does it", Role::Faint)]
    } else {
        vec![
            cx.span(" / ", Role::Key),
            cx.span(visible(filter).into_owned(), Role::Text),
            cx.span("▏", Role::Key),
        ]
    };
    put(buffer, inner, 0, &Line::from(typed));
    let place = Rect {
        y: inner.y + 1,
        height: inner.height - 1,
        ..inner
    };
    let room = usize::from(place.height);
    let at = lines.iter().position(|l| l.1 == Some(cursor)).unwrap_or(0);
    let end = lines.iter().rposition(|l| l.1 == Some(cursor)).unwrap_or(0) + 1;
    let last = lines.len().saturating_sub(room);
    // The rows below what can be chosen are reached by going on to the last.
    let chosen_last = lines.iter().skip(end).all(|l| l.1.is_none());
    let first = if at < 2 {
        0
    } else if chosen_last && end < lines.len() {
        last.min(at.saturating_sub(1))
    } else {
        (end + 1).saturating_sub(room).min(last)
    };
    for (n, (line, _)) in lines.iter().skip(first).take(room).enumerate() {
        put(buffer, place, n as u16, line);
    }
}

fn heading<'a>(cx: Context<'a>, words: &str) -> Row<'a> {
    let style = cx.theme.fg(Role::Heat2).add_modifier(Modifier::BOLD);
    (Line::from(Span::styled(words.to_owned(), style)), None)
}

fn actions<'a>(
    cx: Context<'a>,
    filter: &str,
    cursor: usize,
    (keys, room): (usize, usize),
    lines: &mut Vec<Row<'a>>,
) {
    let found = rows(cx.app, filter);
    let mut group = "";
    for (n, bound) in found.iter().enumerate() {
        if bound.row.group != group {
            if !group.is_empty() {
                lines.push((Line::default(), None));
            }
            group = bound.row.group;
            lines.push(heading(cx, group));
        }
        let names: Vec<String> = bound.keys.iter().map(|k| shown(k)).collect();
        let names = if names.is_empty() {
            "–".to_owned()
        } else {
            names.join("  ")
        };
        row(
            cx,
            &names,
            bound.row.help,
            n == cursor,
            (keys, room),
            Some(n),
            lines,
        );
    }
    if found.is_empty() {
        lines.push((
            Line::from(cx.span(" nothing is called so", Role::Muted)),
            None,
        ));
    }
}

fn typing<'a>(cx: Context<'a>, keys: usize, room: usize, lines: &mut Vec<Row<'a>>) {
    for (n, (words, table)) in TYPING.iter().enumerate() {
        if n > 0 {
            lines.push((Line::default(), None));
        }
        lines.push(heading(cx, words));
        for (names, help) in *table {
            let names: Vec<String> = names.split("  ").map(shown).collect();
            row(
                cx,
                &names.join("  "),
                help,
                false,
                (keys, room),
                None,
                lines,
            );
        }
    }
}

/// A row of keys and a sentence, on as many lines as the sentence needs.
fn row<'a>(
    cx: Context<'a>,
    names: &str,
    help: &str,
    chosen: bool,
    (keys, room): (usize, usize),
    number: Option<usize>,
    lines: &mut Vec<Row<'a>>,
) {
    let style = if chosen {
        cx.theme.bg(Role::Selection)
    } else {
        Style::new()
    };
    let sentence = room.saturating_sub(keys + 1).max(8);
    // More keys than there is room for: the first ones, whole.
    let mut fitting = names.to_owned();
    while crate::tui::text::width(&fitting) > keys - 2 && fitting.contains("  ") {
        let end = fitting.rfind("  ").unwrap_or(0);
        fitting.truncate(end);
    }
    for (n, piece) in wrap(help, sentence).iter().enumerate() {
        let first = if n == 0 {
            cut(&fitting, keys - 1).into_owned()
        } else {
            String::new()
        };
        lines.push((
            Line::from(vec![
                Span::styled(
                    format!(" {}", pad(&first, keys)),
                    cx.theme.fg(Role::Key).patch(style),
                ),
                Span::styled(pad(piece, sentence), cx.theme.fg(Role::Text).patch(style)),
            ]),
            number,
        ));
    }
}

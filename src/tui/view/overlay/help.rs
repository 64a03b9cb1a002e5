//! The help: the keys in force that mean something here, searched by what is typed; enter does what is chosen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::{choose, sheet};
use crate::tui::app::Seen;
use crate::tui::help::{Row, rows};
use crate::tui::layout::centred;
use crate::tui::text::{cut, pad, visible, wrap};
use crate::tui::theme::Role;
use crate::tui::view::{Context, put};

/// One row, and which of the rows that can be chosen it belongs to.
type Numbered<'a> = (Line<'a>, Option<usize>);

/// Draws it.
pub fn draw(
    cx: Context<'_>,
    area: Rect,
    filter: &str,
    cursor: usize,
    buffer: &mut Buffer,
    seen: &mut Seen,
) {
    let wide = area.width.min(96);
    let room = usize::from(wide).saturating_sub(4);
    // Where there is little room the sentences need it more than the keys.
    let keys = if room >= 60 { 19 } else { 11 };
    let lines = lines(cx, filter, cursor, keys, room);
    let height = (lines.len() as u16 + 3).min(area.height);
    let inner = sheet(cx, centred(area, wide, height), "help", buffer, seen);
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
    let first = if at < 2 {
        0
    } else {
        (end + 1)
            .saturating_sub(room)
            .min(lines.len().saturating_sub(room))
    };
    for (n, (line, number)) in lines.iter().skip(first).take(room).enumerate() {
        put(buffer, place, n as u16, line);
        if let Some(number) = number {
            choose(place, n, *number, seen);
        }
    }
}

fn lines<'a>(
    cx: Context<'a>,
    filter: &str,
    cursor: usize,
    keys: usize,
    room: usize,
) -> Vec<Numbered<'a>> {
    let mut lines: Vec<Numbered<'a>> = Vec::new();
    let mut group = "";
    for (n, row) in rows(cx.app, filter).iter().enumerate() {
        if row.group != group {
            if !group.is_empty() {
                lines.push((Line::default(), None));
            }
            group = row.group;
            let style = cx.theme.fg(Role::Heat2).add_modifier(Modifier::BOLD);
            lines.push((Line::from(Span::styled(group, style)), None));
        }
        push(cx, row, n == cursor, (keys, room), n, &mut lines);
    }
    if lines.is_empty() {
        let words = Line::from(cx.span(" nothing is called so", Role::Muted));
        lines.push((words, None));
    }
    lines
}

/// A row of keys and a sentence, on as many lines as the sentence needs.
fn push<'a>(
    cx: Context<'a>,
    row: &Row<'_>,
    chosen: bool,
    (keys, room): (usize, usize),
    number: usize,
    lines: &mut Vec<Numbered<'a>>,
) {
    let style = if chosen {
        cx.theme.bg(Role::Selection)
    } else {
        Style::new()
    };
    let sentence = room.saturating_sub(keys + 1).max(8);
    // More keys than there is room for: the first ones, whole.
    let mut fitting = row.keys.clone();
    while crate::tui::text::width(&fitting) > keys - 2 && fitting.contains("  ") {
        let end = fitting.rfind("  ").unwrap_or(0);
        fitting.truncate(end);
    }
    for (n, piece) in wrap(row.help, sentence).iter().enumerate() {
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
            Some(number),
        ));
    }
}

//! The palette: what was found, best first, with the letters that were found and the key of each.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;

use super::{choose, sheet, typed};
use crate::tui::app::Seen;
use crate::tui::layout::centred;
use crate::tui::mouse::Target;
use crate::tui::palette::{Entry, Palette};
use crate::tui::text::{pad, pad_left, visible, width};
use crate::tui::theme::Role;
use crate::tui::view::{Context, put};

/// Rows of things that are shown at most.
const ROWS: u16 = 18;

/// Draws it.
pub fn draw(cx: Context<'_>, area: Rect, palette: &Palette, buffer: &mut Buffer, seen: &mut Seen) {
    let height = (palette.found.len() as u16).clamp(1, ROWS) + 3;
    let place = centred(area, 92, height.max(6));
    // It keeps its upper edge while what is found grows and shrinks.
    let top = centred(area, 92, ROWS + 3).y;
    let inner = sheet(cx, Rect { y: top, ..place }, "do anything", buffer, seen);
    if inner.height < 2 {
        return;
    }
    put(buffer, inner, 0, &Line::from(cx.span(": ", Role::Key)));
    let box_ = Rect {
        x: inner.x + 2.min(inner.width),
        width: inner.width.saturating_sub(2),
        height: 1,
        ..inner
    };
    typed(cx, box_, &palette.input, true, buffer);
    seen.targets.push((box_, Target::Field(0)));
    if palette.input.is_empty() && box_.width > 30 {
        let hint = Rect {
            x: box_.x + 2,
            width: box_.width - 2,
            ..box_
        };
        let words = "a few letters of it: a version, a pane, a theme, anything";
        put(buffer, hint, 0, &Line::from(cx.span(words, Role::Faint)));
    }
    let rows = Rect {
        y: inner.y + 1,
        height: inner.height - 1,
        ..inner
    };
    if palette.found.is_empty() {
        let words = Line::from(cx.span("nothing is called so", Role::Muted));
        return put(buffer, rows, 0, &words);
    }
    let keys = palette.found.iter().map(|e| width(&e.key)).max();
    let keys = keys.unwrap_or(0).min(10);
    let room = usize::from(rows.height);
    let first = (palette.cursor + 1).saturating_sub(room);
    for (n, entry) in palette.found.iter().skip(first).take(room).enumerate() {
        let chosen = first + n == palette.cursor;
        let line = row(cx, entry, chosen, keys, rows.width.into());
        put(buffer, rows, n as u16, &line);
        choose(rows, n, first + n, seen);
    }
}

fn row<'a>(cx: Context<'a>, entry: &Entry, chosen: bool, keys: usize, room: usize) -> Line<'a> {
    let ground = if chosen {
        cx.theme.bg(Role::Selection)
    } else {
        Style::new()
    };
    let of = |role| cx.theme.fg(role).patch(ground);
    let left = room.saturating_sub(keys + 2);
    let mut spans = vec![Span::styled(
        if chosen { "▸ " } else { "  " },
        of(Role::Key),
    )];
    let name_room = left.min(if room > 60 { 34 } else { left });
    let mut used = 2;
    let most = name_room.saturating_sub(2);
    let mut at = 0_u32;
    for grapheme in visible(&entry.name).graphemes(true) {
        let cells = width(grapheme);
        if used + cells > most + 2 {
            break;
        }
        // Positions are characters of the name; what is made visible differs only where it is hostile anyway.
        let found = entry.marked.binary_search(&at).is_ok();
        at += u32::try_from(grapheme.chars().count()).unwrap_or(1);
        let style = if found {
            of(Role::Heat3).add_modifier(Modifier::BOLD)
        } else {
            of(Role::Text)
        };
        spans.push(Span::styled(grapheme.to_owned(), style));
        used += cells;
    }
    let gap = name_room.saturating_sub(used) + 1;
    spans.push(Span::styled(" ".repeat(gap), ground));
    used += gap;
    let about = visible(&entry.about).replace('␊', " ");
    spans.push(Span::styled(
        pad(&about, left.saturating_sub(used)),
        of(Role::Muted),
    ));
    let key = pad_left(&entry.key, keys);
    spans.push(Span::styled(format!(" {key} "), of(Role::Key)));
    Line::from(spans)
}

//! All that was said lately, whole: by the screen and by the loop.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::sheet;
use crate::tui::app::Seen;
use crate::tui::layout::centred;
use crate::tui::text::{pad_left, wrap_all};
use crate::tui::theme::Role;
use crate::tui::view::{Context, put};

/// Draws it; the newest is at the end.
pub fn draw(cx: Context<'_>, area: Rect, back: usize, buffer: &mut Buffer, seen: &mut Seen) {
    let own = cx.app.said.iter().map(|m| (m.at, m.text.as_str(), m.error));
    let notes = cx
        .session
        .notes
        .iter()
        .map(|n| (n.at, n.text.as_str(), n.error));
    let mut all: Vec<(Timestamp, &str, bool)> = own.chain(notes).collect();
    all.sort_by_key(|m| m.0);
    let cells = usize::from(area.width).saturating_sub(16);
    let mut rows: Vec<Line<'_>> = Vec::new();
    // Only as many as can be seen, and a few to scroll to.
    for (at, text, error) in all.iter().rev().take(400).rev() {
        let role = if *error { Role::Error } else { Role::Text };
        for (n, piece) in wrap_all(text, cells).into_iter().enumerate() {
            let when = if n == 0 {
                ago(cx.app.now, *at)
            } else {
                String::new()
            };
            rows.push(Line::from(vec![
                cx.span(pad_left(&when, 10), Role::Faint),
                cx.span("  ", Role::Faint),
                cx.span(piece, role),
            ]));
        }
    }
    if rows.is_empty() {
        rows.push(Line::from(cx.span("nothing yet", Role::Muted)));
    }
    let height = (rows.len() as u16 + 2).min(area.height);
    let place = centred(area, area.width, height);
    let inner = sheet(cx, place, "said lately", buffer, seen);
    let room = usize::from(inner.height);
    let last = rows.len().saturating_sub(room);
    let first = last.saturating_sub(back);
    for (n, line) in rows.iter().skip(first).take(room).enumerate() {
        put(buffer, inner, n as u16, line);
    }
}

fn ago(now: Timestamp, at: Timestamp) -> String {
    match now.duration_since(at).as_secs() {
        ..2 => "now".into(),
        s @ 2..90 => format!("{s} s ago"),
        s @ 90..5_400 => format!("{} min ago", (s + 30) / 60),
        s => format!("{} h ago", (s + 1_800) / 3_600),
    }
}

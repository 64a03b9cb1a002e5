//! A tip for a newcomer: a small sheet above the lowest line that takes no key for itself but escape and space.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use crate::tui::app::Seen;
use crate::tui::mouse::Target;
use crate::tui::text::width;
use crate::tui::theme::Role;
use crate::tui::tips::{Piece, now};
use crate::tui::view::{Context, put};

/// Cells of its sheet where there is room.
const WIDE: u16 = 58;

/// Draws the tip of this moment above the rows that `below` more rows belong to.
pub fn draw(cx: Context<'_>, area: Rect, below: u16, buffer: &mut Buffer, seen: &mut Seen) {
    let Some(tip) = now(cx.app, cx.session) else {
        return;
    };
    let wide = WIDE.min(area.width);
    let lines = lines(cx, &tip.text(cx.app, cx.session), usize::from(wide) - 4);
    let high = lines.len() as u16 + 2;
    if area.height < high + below + 2 {
        return;
    }
    let place = Rect {
        x: area.x + (area.width - wide).saturating_sub(1),
        y: area.y + area.height - high - below,
        width: wide,
        height: high,
    };
    Clear.render(place, buffer);
    buffer.set_style(place, cx.theme.base().patch(cx.theme.bg(Role::Panel)));
    let title = Line::from(Span::styled(
        format!(" {} ", tip.title()),
        cx.theme.fg(Role::Heat3).add_modifier(Modifier::BOLD),
    ));
    let end = Line::from(cx.span(" any key: away, for good ", Role::Muted)).right_aligned();
    let block = cx.block(title, true).title_bottom(end);
    let inner = block.inner(place);
    block.render(place, buffer);
    for (n, line) in lines.iter().enumerate() {
        let inner = Rect {
            x: inner.x + 1,
            width: inner.width.saturating_sub(2),
            ..inner
        };
        put(buffer, inner, n as u16, line);
    }
    seen.targets
        .push((place, Target::Keys(vec!["esc".to_owned()])));
}

/// The text in rows that fit, its keys lit.
fn lines<'a>(cx: Context<'a>, text: &[Piece], room: usize) -> Vec<Line<'a>> {
    let mut rows: Vec<Vec<Span<'a>>> = vec![Vec::new()];
    let mut used = 0;
    let mut gap = false;
    for piece in text {
        let (whole, role) = match piece {
            Piece::Words(words) => (words, Role::Text),
            Piece::Key(key) => (key, Role::Key),
        };
        for (n, word) in whole.split(' ').enumerate() {
            gap |= n > 0;
            if word.is_empty() {
                continue;
            }
            let cost = width(word) + usize::from(gap);
            if used > 0 && used + cost > room {
                rows.push(Vec::new());
                used = 0;
                gap = false;
            }
            let lead = if gap && used > 0 { " " } else { "" };
            used += width(word) + lead.len();
            if let Some(row) = rows.last_mut() {
                row.push(Span::raw(lead));
                row.push(cx.span(word, role));
            }
            gap = false;
        }
    }
    rows.into_iter().map(Line::from).collect()
}

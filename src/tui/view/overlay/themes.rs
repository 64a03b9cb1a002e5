//! The list of themes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{choose, sheet};
use crate::tui::app::Seen;
use crate::tui::text::{cut, pad, visible};
use crate::tui::theme::Role;
use crate::tui::view::{Context, put};

/// The list stands at the side, so that the screen behind it shows what the theme does.
pub fn draw(
    cx: Context<'_>,
    area: Rect,
    names: &[String],
    cursor: usize,
    buffer: &mut Buffer,
    seen: &mut Seen,
) {
    let wide = 30.min(area.width);
    let high = (names.len() as u16 + 3).min(area.height);
    let place = Rect {
        x: area.x + area.width - wide,
        y: area.y + (area.height - high) / 2,
        width: wide,
        height: high,
    };
    let inner = sheet(cx, place, "theme", buffer, seen);
    if inner.height < 2 {
        return;
    }
    let rows = usize::from(inner.height - 1);
    let first = (cursor + 1).saturating_sub(rows);
    for (n, name) in names.iter().skip(first).take(rows).enumerate() {
        let chosen = first + n == cursor;
        let own = !crate::tui::theme::BUNDLED.iter().any(|(b, _)| b == name);
        let style = if chosen {
            cx.theme.fg(Role::Title).patch(cx.theme.bg(Role::Selection))
        } else {
            cx.theme.fg(Role::Text)
        };
        let words = format!(
            "{} {}{}",
            if chosen { "▸" } else { " " },
            cut(&visible(name), 16),
            if own { " (yours)" } else { "" }
        );
        let line = Line::from(Span::styled(pad(&words, inner.width.into()), style));
        put(buffer, inner, n as u16, &line);
        choose(inner, n, first + n, seen);
    }
    let heat = [Role::Heat1, Role::Heat2, Role::Heat3, Role::Heat4].map(|role| cx.span("▇▇", role));
    let mut line = vec![cx.span("gain ", Role::Muted)];
    line.extend(heat);
    line.extend([cx.span(" + ", Role::Added), cx.span("− ", Role::Removed)]);
    line.push(cx.span("✗ fail", Role::Fail));
    put(buffer, inner, inner.height - 1, &Line::from(line));
}

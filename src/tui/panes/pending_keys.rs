//! What can follow a key that was begun: `y` …, `ctrl-w` …

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use crate::tui::component::View;
use crate::tui::core::key::KeySequence;
use crate::tui::core::text::{pad, width};
use crate::tui::core::theme::Role;
use crate::tui::state::hits::HitMap;
use crate::tui::state::hits::Target;
use crate::tui::widgets::put;

/// Draws it above the state line, at the right, if a key was begun.
pub(crate) fn draw(cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
    let begun = &cx.state.pending.keys;
    if begun.is_empty() || cx.covered() || area.height < 5 || area.width < 16 {
        return;
    }
    let rows: Vec<(String, &str, KeySequence)> = cx
        .state
        .prefs
        .keys
        .going_on(begun, cx.state.scopes())
        .map(|(rest, bound)| {
            let symbols = rest.symbols();
            (symbols, bound.row.short, rest)
        })
        .collect();
    let keys = rows.iter().map(|r| width(&r.0)).max().unwrap_or(0);
    let words = rows.iter().map(|r| width(r.1)).max().unwrap_or(0);
    let wide = ((keys + words + 7) as u16).min(area.width);
    let high = (rows.len() as u16 + 2).min(area.height - 2);
    let place = Rect {
        x: area.x + area.width - wide,
        y: area.y + area.height - high - 1 - u16::from(area.width < 100),
        width: wide,
        height: high,
    };
    Clear.render(place, buffer);
    hits.targets.push((place, Target::Sheet));
    buffer.set_style(place, cx.theme.base().patch(cx.theme.bg(Role::Panel)));
    let title = Line::from(Span::styled(
        format!(" {} … ", begun.symbols()),
        cx.theme.fg(Role::Title).add_modifier(Modifier::BOLD),
    ));
    let block = cx.block(title, true);
    let inner = block.inner(place);
    block.render(place, buffer);
    for (n, (key, word, keys_to_press)) in rows.iter().enumerate() {
        let line = Line::from(vec![
            cx.span(format!(" {} ", pad(key, keys)), Role::Key),
            cx.span(format!(" {word}"), Role::Text),
        ]);
        put(buffer, inner, n as u16, &line);
        let at = Rect {
            y: inner.y + n as u16,
            height: 1,
            ..inner
        };
        if at.intersects(inner) {
            hits.targets.push((at, Target::Keys(keys_to_press.clone())));
        }
    }
}

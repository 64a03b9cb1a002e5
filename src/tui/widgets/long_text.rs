//! A long text with its Markdown lit, as much of it as there is room for.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::component::View;
use crate::tui::core::markdown;
use crate::tui::core::tab::Tab;
use crate::tui::core::theme::Role;
use crate::tui::state::hits::HitMap;
use crate::tui::widgets::put;

/// A long text that was wrapped beforehand; `nothing` says that there is none.
pub(crate) fn long_text(
    cx: View<'_>,
    pane: Tab,
    nothing: &str,
    area: Rect,
    buffer: &mut Buffer,
    hits: &mut HitMap,
) {
    let rows = &cx.state.caches.page.rows;
    if rows.is_empty() {
        put(buffer, area, 0, &Line::from(cx.span(nothing, Role::Muted)));
        return;
    }
    hits.total = rows.len();
    hits.first = cx.first_row(pane, hits);
    for (n, row) in rows
        .iter()
        .skip(hits.first)
        .take(area.height.into())
        .enumerate()
    {
        let (painted, _) = markdown::line(row);
        let line: Vec<Span<'_>> = painted
            .pieces()
            .map(|(text, role)| cx.span(text, role))
            .collect();
        put(buffer, area, n as u16, &Line::from(line));
    }
}

//! What became of the selected version, below the main pane. What has no room here is shown whole by a key.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use crate::tui::component::View;
use crate::tui::core::action::{Action, DialogName};
use crate::tui::core::text::width;
use crate::tui::core::theme::Role;
use crate::tui::state::hits::{HitMap, Target};
use crate::tui::widgets::{put, verdict, wrapped};

/// Rows that a verdict has at most.
const MOST: usize = 200;

/// Draws it in its frame.
pub(crate) fn draw(cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
    let version = cx
        .state
        .version(cx.session)
        .and_then(|id| cx.session.version(id));
    let title = match version {
        Some(v) => verdict::title(cx, v),
        None => Line::from(cx.span(" no version yet ", Role::Muted)),
    };
    let block = cx.block(title, false);
    let inner = block.inner(area);
    block.render(area, buffer);
    let inner = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    let Some(version) = version else { return };
    let (room, rows) = (usize::from(inner.width), usize::from(inner.height));
    let all = verdict::lines(cx, version, room);
    let whole = wrapped::within(all.clone(), room, MOST);
    for (row, line) in wrapped::within(all, room, rows)
        .iter()
        .take(rows)
        .enumerate()
    {
        put(buffer, inner, row as u16, line);
    }
    if whole.len() > rows {
        more(cx, area, buffer, hits);
    }
}

/// On the lower edge: which key shows all of it.
fn more(cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
    let Some(keys) = cx.state.prefs.keys.key(Action::Dialog(DialogName::Verdict)) else {
        return;
    };
    let words = format!(" {keys} shows all of it ");
    let cells = width(&words) as u16;
    if area.width < cells + 4 {
        return;
    }
    let place = Rect {
        x: area.x + area.width - 2 - cells,
        y: area.y + area.height - 1,
        width: cells,
        height: 1,
    };
    let style = cx.theme.fg(Role::Key);
    buffer.set_stringn(place.x, place.y, &words, cells.into(), style);
    hits.targets.push((place, Target::Keys(keys.clone())));
}

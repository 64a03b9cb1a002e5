//! A tip for a newcomer: a small sheet that takes no key for itself but escape and space, and no room from what moves:
//! it lies on free rows of the tree, on what stands still, and only where there is neither on the end of the pane.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use crate::tui::component::View;
use crate::tui::core::key::key;
use crate::tui::core::layout::ScreenLayout;
use crate::tui::core::text::width;
use crate::tui::core::theme::Role;
use crate::tui::panes::tree;
use crate::tui::state::hits::HitMap;
use crate::tui::state::hits::Target;
use crate::tui::state::tips::{Piece, now, text};
use crate::tui::widgets::put;

/// Cells of its sheet where there is room.
const WIDE: u16 = 58;
/// Cells of the narrowest sheet in which a sentence can be read.
const NARROW: u16 = 28;

/// Draws the tip of this moment above the rows that `below` more rows belong to; `plan` is that of the workbench.
pub(crate) fn draw(
    cx: View<'_>,
    area: Rect,
    below: u16,
    plan: Option<&ScreenLayout>,
    buffer: &mut Buffer,
    hits: &mut HitMap,
) {
    let Some(tip) = now(cx.state, cx.session, cx.covered()) else {
        return;
    };
    let pieces = text(tip, cx.state, cx.session);
    let rows = |wide: u16| lines(cx, &pieces, usize::from(wide.max(5) - 4)).len() as u16 + 2;
    let quiet = plan
        .filter(|_| below == 0)
        .and_then(|plan| on_the_tree(cx, plan, &rows).or_else(|| on_the_card(plan, &rows)));
    let at_the_end = || {
        let width = WIDE.min(area.width);
        let below = below + plan.map_or(0, |p| p.state.height);
        let height = rows(width);
        (area.height >= height + below + 2).then(|| Rect {
            x: area.x + (area.width - width).saturating_sub(1),
            y: area.y + area.height - height - below,
            width,
            height,
        })
    };
    let Some(place) = quiet.or_else(at_the_end) else {
        return;
    };
    let lines = lines(cx, &pieces, usize::from(place.width) - 4);
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
    hits.targets.push((place, Target::Keys(key!(esc).into())));
}

/// The rows of the tree below its last version, if the tip has room there.
fn on_the_tree(cx: View<'_>, plan: &ScreenLayout, rows: &dyn Fn(u16) -> u16) -> Option<Rect> {
    let tree = plan.tree.filter(|t| t.width >= NARROW + 2)?;
    let width = tree.width - 2;
    let height = rows(width);
    let free = tree.height.checked_sub(2 + tree::rows(cx))?;
    (free > height).then(|| Rect {
        x: tree.x + 1,
        y: tree.y + tree.height - 1 - height,
        width,
        height,
    })
}

/// Over the hint box and the verdict: both stand still, and both can be read again afterwards.
fn on_the_card(plan: &ScreenLayout, rows: &dyn Fn(u16) -> u16) -> Option<Rect> {
    let high = |part: Option<Rect>| part.map_or(0, |r| r.height);
    let width = WIDE.min(plan.main.width);
    let height = rows(width);
    (width >= NARROW && height <= high(plan.card) + high(plan.steer)).then(|| Rect {
        x: plan.main.x,
        y: plan.state.y - height,
        width,
        height,
    })
}

/// The text in rows that fit, its keys lit.
fn lines<'a>(cx: View<'a>, text: &[Piece], room: usize) -> Vec<Line<'a>> {
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

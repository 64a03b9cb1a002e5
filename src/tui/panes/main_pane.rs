//! The main pane: its frame with the tabs, and the pane that is shown in it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use crate::tui::component::View;
use crate::tui::core::action::Action;
use crate::tui::core::hint::Hint;
use crate::tui::core::key::key;
use crate::tui::core::layout::ScreenLayout;
use crate::tui::core::tab::Tab;
use crate::tui::core::text::width;
use crate::tui::core::theme::Role;
use crate::tui::panes::{registry, stream};
use crate::tui::state::hits::HitMap;
use crate::tui::widgets::hint_line::HintLine;

/// Cells at the right of the lower edge that say how much lies above and below.
const MORE_SIGNS: usize = 18;

/// Draws it.
pub(crate) fn draw(cx: View<'_>, plan: &ScreenLayout, buffer: &mut Buffer, hits: &mut HitMap) {
    let area = plan.main;
    if area.height < 3 || area.width < 8 {
        return;
    }
    let pane = cx.state.pane(cx.session);
    let shown = registry::pane(pane);
    let info = shown.info(cx, plan.main_inner().height.into());
    cx.block(Line::default(), false).render(area, buffer);
    let end = tabs(cx, area, pane, buffer, hits);
    let right = usize::from((area.x + area.width).saturating_sub(end + 2));
    let lower = usize::from(area.width).saturating_sub(4 + MORE_SIGNS);
    let mut taken = 0;
    if !info.is_empty() && width(&info) <= right {
        let at = area.x + area.width - 2 - width(&info) as u16;
        buffer.set_stringn(at, area.y, &info, right, cx.theme.fg(Role::Muted));
    } else if lower > 6 {
        // Where the tabs leave no room for it, it stands on the lower edge.
        let text = crate::tui::core::text::cut(&info, lower);
        let (x, y) = (area.x + 2, area.y + area.height - 1);
        buffer.set_stringn(x, y, &text, lower, cx.theme.fg(Role::Muted));
        taken = width(&text);
    }
    let inner = plan.main_inner();
    hits.room = inner.height.into();
    shown.draw(cx, inner, buffer, hits);
    let signs = more_signs(cx, pane, area, hits, buffer);
    hidden(cx, plan, area, (taken, signs), buffer, hits);
}

/// Which parts are hidden that there would be room for, and the keys that bring them back: on the lower edge, between what
/// stands at its start and at its end and takes so many cells.
fn hidden(
    cx: View<'_>,
    plan: &ScreenLayout,
    area: Rect,
    (under, behind): (usize, usize),
    buffer: &mut Buffer,
    hits: &mut HitMap,
) {
    let all = usize::from(area.width).saturating_sub(4 + behind);
    let mut before = under;
    let mut keys = HintLine::default();
    for (part, word) in plan.hidden(buffer.area, cx.state.layout_options()) {
        // What has no key of its own is found in the palette.
        let key = cx.state.prefs.keys.key(Action::Hide(part)).cloned();
        let key = key.unwrap_or_else(|| key!(':').into());
        let hint = Hint::sequence(key, word);
        let first = keys.width() == 0;
        let lead = if first { " hidden: " } else { " · " };
        let cells = keys.width() + width(lead) + hint.width() + 1;
        if first && before + cells > all {
            // A part that is missing matters more than what else stands here.
            before = 0;
        }
        if before + cells > all {
            break;
        }
        keys.plain(lead);
        keys.push(cx, &hint);
    }
    if keys.width() == 0 {
        return;
    }
    keys.plain(" ");
    let under = if before == 0 { under } else { 0 };
    keys.plain(&" ".repeat(under.saturating_sub(keys.width())));
    let from = area.x + 2 + u16::try_from(before).unwrap_or(0);
    let place = Rect {
        x: from,
        y: area.y + area.height - 1,
        width: u16::try_from(keys.width()).unwrap_or(0),
        height: 1,
    };
    keys.put(buffer, place, 0, hits);
}

/// How much lies above and below, on the lower edge; gives the cells that it takes.
fn more_signs(cx: View<'_>, pane: Tab, area: Rect, hits: &HitMap, buffer: &mut Buffer) -> usize {
    let below = hits.total.saturating_sub(hits.first + hits.room);
    if hits.total <= hits.room || area.width < 24 {
        return 0;
    }
    let text = match (hits.first, below) {
        (_, below) if below > 0 && pane == Tab::Stream && stream::runs_ahead(cx) => {
            let key = cx.state.prefs.keys.shown(Action::Follow);
            format!(" ↓ {below} rows of new text · {key} follows ")
        }
        (0, below) => format!(" ↓ {below} "),
        (above, 0) => format!(" ↑ {above} "),
        (above, below) => format!(" ↑ {above} ↓ {below} "),
    };
    let at = area.x + area.width - 2 - width(&text) as u16;
    buffer.set_stringn(
        at,
        area.y + area.height - 1,
        &text,
        area.width.into(),
        cx.theme.fg(Role::Muted),
    );
    width(&text)
}

/// The tabs on the upper edge; where there is little room the others are only numbers. Gives where they end.
fn tabs(cx: View<'_>, area: Rect, pane: Tab, buffer: &mut Buffer, hits: &mut HitMap) -> u16 {
    let room = usize::from(area.width).saturating_sub(4);
    let all: usize = Tab::ALL.iter().map(|t| t.title().len() + 4).sum();
    let long = all + 12 <= room;
    let names: usize = Tab::ALL.iter().map(|t| t.title().len() + 2).sum();
    let middle = names + 12 <= room;
    let mut x = area.x + 2;
    let end = area.x + area.width - 2;
    for (n, tab) in Tab::ALL.iter().enumerate() {
        let active = *tab == pane;
        let text = match (active, long, middle) {
            (true, true, _) | (true, false, false) => format!("▌{} {}▐", n + 1, tab.title()),
            (true, false, true) => format!("▌{}▐", tab.title()),
            (false, true, _) => format!(" {} {} ", n + 1, tab.title()),
            (false, false, true) => format!(" {} ", tab.title()),
            (false, false, false) => format!(" {} ", n + 1),
        };
        let left = usize::from(end.saturating_sub(x));
        if width(&text) > left {
            break;
        }
        let style = if active {
            cx.theme.fg(Role::Key).add_modifier(Modifier::BOLD)
        } else {
            cx.theme.fg(Role::Muted)
        };
        let start = x;
        x = buffer.set_stringn(x, area.y, &text, left, style).0;
        hits.tabs.push((
            Rect {
                x: start,
                y: area.y,
                width: x - start,
                height: 1,
            },
            *tab,
        ));
    }
    x
}

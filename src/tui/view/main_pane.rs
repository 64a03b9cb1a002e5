//! The main pane: its frame with the tabs, and the pane that is shown in it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::tui::app::{Seen, Tab};
use crate::tui::keys::Action;
use crate::tui::layout::Plan;
use crate::tui::markdown;
use crate::tui::text::{visible, width};
use crate::tui::theme::Role;
use crate::tui::view::press::Keys;
use crate::tui::view::{Context, cases, charts, code, diff, put, stream, summary};

/// Cells at the right of the lower edge that say how much lies above and below.
const MORE_SIGNS: usize = 18;

/// Draws it.
pub fn draw(cx: Context<'_>, plan: &Plan, buffer: &mut Buffer, seen: &mut Seen) {
    let area = plan.main;
    if area.height < 3 || area.width < 8 {
        return;
    }
    let pane = cx.app.pane(cx.session);
    let info = info(cx, pane, plan.main_inner().height.into());
    cx.block(Line::default(), false).render(area, buffer);
    let end = tabs(cx, area, pane, buffer, seen);
    let right = usize::from((area.x + area.width).saturating_sub(end + 2));
    let lower = usize::from(area.width).saturating_sub(4 + MORE_SIGNS);
    let mut taken = 0;
    if !info.is_empty() && width(&info) <= right {
        let at = area.x + area.width - 2 - width(&info) as u16;
        buffer.set_stringn(at, area.y, &info, right, cx.theme.fg(Role::Muted));
    } else if lower > 6 {
        // Where the tabs leave no room for it, it stands on the lower edge.
        let text = crate::tui::text::cut(&info, lower);
        let (x, y) = (area.x + 2, area.y + area.height - 1);
        buffer.set_stringn(x, y, &text, lower, cx.theme.fg(Role::Muted));
        taken = width(&text);
    }
    let inner = plan.main_inner();
    seen.room = inner.height.into();
    match pane {
        Tab::Task => task(cx, inner, buffer, seen),
        Tab::Prompt => long_text(cx, pane, inner, buffer, seen),
        Tab::Stream => stream::draw(cx, inner, buffer, seen),
        Tab::Code => code::draw(cx, inner, buffer, seen),
        Tab::Diff => diff::draw(cx, inner, buffer, seen),
        Tab::Cases => cases::draw(cx, inner, buffer, seen),
        Tab::Charts => charts::draw(cx, inner, buffer, seen),
        Tab::Summary => summary::draw(cx, inner, buffer, seen),
    }
    let signs = more_signs(cx, pane, area, seen, buffer);
    hidden(cx, plan, area, (taken, signs), buffer, seen);
}

/// Which parts are hidden that there would be room for, and the keys that bring them back: on the lower edge, between what
/// stands at its start and at its end and takes so many cells.
fn hidden(
    cx: Context<'_>,
    plan: &Plan,
    area: Rect,
    (under, behind): (usize, usize),
    buffer: &mut Buffer,
    seen: &mut Seen,
) {
    let all = usize::from(area.width).saturating_sub(4 + behind);
    let mut before = under;
    let mut keys = Keys::default();
    for (part, word) in plan.hidden(buffer.area, cx.app.look()) {
        let key = cx.app.keys.shown(Action::Hide(part));
        let first = keys.width() == 0;
        let lead = if first { " hidden: " } else { " · " };
        let key = if key.is_empty() { ":" } else { &key };
        let cells = keys.width() + width(lead) + width(key) + width(word) + 2;
        if first && before + cells > all {
            // A part that is missing matters more than what else stands here.
            before = 0;
        }
        if before + cells > all {
            break;
        }
        keys.plain(lead);
        keys.push(cx, key, word);
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
    keys.put(buffer, place, 0, seen);
}

/// How much lies above and below, on the lower edge; gives the cells that it takes.
fn more_signs(cx: Context<'_>, pane: Tab, area: Rect, seen: &Seen, buffer: &mut Buffer) -> usize {
    let below = seen.total.saturating_sub(seen.first + seen.room);
    if seen.total <= seen.room || area.width < 24 {
        return 0;
    }
    let text = match (seen.first, below) {
        (_, below) if below > 0 && pane == Tab::Stream && stream::runs_ahead(cx) => {
            let key = cx.app.keys.shown(Action::Follow);
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
fn tabs(cx: Context<'_>, area: Rect, pane: Tab, buffer: &mut Buffer, seen: &mut Seen) -> u16 {
    let room = usize::from(area.width).saturating_sub(4);
    let all: usize = Tab::ALL.iter().map(|t| t.title().len() + 5).sum();
    let long = all + 24 <= room;
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
        seen.tabs.push((
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

/// What the upper edge says at the right, about the pane that is shown.
fn info(cx: Context<'_>, pane: Tab, room: usize) -> String {
    let version = cx.app.version(cx.session);
    match pane {
        Tab::Diff => diff::info(cx, room),
        Tab::Code => version.map_or(String::new(), |v| format!(" {v} ")),
        Tab::Cases => version.map_or(String::new(), |v| format!(" {v} ")),
        Tab::Stream => stream::info(cx),
        Tab::Charts => charts::info(cx),
        Tab::Prompt => prompt_info(cx),
        Tab::Task => cx
            .session
            .task
            .as_ref()
            .map_or(String::new(), |t| format!(" {} cases ", t.cases.len())),
        _ => String::new(),
    }
}

fn prompt_info(cx: Context<'_>) -> String {
    let Some(prompt) = cx.app.shown_prompt(cx.session) else {
        return String::new();
    };
    match (prompt.round, prompt.edited) {
        (None, _) => {
            let key = cx.app.keys.shown(Action::EditPrompt);
            format!(" as it would go out now · {key} edits it ")
        }
        (Some(round), true) => format!(" round {round} · edited by hand "),
        (Some(round), false) => format!(" round {round} "),
    }
}

fn task(cx: Context<'_>, area: Rect, buffer: &mut Buffer, seen: &mut Seen) {
    let Some(task) = &cx.session.task else {
        put(
            buffer,
            area,
            0,
            &Line::from(cx.span("opening …", Role::Muted)),
        );
        return;
    };
    let title = visible(&task.title).into_owned();
    put(
        buffer,
        area,
        0,
        &Line::from(Span::styled(
            title,
            cx.theme.fg(Role::Title).add_modifier(Modifier::BOLD),
        )),
    );
    let machine = cx.session.machine.as_ref().map_or(String::new(), |m| {
        format!(" · {} cores · {}", m.cores, visible(&m.system))
    });
    let words = format!(
        "make it {} · {}{machine}",
        task.objective.in_words(),
        visible(&task.toolchain)
    );
    if area.height > 3 {
        put(buffer, area, 1, &Line::from(cx.span(words, Role::Muted)));
        let rest = Rect {
            y: area.y + 3,
            height: area.height - 3,
            ..area
        };
        seen.room = rest.height.into();
        long_text(cx, Tab::Task, rest, buffer, seen);
    }
}

/// A long text that was wrapped beforehand.
fn long_text(cx: Context<'_>, pane: Tab, area: Rect, buffer: &mut Buffer, seen: &mut Seen) {
    let rows = &cx.app.page.rows;
    if rows.is_empty() {
        let words = if pane == Tab::Prompt {
            "no prompt was sent for this version"
        } else {
            "there is no statement"
        };
        put(buffer, area, 0, &Line::from(cx.span(words, Role::Muted)));
        return;
    }
    seen.total = rows.len();
    seen.first = first_row(cx, pane, seen);
    for (n, row) in rows
        .iter()
        .skip(seen.first)
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

/// The first row to show: where the developer went, within what there is; else the top.
#[must_use]
pub fn first_row(cx: Context<'_>, pane: Tab, seen: &Seen) -> usize {
    let last = seen.total.saturating_sub(seen.room);
    cx.app.scroll.get(&pane).copied().unwrap_or(0).min(last)
}

//! A tip for a newcomer: it takes no key for itself but escape and space, and lies over nothing that one wants to read: on
//! free rows of the tree, else on rows that the main pane (or the list of the start screen) gives up for it. Only where a
//! screen is too small for that, or one part has it alone, it lies over the end of what is there.

use std::ops::Range;

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
use crate::tui::core::tip::Tip;
use crate::tui::panes::tree;
use crate::tui::state::hits::HitMap;
use crate::tui::state::hits::Target;
use crate::tui::state::tips::{Piece, now, text};
use crate::tui::widgets::{line_width, put};

/// Cells of the narrowest sheet in which a sentence can be read.
const NARROW: u16 = 28;
/// Cells of a sheet at most.
const WIDE: u16 = 58;
/// Rows that the main pane keeps beside a tip.
const MAIN_HEIGHT: u16 = 10;
/// How it is sent away.
const AWAY: &str = "any key: away, for good";

/// A tip with its place.
pub(crate) struct Placed {
    tip: Tip,
    /// Where it is.
    pub(crate) place: Rect,
    /// Whether it lies over something, as a sheet with a frame of its own.
    sheet: bool,
}

/// Finds a place for the tip of this moment in the workbench; where the tree has none the main pane gives up rows.
pub(crate) fn at_work(cx: View<'_>, plan: &mut ScreenLayout) -> Option<Placed> {
    let tip = now(cx.state, cx.session, cx.covered())?;
    let sheet = |place| Placed {
        tip,
        place,
        sheet: true,
    };
    if let Some(place) = on_the_tree(cx, tip, plan) {
        return Some(sheet(place));
    }
    let main = plan.main;
    let rows = strip(cx, tip, main.width).len() as u16;
    if main.height >= MAIN_HEIGHT + rows {
        plan.main.height -= rows;
        let place = Rect {
            y: main.y + plan.main.height,
            height: rows,
            ..main
        };
        return Some(Placed {
            tip,
            place,
            sheet: false,
        });
    }
    let end = plan.mini.map_or(plan.state.y, |m| m.y);
    let width = WIDE.min(plan.state.width);
    let height = sheet_rows(cx, tip, width);
    (end > height && width >= NARROW).then(|| {
        sheet(Rect {
            x: plan.state.width - width,
            y: end - height,
            width,
            height,
        })
    })
}

/// A place for the tip of this moment at the end of the start screen's list, which does without these rows.
pub(crate) fn at_start(cx: View<'_>, list: &mut Rect) -> Option<Placed> {
    let tip = now(cx.state, cx.session, cx.covered())?;
    let rows = strip(cx, tip, list.width).len() as u16;
    list.height = list.height.checked_sub(rows)?;
    let place = Rect {
        y: list.y + list.height,
        height: rows,
        ..*list
    };
    Some(Placed {
        tip,
        place,
        sheet: false,
    })
}

/// Draws it, unless a long word lies there, on these rows: that one goes sooner.
pub(crate) fn draw(
    cx: View<'_>,
    at: &Placed,
    word: Range<u16>,
    buffer: &mut Buffer,
    hits: &mut HitMap,
) {
    let Placed { tip, place, sheet } = *at;
    if place.y < word.end && word.start < place.y + place.height {
        return;
    }
    Clear.render(place, buffer);
    buffer.set_style(place, cx.theme.base().patch(cx.theme.bg(Role::Panel)));
    hits.targets.push((place, Target::Keys(key!(esc).into())));
    let air = |inner: Rect| Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    let (inner, lines) = if sheet {
        let end = Line::from(cx.span(format!(" {AWAY} "), Role::Muted)).right_aligned();
        let title = Line::from(vec![Span::raw(" "), title(cx, tip), Span::raw(" ")]);
        let block = cx.block(title, true).title_bottom(end);
        let inner = air(block.inner(place));
        block.render(place, buffer);
        (inner, lines(cx, Vec::new(), tip, inner.width.into()))
    } else {
        (air(place), strip(cx, tip, place.width))
    };
    for (n, line) in lines.iter().enumerate() {
        put(buffer, inner, n as u16, line);
    }
}

fn title<'a>(cx: View<'a>, tip: Tip) -> Span<'a> {
    let style = cx.theme.fg(Role::Heat3).add_modifier(Modifier::BOLD);
    Span::styled(tip.title(), style)
}

/// The rows of the tree below its last version, if the tip has room there.
fn on_the_tree(cx: View<'_>, tip: Tip, plan: &ScreenLayout) -> Option<Rect> {
    let tree = plan.tree.filter(|t| t.width >= NARROW + 2)?;
    let width = tree.width - 2;
    let height = sheet_rows(cx, tip, width);
    let free = tree.height.checked_sub(2 + tree::rows(cx))?;
    (free > height).then(|| Rect {
        x: tree.x + 1,
        y: tree.y + tree.height - 1 - height,
        width,
        height,
    })
}

/// Rows of the tip in a sheet of so many cells, its frame included.
fn sheet_rows(cx: View<'_>, tip: Tip, wide: u16) -> u16 {
    lines(cx, Vec::new(), tip, usize::from(wide.max(5) - 4)).len() as u16 + 2
}

/// The tip without a frame: its title before it, and behind it how it is sent away.
fn strip(cx: View<'_>, tip: Tip, wide: u16) -> Vec<Line<'_>> {
    let room = usize::from(wide.max(4) - 2);
    let mut rows = lines(cx, vec![title(cx, tip), Span::raw("  ")], tip, room);
    let used = rows.last().map_or(0, line_width);
    let away = cx.span(AWAY, Role::Muted);
    let (before, mut last) = match rows.pop() {
        Some(last) if used + 2 + AWAY.len() <= room => (used, last),
        full => {
            rows.extend(full);
            (0, Line::default())
        }
    };
    last.push_span(Span::raw(
        " ".repeat(room.saturating_sub(before + AWAY.len())),
    ));
    last.push_span(away);
    rows.push(last);
    rows
}

/// The text in rows that fit, its keys lit, behind what stands before it.
fn lines<'a>(cx: View<'a>, before: Vec<Span<'a>>, tip: Tip, room: usize) -> Vec<Line<'a>> {
    let mut used = before.iter().map(|s| width(&s.content)).sum();
    let mut rows = vec![before];
    let mut gap = false;
    for piece in &text(tip, cx.state, cx.session) {
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
                row.push(cx.span(word.to_owned(), role));
            }
            gap = false;
        }
    }
    rows.into_iter().map(Line::from).collect()
}

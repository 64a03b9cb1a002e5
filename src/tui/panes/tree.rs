//! The version tree: the way to the best version runs straight down, what was tried beside it branches off.

use std::collections::{HashMap, HashSet};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::session::Session;
use crate::session::event::{Author, VersionId};
use crate::session::fold::Version;
use crate::tui::component::View;
use crate::tui::core::parts::Fold;
use crate::tui::core::text::{cut, pad, visible, width};
use crate::tui::core::theme::Role;
use crate::tui::panes::charts;
use crate::tui::panes::stream::replies;
use crate::tui::state::find::matches;
use crate::tui::state::hits::HitMap;
use crate::tui::state::replies::reply_progress;
use crate::tui::state::version_status::{gain, spinner, version_status, working};
use crate::tui::widgets::put;

/// One row of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// Which version.
    pub(crate) id: VersionId,
    /// Lines that lead to it.
    pub(crate) rails: String,
}

/// The shown versions with their children, found without searching.
struct Family {
    children: HashMap<VersionId, Vec<VersionId>>,
    /// On the way from the original to the best version.
    way: HashSet<VersionId>,
}

/// All versions that are shown, in the order in which they are drawn.
#[must_use]
pub(crate) fn nodes(session: &Session, hidden: &HashSet<VersionId>) -> Vec<Node> {
    let mut way = HashSet::new();
    let mut at = session.incumbent;
    while let Some(version) = at.and_then(|id| session.version(id)) {
        if !way.insert(version.id) {
            break;
        }
        at = version.parent;
    }
    let known: HashSet<VersionId> = session.versions.iter().map(|v| v.id).collect();
    let mut children: HashMap<VersionId, Vec<VersionId>> = HashMap::new();
    let mut roots = Vec::new();
    for version in session.versions.iter().filter(|v| !hidden.contains(&v.id)) {
        // A parent is older than its child; whatever a file says else cannot become a circle.
        match version
            .parent
            .filter(|p| known.contains(p) && *p < version.id)
        {
            Some(parent) => children.entry(parent).or_default().push(version.id),
            None => roots.push(version.id),
        }
    }
    let family = Family { children, way };
    let mut rows = Vec::with_capacity(session.versions.len());
    for root in roots {
        family.descend(root, "", &mut rows);
    }
    rows
}

/// Versions on branches where nothing passes, save what is looked at, pinned or in work.
#[must_use]
pub(crate) fn failures(session: &Session, keep: Option<VersionId>) -> HashSet<VersionId> {
    let mut stays: HashSet<VersionId> = HashSet::new();
    for version in session.versions.iter().rev() {
        let failed = version.verdict().is_some_and(|v| !v.accepted());
        let counts = !failed || version.pinned || Some(version.id) == keep || version.id.0 == 0;
        if counts || stays.contains(&version.id) {
            stays.insert(version.id);
            stays.extend(version.parent);
        }
    }
    let all = session.versions.iter().map(|v| v.id);
    all.filter(|id| !stays.contains(id)).collect()
}

impl Family {
    /// A version, then what branched off from it, then the child that the way goes on with, in the same column.
    fn descend(&self, from: VersionId, rails: &str, rows: &mut Vec<Node>) {
        let mut id = from;
        // What goes on straight beside the way hangs on what stands above it.
        let mut sign = "";
        loop {
            rows.push(Node {
                id,
                rails: format!("{rails}{sign}"),
            });
            let children = self.children.get(&id).map_or(&[][..], Vec::as_slice);
            let on_way = children.iter().copied().find(|c| self.way.contains(c));
            // Beside the way a single child goes on straight, so that a chain never wanders to the right.
            let single = children.first().copied().filter(|_| children.len() == 1);
            let next = on_way.or_else(|| single.filter(|_| !rails.is_empty()));
            let beside: Vec<VersionId> = children
                .iter()
                .copied()
                .filter(|c| Some(*c) != next)
                .collect();
            for (n, child) in beside.iter().enumerate() {
                let last = n + 1 == beside.len() && next.is_none();
                let start = rows.len();
                if width(rails) > 16 {
                    self.descend(*child, rails, rows);
                    continue;
                }
                let further = format!("{rails}{}", if last { "  " } else { "│ " });
                self.descend(*child, &further, rows);
                if let Some(node) = rows.get_mut(start) {
                    node.rails = format!("{rails}{}", if last { "└╴" } else { "├╴" });
                }
            }
            match next {
                Some(child) => {
                    sign = if on_way.is_some() { "" } else { "╰" };
                    id = child;
                }
                None => return,
            }
        }
    }
}

/// Draws the tree in its frame.
pub(crate) fn draw(cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
    let pane = &cx.state.panes.tree;
    let chosen = cx.state.version(cx.session);
    let title = match &pane.find {
        Some(find) => format!("find {}▏", visible(&find.text)),
        None => "versions".into(),
    };
    let inner = cx.framed(&title, area, buffer);
    let inner = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    let hidden = if pane.collapsed && pane.find.is_none() {
        failures(cx.session, chosen)
    } else {
        HashSet::new()
    };
    let nodes = nodes(cx.session, &hidden);
    let at = nodes.iter().position(|n| Some(n.id) == chosen).unwrap_or(0);
    let room = usize::from(inner.height);
    let to_come = rows_to_come(cx);
    let total = nodes.len() + to_come.len();
    let last_first = total.saturating_sub(room);
    // What is about to come is at the end; else the version that is looked at stays in sight.
    let first = if cx.state.nav.selected.is_none() && (!to_come.is_empty() || at >= last_first) {
        last_first
    } else {
        at.saturating_sub(room / 2).min(last_first)
    };
    for (row, node) in nodes.iter().skip(first).take(room).enumerate() {
        let place = Rect {
            y: inner.y + row as u16,
            height: 1,
            ..inner
        };
        if let Some(version) = cx.session.version(node.id) {
            let marked = Rect {
                x: place.x - 1,
                width: place.width + 2,
                ..place
            };
            if Some(node.id) == chosen {
                buffer.set_style(marked, cx.theme.bg(Role::Selection));
            }
            draw_row(cx, version, &node.rails, place, buffer);
            hits.versions.push((marked, node.id));
        }
    }
    for (n, (line, reply)) in to_come.iter().enumerate() {
        let Some(row) = (nodes.len() + n).checked_sub(first).filter(|r| *r < room) else {
            continue;
        };
        put(buffer, inner, row as u16, line);
        if let Some(number) = reply {
            let place = Rect {
                y: inner.y + row as u16,
                height: 1,
                ..inner
            };
            hits.folds.push((place, Fold::Reply(*number)));
        }
    }
    foot(
        cx,
        area,
        hidden.len(),
        (first, total.saturating_sub(first + room)),
        buffer,
    );
}

/// Rows that the tree takes where it has all the room that it wants.
#[must_use]
pub(crate) fn rows(cx: View<'_>) -> u16 {
    u16::try_from(cx.session.versions.len() + rows_to_come(cx).len()).unwrap_or(u16::MAX)
}

/// What is not seen, on the lower edge: versions above and below, and failures that are hidden.
fn foot(
    cx: View<'_>,
    area: Rect,
    hidden: usize,
    (above, below): (usize, usize),
    buffer: &mut Buffer,
) {
    let mut words = Vec::new();
    if let Some(find) = &cx.state.panes.tree.find {
        let all = cx.session.versions.iter();
        let found = all.filter(|v| matches(cx.session, cx.state, v, &find.text));
        words.push(format!("{} found", found.count()));
    }
    if hidden > 0 {
        words.push(format!("✗ {hidden} hidden"));
    }
    if above > 0 {
        words.push(format!("↑ {above}"));
    }
    if below > 0 {
        words.push(format!("↓ {below}"));
    }
    if !words.is_empty() {
        let text = format!(" {} ", words.join(" · "));
        let room = usize::from(area.width.saturating_sub(4));
        let style = cx.theme.fg(Role::Muted);
        buffer.set_stringn(area.x + 2, area.y + area.height - 1, text, room, style);
    }
}

/// What the replies on their way will become: one version, or a row for each of several with its number.
fn rows_to_come(cx: View<'_>) -> Vec<(Line<'_>, Option<u32>)> {
    use crate::session::event::Stage;
    let word = match cx.session.stage {
        Stage::Asking => "asking",
        Stage::Streaming => "streaming",
        Stage::Retrying { .. } => "trying again",
        _ => return Vec::new(),
    };
    if let Some(round) = cx.session.round().filter(|r| r.candidates > 1) {
        let shown = cx.state.shown_reply(cx.session, round);
        let row = |number: u32| {
            let (sign, words) = replies::progress(cx, round, number);
            let name = cx.span(
                format!(" reply {number} "),
                if number == shown {
                    Role::Title
                } else {
                    Role::Candidate
                },
            );
            let tokens = match reply_progress(cx.session, round, number).tokens().0 {
                0 => Span::raw(""),
                n => cx.span(format!(" · {n} tok"), Role::Muted),
            };
            (Line::from(vec![sign, name, words, tokens]), Some(number))
        };
        return round.numbers().map(row).collect();
    }
    let next = cx.session.versions.last().map_or(0, |v| v.id.0 + 1);
    let style = cx.theme.fg(Role::Candidate);
    let line = Line::from(vec![
        Span::styled(format!("{} ", spinner(cx.state)), style),
        Span::styled(format!("v{next} "), style),
        Span::styled(word, cx.theme.fg(Role::Muted)),
    ]);
    vec![(line, None)]
}

/// The sign of a version that the developer pinned; ⚑ is that of one that should be looked at.
const PIN: &str = "◉";

fn draw_row(cx: View<'_>, version: &Version, rails: &str, place: Rect, buffer: &mut Buffer) {
    let mark = version_status(cx.session, cx.state, version);
    let style = cx.theme.fg(mark.role);
    let gain = gain(version);
    let mut right = match gain {
        Some(_) if version.id.0 == 0 => "1×".into(),
        Some((gain, _, _)) if cx.session.is_gain_apart(version) => format!("{gain}*"),
        Some((gain, _, _)) => gain.to_string(),
        None => String::new(),
    };
    let between = match gain {
        // Where there is room for it the interval stands beside the gain.
        Some((_, low, high)) if version.id.0 > 0 && place.width >= 50 => {
            crate::tui::core::scale::interval(low.0, high.0)
        }
        _ => String::new(),
    };
    right.push_str(&between);
    // A gain that turned out to be that of a wrong answer glows no more.
    let ash = version.verdict().is_some_and(|v| !v.accepted());
    let glow = gain.filter(|_| !ash);
    let right_style = glow.map_or(style, |(g, _, _)| cx.theme.heat(g.0));
    let pin = if version.pinned { PIN } else { "" };
    let flag = if version.flags().is_empty() {
        ""
    } else {
        "⚑"
    };
    let name = format!("{}{pin}{}", version.id, author_sign(version, place.width));
    let name_style = if cx.session.incumbent == Some(version.id) {
        cx.theme.fg(Role::Title)
    } else {
        cx.theme.fg(Role::Text)
    };
    let dim = cx.state.panes.tree.find.as_ref().is_some_and(|find| {
        !find.text.is_empty() && !matches(cx.session, cx.state, version, &find.text)
    });
    let faint = cx.theme.fg(Role::Faint);
    let shade = |style: Style| if dim { faint } else { style };
    let room = usize::from(place.width).saturating_sub(
        width(rails)
            + 2
            + width(&name)
            + width(flag)
            + 1
            + width(&right)
            + usize::from(!right.is_empty()),
    );
    let words = words(cx, version, mark.word);
    let words_style = if mark.role == Role::Heat3 {
        cx.theme.fg(Role::Muted)
    } else {
        style
    };
    let line = Line::from(vec![
        Span::styled(rails.to_owned(), faint),
        Span::styled(format!("{} ", mark.glyph), shade(style)),
        Span::styled(name, shade(name_style)),
        Span::styled(format!("{flag} "), shade(cx.theme.fg(Role::Warn))),
        Span::styled(pad(&cut(&words, room), room), shade(words_style)),
        Span::raw(if right.is_empty() { "" } else { " " }),
        Span::styled(right, shade(right_style)),
    ]);
    put(buffer, place, 0, &line);
}

/// What stands behind a version's name: what the next step depends on first, then the verdict, then the note.
fn words(cx: View<'_>, version: &Version, verdict: String) -> String {
    let mut words = Vec::new();
    if cx.session.chosen_parent == Some(version.id) {
        words.push("next from here".to_owned());
    }
    if cx.state.panes.diff.marked == Some(version.id) {
        words.push("marked".to_owned());
    }
    words.push(verdict);
    // Which figure a version was made for is said where it is not the task's own.
    let usual = cx.session.task.as_ref().map(|t| t.objective);
    let round = cx.session.rounds.iter().find(|r| r.number == version.round);
    if let Some(round) = round.filter(|r| Some(r.objective) != usual && version.round > 0) {
        words.push(format!("for {}", round.objective.in_words()));
    }
    if !version.note.is_empty() {
        words.push(visible(&version.note).into_owned());
    }
    words.join(" · ")
}

/// Who made a version: yours always shows; model and tape where there is room. The card says it in words.
fn author_sign(version: &Version, room: u16) -> &'static str {
    match version.author {
        Author::Hand => "✎",
        // Diamonds tell of the isolation.
        Author::Model { .. } if room >= 30 => "▪",
        Author::Tape { .. } if room >= 30 => "◦",
        _ => "",
    }
}

/// Tree, interval and memory in one line, for small screens.
pub(crate) fn mini(cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
    let figures = mini_figures(cx, usize::from(area.width));
    let taken: usize = figures.iter().map(|s| width(&s.content)).sum();
    let room = usize::from(area.width).saturating_sub(taken + 2);
    let mut pieces: Vec<(VersionId, String, ratatui::style::Style)> = Vec::new();
    let chosen = cx.state.version(cx.session);
    for version in &cx.session.versions {
        let mark = version_status(cx.session, cx.state, version);
        let glyph = if mark.glyph == "●" { "" } else { mark.glyph };
        let mut style = cx.theme.fg(mark.role);
        if Some(version.id) == chosen {
            style = style
                .patch(cx.theme.bg(Role::Selection))
                .add_modifier(ratatui::style::Modifier::BOLD);
        }
        let flag = if version.flags().is_empty() {
            ""
        } else {
            "⚑"
        };
        pieces.push((version.id, format!("{}{glyph}{flag}", version.id), style));
    }
    // The newest matter most: start as late as needed.
    let mut first = 0;
    let cost = |from: usize| {
        pieces[from..]
            .iter()
            .map(|p| width(&p.1) + 3)
            .sum::<usize>()
            + if from > 0 { 2 } else { 0 }
    };
    while first < pieces.len() && cost(first) > room {
        first += 1;
    }
    // The one that is looked at is always among them.
    let at = pieces.iter().position(|p| Some(p.0) == chosen);
    first = at.map_or(first, |at| at.min(first));
    let mut x = area.x + 1;
    let end = area.x + area.width;
    if let Some(find) = &cx.state.panes.tree.find {
        let text = format!("find {}▏ ", visible(&find.text));
        x = buffer
            .set_stringn(x, area.y, text, room / 2, cx.theme.fg(Role::Key))
            .0;
        first = at.unwrap_or(first);
    }
    if first > 0 && x + 2 < end {
        x = buffer
            .set_stringn(x, area.y, "⋯ ", 2, cx.theme.fg(Role::Faint))
            .0;
    }
    // What stands at the right stays free.
    let stop = end.min(area.x + 1 + room as u16);
    for (n, (id, text, style)) in pieces.iter().skip(first).enumerate() {
        if n > 0 {
            x = buffer
                .set_stringn(
                    x,
                    area.y,
                    " ─ ",
                    usize::from(stop.saturating_sub(x)),
                    cx.theme.fg(Role::Faint),
                )
                .0;
        }
        let start = x;
        x = buffer
            .set_stringn(x, area.y, text, usize::from(stop.saturating_sub(x)), *style)
            .0;
        hits.versions.push((
            Rect {
                x: start,
                y: area.y,
                width: x.saturating_sub(start),
                height: 1,
            },
            *id,
        ));
    }
    let line = Line::from(figures);
    let at = Rect {
        x: end.saturating_sub(taken as u16),
        width: taken.min(area.width.into()) as u16,
        ..area
    };
    put(buffer, at, 0, &line);
}

fn mini_figures<'a>(cx: View<'a>, room: usize) -> Vec<Span<'a>> {
    let mut spans = Vec::new();
    if let Some(look) = cx.session.latest_look().filter(|_| working(cx.session)) {
        spans.push(Span::styled(
            look.gain.to_string(),
            cx.theme.heat(look.gain.0),
        ));
        spans.push(cx.span(
            crate::tui::core::scale::interval(look.low.0, look.high.0),
            Role::Muted,
        ));
        spans.push(Span::raw(" "));
    }
    if room >= 60 {
        spans.extend(charts::spark(cx, 12));
        spans.push(Span::raw(" "));
    }
    spans
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::tui::sample::{Moment, session};

    #[test]
    fn the_way_to_the_best_is_straight_and_nothing_is_lost() {
        let session = session(Moment::Finished);
        let rows: Vec<String> = nodes(&session, &HashSet::new())
            .iter()
            .map(|n| format!("{}{}", n.rails, n.id))
            .collect();
        assert_eq!(rows, ["v0", "├╴v1", "v2", "├╴v3", "├╴v4", "v5"]);
    }

    #[test]
    fn only_branches_on_which_nothing_passes_are_hidden() {
        let session = session(Moment::Finished);
        let hidden = failures(&session, None);
        let rows: Vec<String> = nodes(&session, &hidden)
            .iter()
            .map(|n| format!("{}{}", n.rails, n.id))
            .collect();
        assert_eq!(rows, ["v0", "v2", "├╴v4", "v5"]);
        let looked_at = failures(&session, Some(VersionId(3)));
        assert_eq!(looked_at.into_iter().collect::<Vec<_>>(), [VersionId(1)]);
    }
}

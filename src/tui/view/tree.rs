//! The version tree: the way to the best version runs straight down, what was tried beside it branches off.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::session::Session;
use crate::session::event::VersionId;
use crate::session::fold::Version;
use crate::tui::app::Seen;
use crate::tui::text::{cut, pad, visible, width};
use crate::tui::theme::Role;
use crate::tui::view::mark::{mark, spinner, working};
use crate::tui::view::{Context, put};

/// One row of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Which version.
    pub id: VersionId,
    /// Lines that lead to it.
    pub rails: String,
}

/// All versions in the order in which they are drawn.
#[must_use]
pub fn nodes(session: &Session) -> Vec<Node> {
    let mut way = Vec::new();
    let mut at = session.incumbent;
    while let Some(version) = at.and_then(|id| session.version(id)) {
        if way.contains(&version.id) {
            break;
        }
        way.push(version.id);
        at = version.parent;
    }
    let mut rows = Vec::with_capacity(session.versions.len());
    let roots = session.versions.iter().filter(|v| {
        v.parent
            .is_none_or(|p| session.version(p).is_none() || p >= v.id)
    });
    for root in roots {
        descend(session, &way, root, "", &mut rows);
    }
    rows
}

/// A version, then what branched off from it, then the child that the way goes on with, in the same column.
fn descend(
    session: &Session,
    way: &[VersionId],
    from: &Version,
    rails: &str,
    rows: &mut Vec<Node>,
) {
    let mut version = from;
    loop {
        rows.push(Node {
            id: version.id,
            rails: rails.to_owned(),
        });
        let children: Vec<&Version> = session
            .children(version.id)
            .filter(|c| c.id > version.id)
            .collect();
        let on_way = children.iter().copied().find(|c| way.contains(&c.id));
        // Beside the way a single child goes on straight, so that a chain never wanders to the right.
        let next =
            on_way.or_else(|| (children.len() == 1 && !rails.is_empty()).then(|| children[0]));
        let beside: Vec<&Version> = children
            .into_iter()
            .filter(|c| Some(c.id) != next.map(|n| n.id))
            .collect();
        for (n, child) in beside.iter().enumerate() {
            let last = n + 1 == beside.len() && next.is_none();
            let start = rows.len();
            let depth = width(rails);
            if depth > 16 {
                descend(session, way, child, rails, rows);
                continue;
            }
            descend(
                session,
                way,
                child,
                &format!("{rails}{}", if last { "  " } else { "│ " }),
                rows,
            );
            if let Some(node) = rows.get_mut(start) {
                node.rails = format!("{rails}{}", if last { "└╴" } else { "├╴" });
            }
        }
        match next {
            Some(child) => version = child,
            None => return,
        }
    }
}

/// Draws the tree in its frame.
pub fn draw(cx: Context<'_>, area: Rect, buffer: &mut Buffer, seen: &mut Seen) {
    let inner = cx.framed("versions", area, buffer);
    let inner = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    let nodes = nodes(cx.session);
    let chosen = cx.app.version(cx.session);
    let at = nodes.iter().position(|n| Some(n.id) == chosen).unwrap_or(0);
    let room = usize::from(inner.height);
    let waiting = row_to_come(cx);
    let total = nodes.len() + usize::from(waiting.is_some());
    let last_first = total.saturating_sub(room);
    let follows = cx.app.selected.is_none();
    let first = if follows {
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
            seen.versions.push((marked, node.id));
        }
    }
    if let Some(line) = waiting.filter(|_| total - first <= room) {
        put(buffer, inner, (total - 1 - first) as u16, &line);
    }
    if first > 0 {
        let more = format!(" ↑ {first} more ");
        buffer.set_stringn(
            inner.x,
            area.y + area.height - 1,
            more,
            inner.width.into(),
            cx.theme.fg(Role::Muted),
        );
    }
}

/// The version that the reply on its way will become.
fn row_to_come(cx: Context<'_>) -> Option<Line<'static>> {
    use crate::session::event::Stage;
    let word = match cx.session.stage {
        Stage::Asking => "asking",
        Stage::Streaming => "streaming",
        Stage::Retrying { .. } => "trying again",
        _ => return None,
    };
    let next = cx.session.versions.last().map_or(0, |v| v.id.0 + 1);
    let style = cx.theme.fg(Role::Candidate);
    Some(Line::from(vec![
        Span::styled(format!("{} ", spinner(cx.app)), style),
        Span::styled(format!("v{next} "), style),
        Span::styled(word, cx.theme.fg(Role::Muted)),
    ]))
}

fn draw_row(cx: Context<'_>, version: &Version, rails: &str, place: Rect, buffer: &mut Buffer) {
    let mark = mark(cx.session, cx.app, version);
    let style = cx.theme.fg(mark.role);
    let gain = version.gain_over_original();
    let right = match gain {
        Some(_) if version.id.0 == 0 => "1×".into(),
        Some((gain, _, _)) => gain.to_string(),
        None => String::new(),
    };
    let right_style = gain.map_or(style, |(g, _, _)| cx.theme.heat(g.0));
    let name = if version.pinned {
        format!("{}⚑", version.id)
    } else {
        version.id.to_string()
    };
    let name_style = if cx.session.incumbent == Some(version.id) {
        cx.theme.fg(Role::Title)
    } else {
        cx.theme.fg(Role::Text)
    };
    let room = usize::from(place.width).saturating_sub(
        width(rails) + 2 + width(&name) + 1 + width(&right) + usize::from(!right.is_empty()),
    );
    let words = if version.note.is_empty() {
        mark.word
    } else {
        format!("{} · {}", mark.word, visible(&version.note))
    };
    let line = Line::from(vec![
        Span::styled(rails.to_owned(), cx.theme.fg(Role::Faint)),
        Span::styled(format!("{} ", mark.glyph), style),
        Span::styled(format!("{name} "), name_style),
        Span::styled(
            pad(&cut(&words, room), room),
            if mark.role == Role::Heat3 {
                cx.theme.fg(Role::Muted)
            } else {
                style
            },
        ),
        Span::raw(if right.is_empty() { "" } else { " " }),
        Span::styled(right, right_style),
    ]);
    put(buffer, place, 0, &line);
}

/// Tree, interval and memory in one line, for small screens.
pub fn mini(cx: Context<'_>, area: Rect, buffer: &mut Buffer, seen: &mut Seen) {
    let figures = mini_figures(cx, usize::from(area.width));
    let taken: usize = figures.iter().map(|s| width(&s.content)).sum();
    let room = usize::from(area.width).saturating_sub(taken + 2);
    let mut pieces: Vec<(VersionId, String, ratatui::style::Style)> = Vec::new();
    let chosen = cx.app.version(cx.session);
    for version in &cx.session.versions {
        let mark = mark(cx.session, cx.app, version);
        let glyph = if mark.glyph == "●" { "" } else { mark.glyph };
        let mut style = cx.theme.fg(mark.role);
        if Some(version.id) == chosen {
            style = style
                .patch(cx.theme.bg(Role::Selection))
                .add_modifier(ratatui::style::Modifier::BOLD);
        }
        pieces.push((version.id, format!("{}{glyph}", version.id), style));
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
    let mut x = area.x + 1;
    let end = area.x + area.width;
    if first > 0 && x + 2 < end {
        x = buffer
            .set_stringn(x, area.y, "⋯ ", 2, cx.theme.fg(Role::Faint))
            .0;
    }
    for (n, (id, text, style)) in pieces.iter().skip(first).enumerate() {
        if n > 0 {
            x = buffer
                .set_stringn(
                    x,
                    area.y,
                    " ─ ",
                    usize::from(end.saturating_sub(x)),
                    cx.theme.fg(Role::Faint),
                )
                .0;
        }
        let start = x;
        x = buffer
            .set_stringn(x, area.y, text, usize::from(end.saturating_sub(x)), *style)
            .0;
        seen.versions.push((
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

fn mini_figures<'a>(cx: Context<'a>, room: usize) -> Vec<Span<'a>> {
    let mut spans = Vec::new();
    if let Some((look, _)) = cx.session.live.look.filter(|_| working(cx.session)) {
        spans.push(Span::styled(
            look.gain.to_string(),
            cx.theme.heat(look.gain.0),
        ));
        spans.push(cx.span(
            super::header::interval(look.low.0, look.high.0),
            Role::Muted,
        ));
        spans.push(Span::raw(" "));
    }
    if room >= 60 {
        spans.extend(super::charts::spark(cx, 12));
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
        let rows: Vec<String> = nodes(&session)
            .iter()
            .map(|n| format!("{}{}", n.rails, n.id))
            .collect();
        assert_eq!(rows, ["v0", "├╴v1", "v2", "├╴v3", "├╴v4", "v5"]);
    }
}

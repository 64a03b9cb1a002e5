//! Code and what changed in it: syntax roles below, the ground of added and removed lines and words above.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::session::event::VersionId;
use crate::tui::app::{Seen, Tab};
use crate::tui::diff::{Diff, Row, Side, changes};
use crate::tui::highlight::Painted;
use crate::tui::text::{lines, skip, take, visible, width};
use crate::tui::theme::{Role, Theme};
use crate::tui::view::main_pane::first_row;
use crate::tui::view::{Context, put};

/// From this width on a diff stands side by side.
const SIDE_BY_SIDE: u16 = 90;

/// Draws the selected version's text.
pub fn draw(cx: Context<'_>, area: Rect, buffer: &mut Buffer, seen: &mut Seen) {
    let Some(version) = cx
        .app
        .version(cx.session)
        .and_then(|id| cx.session.version(id))
    else {
        put(
            buffer,
            area,
            0,
            &Line::from(cx.span("no version yet", Role::Muted)),
        );
        return;
    };
    let text = &version.source.text;
    let painted = cx.app.painted.get(&version.id);
    seen.total = painted.map_or_else(|| lines(text).count(), |p| p.len());
    seen.first = first_row(cx, Tab::Code, seen);
    let digits = seen.total.max(1).to_string().len();
    let room = usize::from(area.width).saturating_sub(digits + 2);
    let mut plain = lines(text).skip(seen.first);
    for n in 0..usize::from(area.height).min(seen.total - seen.first) {
        let number = seen.first + n;
        let line = match painted.and_then(|p| p.get(number)) {
            Some(line) => line.clone(),
            None => Painted::plain(plain.next().unwrap_or_default()),
        };
        let mut spans = vec![cx.span(format!("{:>digits$}  ", number + 1), Role::Faint)];
        spans.extend(code_spans(
            cx.theme,
            &line,
            &[],
            Style::new(),
            Style::new(),
            cx.app.shift,
            room,
        ));
        put(buffer, area, n as u16, &Line::from(spans));
    }
}

/// Draws what the selected version changed.
pub fn draw_diff(cx: Context<'_>, area: Rect, buffer: &mut Buffer, seen: &mut Seen) {
    let Some((old, new)) = cx.app.diff_pair(cx.session) else {
        let words = match cx.app.version(cx.session) {
            Some(VersionId(0)) => "v0 is the original: there is nothing to compare it with yet",
            Some(_) => "it is compared with itself: d compares with something else",
            None => "no version yet",
        };
        put(buffer, area, 0, &Line::from(cx.span(words, Role::Muted)));
        return;
    };
    let Some(diff) = cx.app.diffs.get(&(old, new)) else {
        put(
            buffer,
            area,
            0,
            &Line::from(cx.span("comparing the texts …", Role::Muted)),
        );
        return;
    };
    if diff.is_empty() {
        put(
            buffer,
            area,
            0,
            &Line::from(cx.span(format!("{new} is the same text as {old}"), Role::Muted)),
        );
        return;
    }
    let all = cx.app.unfolded.contains(&Tab::Diff);
    let wide = area.width >= SIDE_BY_SIDE && diff.removed > 0 && diff.added > 0;
    let rows = if wide {
        diff.side_by_side(all)
    } else {
        diff.unified(all)
    };
    seen.total = rows.len();
    seen.changes = changes(&rows);
    // A diff is opened where it begins to differ.
    let last = seen.total.saturating_sub(seen.room);
    let natural = seen.changes.first().copied().unwrap_or(0).saturating_sub(4);
    seen.first = cx
        .app
        .scroll
        .get(&Tab::Diff)
        .copied()
        .unwrap_or(natural)
        .min(last);
    let sides = Sides {
        cx,
        diff,
        old: cx.app.painted.get(&old).map(|p| p.as_slice()),
        new: cx.app.painted.get(&new).map(|p| p.as_slice()),
        digits: diff.old.len().max(diff.new.len()).to_string().len(),
    };
    for (n, row) in rows
        .iter()
        .skip(seen.first)
        .take(area.height.into())
        .enumerate()
    {
        if wide {
            sides.both(row, area, n as u16, buffer);
        } else {
            sides.one(row, area, n as u16, buffer);
        }
    }
}

struct Sides<'a> {
    cx: Context<'a>,
    diff: &'a Diff,
    old: Option<&'a [Painted]>,
    new: Option<&'a [Painted]>,
    digits: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Old,
    New,
}

impl<'a> Sides<'a> {
    fn both(&self, row: &Row, area: Rect, at: u16, buffer: &mut Buffer) {
        let half = area.width.saturating_sub(1) / 2;
        let left = Rect {
            width: half,
            ..area
        };
        let right = Rect {
            x: area.x + half + 1,
            width: area.width - half - 1,
            ..area
        };
        if let Row::Fold(lines) = row {
            return self.fold(*lines, area, at, buffer);
        }
        buffer.set_stringn(
            area.x + half,
            area.y + at,
            "│",
            1,
            self.cx.theme.fg(Role::Faint),
        );
        match row {
            Row::Same { old, new } => {
                put(buffer, left, at, &self.same(Which::Old, *old, left.width));
                put(buffer, right, at, &self.same(Which::New, *new, right.width));
            }
            Row::Changed { old, new } => {
                if let Some(side) = old {
                    put(
                        buffer,
                        left,
                        at,
                        &self.changed(Which::Old, side, left.width),
                    );
                }
                if let Some(side) = new {
                    put(
                        buffer,
                        right,
                        at,
                        &self.changed(Which::New, side, right.width),
                    );
                }
            }
            Row::Fold(_) => {}
        }
    }

    fn one(&self, row: &Row, area: Rect, at: u16, buffer: &mut Buffer) {
        match row {
            Row::Fold(lines) => self.fold(*lines, area, at, buffer),
            Row::Same { new, .. } => {
                put(buffer, area, at, &self.same(Which::New, *new, area.width))
            }
            Row::Changed { old, new } => {
                let line = match (old, new) {
                    (Some(side), _) => self.changed(Which::Old, side, area.width),
                    (None, Some(side)) => self.changed(Which::New, side, area.width),
                    (None, None) => return,
                };
                put(buffer, area, at, &line);
            }
        }
    }

    fn fold(&self, lines: usize, area: Rect, at: u16, buffer: &mut Buffer) {
        let plural = if lines == 1 { "" } else { "s" };
        let words = format!(
            "{:>width$}  {lines} unchanged line{plural} (enter opens)",
            "⋯",
            width = self.digits
        );
        put(
            buffer,
            area,
            at,
            &Line::from(self.cx.span(words, Role::Faint)),
        );
    }

    fn text(&self, which: Which, line: usize) -> Painted {
        let (painted, plain) = match which {
            Which::Old => (self.old, &self.diff.old),
            Which::New => (self.new, &self.diff.new),
        };
        match painted.and_then(|p| p.get(line)) {
            Some(painted) => painted.clone(),
            None => Painted {
                text: plain.get(line).cloned().unwrap_or_default(),
                parts: Vec::new(),
            },
        }
    }

    fn same(&self, which: Which, line: usize, room: u16) -> Line<'a> {
        let room = usize::from(room).saturating_sub(self.digits + 3);
        let mut spans = vec![self.cx.span(
            format!("{:>width$}   ", line + 1, width = self.digits),
            Role::Faint,
        )];
        let text = self.text(which, line);
        spans.extend(code_spans(
            self.cx.theme,
            &text,
            &[],
            Style::new(),
            Style::new(),
            self.cx.app.shift,
            room,
        ));
        Line::from(spans)
    }

    fn changed(&self, which: Which, side: &Side, room: u16) -> Line<'a> {
        let theme = self.cx.theme;
        let (sign, role, ground, word) = match which {
            Which::Old => ("−", Role::Removed, Role::RemovedLine, Role::RemovedWord),
            Which::New => ("+", Role::Added, Role::AddedLine, Role::AddedWord),
        };
        let (ground, word) = (theme.bg(ground), theme.bg(word));
        let room = usize::from(room).saturating_sub(self.digits + 3);
        let mut spans = vec![
            Span::styled(
                format!("{:>width$} ", side.line + 1, width = self.digits),
                theme.fg(role).patch(ground),
            ),
            Span::styled(format!("{sign} "), theme.fg(role).patch(ground)),
        ];
        let text = self.text(which, side.line);
        // With few colours the sign's colour carries the whole line: syntax colours would drown it.
        let text = if theme.depth() <= crate::tui::theme::Depth::Ansi {
            Painted {
                parts: vec![(text.text.len(), role)],
                ..text
            }
        } else {
            text
        };
        spans.extend(code_spans(
            theme,
            &text,
            &side.words,
            ground,
            word,
            self.cx.app.shift,
            room,
        ));
        Line::from(spans)
    }
}

/// A line of code in spans: cut to the room, moved by `shift`, changed words on their own ground.
fn code_spans<'a>(
    theme: &Theme,
    line: &Painted,
    words: &[Range<usize>],
    ground: Style,
    word: Style,
    shift: usize,
    room: usize,
) -> Vec<Span<'a>> {
    let mut spans = Vec::new();
    let (mut to_skip, mut left, mut at) = (shift, room, 0);
    for (piece, role) in line.pieces() {
        let end = at + piece.len();
        let mut cuts: Vec<usize> = vec![at];
        cuts.extend(
            words
                .iter()
                .flat_map(|w| [w.start, w.end])
                .filter(|c| *c > at && *c < end && line.text.is_char_boundary(*c)),
        );
        cuts.push(end);
        for pair in cuts.windows(2) {
            let Some(mut text) = line.text.get(pair[0]..pair[1]) else {
                continue;
            };
            let inside = words.iter().any(|w| w.start <= pair[0] && pair[0] < w.end);
            let cells = width(text);
            if to_skip >= cells {
                to_skip -= cells;
                continue;
            }
            text = skip(text, to_skip);
            to_skip = 0;
            let (shown, rest) = take(text, left);
            left -= width(shown).min(left);
            spans.push(Span::styled(
                shown.to_owned(),
                theme.fg(role).patch(if inside { word } else { ground }),
            ));
            if !rest.is_empty() {
                // One cell of the edge says that there is more.
                if let Some(last) = spans.last_mut() {
                    let cells = width(&last.content).saturating_sub(1);
                    last.content = format!("{}…", take(&last.content.clone(), cells).0).into();
                }
                return spans;
            }
        }
        at = end;
    }
    if left > 0 && ground != Style::new() {
        spans.push(Span::styled(" ".repeat(left), ground));
    }
    spans
}

/// A text of a failure in lines, safe to draw.
#[must_use]
pub fn plain_lines(text: &str, rows: usize) -> Vec<String> {
    text.lines()
        .take(rows)
        .map(|l| visible(l).into_owned())
        .collect()
}

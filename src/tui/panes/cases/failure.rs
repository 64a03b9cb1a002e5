//! Where a version fails: the input, what was expected beside what came, and what the program said.

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::measure::Failure;
use crate::tui::component::View;
use crate::tui::core::diff::{Diff, DiffBlock, Side};
use crate::tui::core::highlighted::HighlightedText;
use crate::tui::core::text::{cut, pad_left, visible, width};
use crate::tui::core::theme::Role;
use crate::tui::widgets::code_line::{pieces, plain_lines};

/// From this width on expected and got stand side by side.
const SIDE_BY_SIDE: usize = 64;
/// Cells before a text.
const LABEL: usize = 16;

/// The failure in so many rows at most, or a little more.
#[must_use]
pub(crate) fn lines<'a>(
    cx: View<'a>,
    failure: &'a Failure,
    room: usize,
    rows: usize,
) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let place = match &failure.case {
        None if failure.misfit => "it does not fit its place".to_owned(),
        None => "it does not build".to_owned(),
        Some(case) => format!("case {}", visible(case)),
    };
    let mut head = vec![Span::styled(
        place,
        cx.theme.fg(Role::Title).add_modifier(Modifier::BOLD),
    )];
    if !failure.reason.is_empty() {
        head.push(cx.span(format!(": {}", visible(&failure.reason)), Role::Text));
    }
    lines.push(Line::from(head));
    let outputs = !failure.expected.is_empty() || !failure.got.is_empty();
    let parts = [
        outputs,
        !failure.input.is_empty(),
        !failure.stderr.is_empty(),
    ];
    let filled = parts.iter().filter(|p| **p).count().max(1);
    let each = (rows.saturating_sub(2) / filled).clamp(1, 12);
    lines.extend(text(cx, "input", &failure.input, room, each, Role::Text));
    if outputs {
        match cx
            .state
            .panes
            .cases
            .outputs(&failure.expected, &failure.got)
        {
            Some(diff) => lines.extend(differences(cx, diff, room, each)),
            None => {
                lines.extend(text(
                    cx,
                    "expected",
                    &failure.expected,
                    room,
                    each,
                    Role::Added,
                ));
                lines.extend(text(cx, "got", &failure.got, room, each, Role::Removed));
            }
        }
    }
    lines.extend(text(
        cx,
        "standard error",
        &failure.stderr,
        room,
        each,
        Role::Removed,
    ));
    lines
}

fn text<'a>(
    cx: View<'a>,
    title: &str,
    text: &str,
    room: usize,
    rows: usize,
    role: Role,
) -> Vec<Line<'a>> {
    let all = plain_lines(text, 200);
    // What went wrong stands at the end of an error text, and at the start of everything else.
    let shown = if title == "standard error" {
        &all[all.len().saturating_sub(rows)..]
    } else {
        &all[..all.len().min(rows)]
    };
    let line = |(n, line): (usize, &String)| {
        let label = if n == 0 { title } else { "" };
        Line::from(vec![
            cx.span(format!("{}  ", pad_left(label, LABEL - 2)), Role::Muted),
            cx.span(cut(line, room.saturating_sub(LABEL)).into_owned(), role),
        ])
    };
    shown.iter().enumerate().map(line).collect()
}

/// Expected and got, with the words that differ marked: side by side, or one under the other.
fn differences<'a>(cx: View<'a>, diff: &Diff, room: usize, rows: usize) -> Vec<Line<'a>> {
    let side_by_side = room >= SIDE_BY_SIDE;
    let space = room.saturating_sub(LABEL);
    let half = if side_by_side {
        space.saturating_sub(3) / 2
    } else {
        space
    };
    let label = |text: &str| cx.span(format!("{}  ", pad_left(text, LABEL - 2)), Role::Muted);
    let sides = |row: &(Option<Seen<'_>>, Option<Seen<'_>>)| {
        let left = row
            .0
            .map(|s| half_line(cx, &diff.old, s, Which::Expected, half));
        let right = row.1.map(|s| half_line(cx, &diff.new, s, Which::Got, half));
        (left, right)
    };
    let all = seen(diff);
    let shown = &all[..all.len().min(rows)];
    let mut lines = Vec::new();
    if side_by_side {
        let mut head = vec![label("")];
        let expected = crate::tui::core::text::pad("  expected", half);
        head.push(cx.span(format!("{expected} │   got"), Role::Muted));
        lines.push(Line::from(head));
        for row in shown {
            let (left, right) = sides(row);
            let mut spans = vec![label("")];
            spans.extend(left.unwrap_or_else(|| vec![Span::raw(" ".repeat(half))]));
            spans.push(cx.span(" │ ", Role::Faint));
            spans.extend(right.unwrap_or_default());
            lines.push(Line::from(spans));
        }
    } else {
        for (title, first) in [("expected", true), ("got", false)] {
            let column = shown.iter().filter_map(|row| {
                let (left, right) = sides(row);
                if first { left } else { right }
            });
            for (n, spans) in column.enumerate() {
                let mut line = vec![label(if n == 0 { title } else { "" })];
                line.extend(spans);
                lines.push(Line::from(line));
            }
        }
    }
    if all.len() > shown.len() {
        let words = format!("… {} more lines", all.len() - shown.len());
        lines.push(Line::from(vec![label(""), cx.span(words, Role::Faint)]));
    }
    lines
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Expected,
    Got,
}

/// A line of one side: its number, and what differs in it if it does.
type Seen<'d> = (usize, Option<&'d Side>);

fn seen(diff: &Diff) -> Vec<(Option<Seen<'_>>, Option<Seen<'_>>)> {
    let mut rows = Vec::new();
    for part in &diff.parts {
        match part {
            DiffBlock::Same { old, new, lines } => {
                let row = |n| (Some((old + n, None)), Some((new + n, None)));
                rows.extend((0..*lines).map(row));
            }
            DiffBlock::Changed(pairs) => rows.extend(pairs.iter().map(|pair| {
                (
                    pair.old.as_ref().map(|s| (s.line, Some(s))),
                    pair.new.as_ref().map(|s| (s.line, Some(s))),
                )
            })),
        }
    }
    rows
}

/// One line of one side in exactly so many cells, moved so that the first difference is in sight.
fn half_line<'a>(
    cx: View<'a>,
    sheet: &HighlightedText,
    (number, side): Seen<'_>,
    which: Which,
    room: usize,
) -> Vec<Span<'a>> {
    let theme = cx.theme;
    let (sign, role, ground, word) = match (side, which) {
        (None, _) => (" ", Role::Muted, Style::new(), Style::new()),
        (Some(_), Which::Expected) => (
            "✓",
            Role::Added,
            theme.bg(Role::AddedLine),
            theme.bg(Role::AddedWord),
        ),
        (Some(_), Which::Got) => (
            "✗",
            Role::Removed,
            theme.bg(Role::RemovedLine),
            theme.bg(Role::RemovedWord),
        ),
    };
    let room = room.saturating_sub(2).max(1);
    let mut spans = vec![Span::styled(
        format!("{sign} "),
        theme.fg(role).patch(ground),
    )];
    let Some((line, ruler)) = sheet.line(number) else {
        return spans;
    };
    let words = side.map_or(&[][..], |s| s.words.as_slice());
    let difference = words
        .first()
        .map_or(0, |w| width(line.text.get(..w.start).unwrap_or("")));
    let shift = if ruler.cells() > room && difference + 8 > room {
        difference.saturating_sub(room / 2)
    } else {
        0
    };
    let mut cells = 0;
    let mut left = room;
    if shift > 0 {
        spans.push(Span::styled("…", theme.fg(Role::Muted).patch(ground)));
        left = left.saturating_sub(1);
        cells += 1;
    }
    let part = ruler.window(&line.text, shift, left);
    let more = part.end < line.text.len();
    let part = if more {
        ruler.window(&line.text, shift, left.saturating_sub(1))
    } else {
        part
    };
    // The whole line speaks of expected or got: there is no syntax in an output.
    let plain = crate::tui::core::highlight::Painted {
        parts: vec![(line.text.len(), role)],
        text: line.text.clone(),
    };
    spans.extend(pieces(theme, &plain, part, words, ground, word, &mut cells));
    if more {
        spans.push(Span::styled("…", theme.fg(Role::Muted).patch(ground)));
        cells += 1;
    }
    spans.push(Span::styled(" ".repeat(room.saturating_sub(cells)), ground));
    spans
}

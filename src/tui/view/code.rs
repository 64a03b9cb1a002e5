//! The selected version's text, and the pieces that every line of code is drawn from.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::session::fold::Version;
use crate::tui::app::{Seen, Tab};
use crate::tui::highlight::Painted;
use crate::tui::panes::CodePane;
use crate::tui::sheet::{Ruler, Sheet};
use crate::tui::text::{cut, lines, visible, width};
use crate::tui::theme::{Role, Theme};
use crate::tui::view::main_pane::first_row;
use crate::tui::view::{Context, put};

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
    let sheet = cx.app.painted.get(&version.id);
    let Some((sheet, stack)) = sheet.zip(cx.app.panes.code.of(version.id)) else {
        return draw_plain(cx, version, area, buffer, seen);
    };
    seen.total = stack.total();
    seen.first = first_row(cx, Tab::Code, seen);
    let gutter = CodePane::gutter(sheet.len());
    let room = usize::from(area.width).saturating_sub(gutter).max(1);
    for row in 0..area.height {
        let Some((number, sub)) = stack.at(seen.first + usize::from(row)) else {
            break;
        };
        if let Some(line) = code_line(cx, sheet, number, sub, gutter, room) {
            seen.lines += 1;
            put(buffer, area, row, &line);
        }
    }
}

fn code_line<'a>(
    cx: Context<'a>,
    sheet: &Sheet,
    number: usize,
    sub: usize,
    gutter: usize,
    room: usize,
) -> Option<Line<'a>> {
    let (painted, ruler) = sheet.line(number)?;
    let shift = cx.app.panes.diff.scrolled.then_some(cx.app.shift);
    let (range, more) = shown_part(&painted.text, ruler, room, shift, sub)?;
    let digits = gutter - 2;
    let head = if sub == 0 {
        format!("{:>digits$}  ", number + 1)
    } else {
        format!("{:>digits$} ↪", "")
    };
    let mut spans = vec![cx.span(head, Role::Faint)];
    let plain = Style::new();
    spans.extend(pieces(cx.theme, painted, range, &[], plain, plain, &mut 0));
    if more {
        spans.push(cx.span("…", Role::Muted));
    }
    Some(Line::from(spans))
}

/// Before the text was measured and coloured: its lines as they are, cut at the edge.
fn draw_plain(
    cx: Context<'_>,
    version: &Version,
    area: Rect,
    buffer: &mut Buffer,
    seen: &mut Seen,
) {
    let text = &version.source.text;
    seen.total = lines(text).count();
    seen.first = first_row(cx, Tab::Code, seen);
    let gutter = CodePane::gutter(seen.total);
    let digits = gutter - 2;
    let room = usize::from(area.width).saturating_sub(gutter);
    let shown = lines(text).skip(seen.first).take(area.height.into());
    for (row, line) in shown.enumerate() {
        // Four bytes a cell are more than any line of code has.
        let start = line.get(..line.floor_char_boundary(room * 4)).unwrap_or("");
        let line = Line::from(vec![
            cx.span(format!("{:>digits$}  ", seen.first + row + 1), Role::Faint),
            cx.span(cut(&visible(start), room).into_owned(), Role::Text),
        ]);
        put(buffer, area, row as u16, &line);
    }
}

/// What of a line stands on one of its rows, and whether there is more of it beyond the edge: the `sub`th row where
/// lines are broken (`shift` is none), else what is seen after so many cells. None where there is no such row.
#[must_use]
pub fn shown_part(
    text: &str,
    ruler: &Ruler,
    room: usize,
    shift: Option<usize>,
    sub: usize,
) -> Option<(Range<usize>, bool)> {
    match shift {
        None => (sub < ruler.rows(text, room)).then(|| (ruler.row(text, room, sub), false)),
        Some(shift) => {
            let whole = ruler.window(text, shift, room);
            if sub > 0 {
                None
            } else if whole.end < text.len() {
                Some((ruler.window(text, shift, room.saturating_sub(1)), true))
            } else {
                Some((whole, false))
            }
        }
    }
}

/// A part of a line of code in spans: syntax roles, changed words on their own ground. Adds the cells it takes.
#[must_use]
pub fn pieces<'a>(
    theme: &Theme,
    line: &Painted,
    part: Range<usize>,
    words: &[Range<usize>],
    ground: Style,
    word: Style,
    cells: &mut usize,
) -> Vec<Span<'a>> {
    let mut spans = Vec::new();
    let mut at = part.start;
    let mut piece = line.parts.partition_point(|(end, _)| *end <= at);
    let mut mark = words.partition_point(|w| w.end <= at);
    while at < part.end {
        let (end, role) = line
            .parts
            .get(piece)
            .copied()
            .unwrap_or((line.text.len(), Role::Text));
        let (inside, border) = match words.get(mark) {
            Some(w) if w.start <= at => (true, w.end),
            Some(w) => (false, w.start),
            None => (false, usize::MAX),
        };
        let mut stop = end.min(border).min(part.end).max(at + 1);
        while !line.text.is_char_boundary(stop) {
            stop += 1;
        }
        if let Some(text) = line.text.get(at..stop) {
            *cells += width(text);
            let style = theme.fg(role).patch(if inside { word } else { ground });
            spans.push(Span::styled(text.to_owned(), style));
        }
        at = stop;
        piece += usize::from(end <= at);
        mark += usize::from(words.get(mark).is_some_and(|w| w.end <= at));
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

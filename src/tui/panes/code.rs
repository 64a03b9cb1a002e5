//! The selected version's text.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::session::fold::Version;
use crate::tui::component::{Context, Pane, View};
use crate::tui::core::highlighted::HighlightedText;
use crate::tui::core::tab::Tab;
use crate::tui::core::text::{cut, lines, visible};
use crate::tui::core::text_id::TextId;
use crate::tui::core::theme::Role;
use crate::tui::state::hits::HitMap;
use crate::tui::state::panes::CodePane;
use crate::tui::widgets::code_line::{pieces, shown_part};
use crate::tui::widgets::put;

/// The code pane.
pub(crate) struct Code;

impl Pane for Code {
    fn tab(&self) -> Tab {
        Tab::Code
    }

    fn info(&self, cx: View<'_>, _: usize) -> String {
        let version = cx.state.version(cx.session);
        version.map_or_else(String::new, |v| format!(" {v} "))
    }

    fn prepare(&self, cx: &mut Context<'_>, area: Rect) {
        let state = &mut *cx.state;
        if let Some(version) = state.version(cx.session)
            && let Some(sheet) = state.caches.painted.get(&TextId::Version(version))
        {
            let scrolled = state.panes.diff.scrolled;
            let width = area.width.into();
            state.panes.code.prepare(version, sheet, width, scrolled);
        }
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        draw(cx, area, buffer, hits);
    }
}

fn draw(cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
    let Some(version) = cx
        .state
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
    let sheet = cx.state.caches.painted.get(&TextId::Version(version.id));
    let Some((sheet, stack)) = sheet.zip(cx.state.panes.code.of(version.id)) else {
        return draw_plain(cx, version, area, buffer, hits);
    };
    hits.total = stack.total();
    hits.first = cx.first_row(Tab::Code, hits);
    let gutter = CodePane::gutter(sheet.len());
    let room = usize::from(area.width).saturating_sub(gutter).max(1);
    for row in 0..area.height {
        let Some((number, sub)) = stack.at(hits.first + usize::from(row)) else {
            break;
        };
        if let Some(line) = code_line(cx, sheet, number, sub, gutter, room) {
            hits.lines += 1;
            hits.line_numbers.push(number_place(area, row, gutter));
            put(buffer, area, row, &line);
        }
    }
}

fn code_line<'a>(
    cx: View<'a>,
    sheet: &HighlightedText,
    number: usize,
    sub: usize,
    gutter: usize,
    room: usize,
) -> Option<Line<'a>> {
    let (painted, ruler) = sheet.line(number)?;
    let shift = cx.state.panes.diff.scrolled.then_some(cx.state.nav.shift);
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
fn draw_plain(cx: View<'_>, version: &Version, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
    let text = &version.source.text;
    hits.total = lines(text).count();
    hits.first = cx.first_row(Tab::Code, hits);
    let gutter = CodePane::gutter(hits.total);
    let digits = gutter - 2;
    let room = usize::from(area.width).saturating_sub(gutter);
    let shown = lines(text).skip(hits.first).take(area.height.into());
    for (row, line) in shown.enumerate() {
        // Four bytes a cell are more than any line of code has.
        let start = line.get(..line.floor_char_boundary(room * 4)).unwrap_or("");
        let line = Line::from(vec![
            cx.span(format!("{:>digits$}  ", hits.first + row + 1), Role::Faint),
            cx.span(cut(&visible(start), room).into_owned(), Role::Text),
        ]);
        let row = row as u16;
        hits.line_numbers.push(number_place(area, row, gutter));
        put(buffer, area, row, &line);
    }
}

fn number_place(area: Rect, row: u16, gutter: usize) -> Rect {
    let gutter = u16::try_from(gutter).unwrap_or(u16::MAX);
    Rect {
        y: area.y + row,
        width: gutter.min(area.width),
        height: 1,
        ..area
    }
}

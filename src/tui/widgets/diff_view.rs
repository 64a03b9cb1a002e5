//! A difference that is laid out: syntax colours on the ground of added and removed lines, folds, a map.
//!
//! A frame reads only the lines that it shows; everything else was laid out when it changed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::tui::component::View;
use crate::tui::core::diff::layout::{Geometry, Item, Kind, Mark, sides};
use crate::tui::core::diff::pane::{DiffPane, LaidOutDiff};
use crate::tui::core::diff::{DiffBlock, Side};
use crate::tui::core::highlight::Painted;
use crate::tui::core::highlighted::HighlightedText;
use crate::tui::core::parts::Fold;
use crate::tui::core::text_id::TextPair;
use crate::tui::core::theme::{Depth, Role};
use crate::tui::state::hits::HitMap;
use crate::tui::widgets::code_line::{pieces, shown_part};
use crate::tui::widgets::put;

/// Draws a diff that is laid out, from the row that was scrolled to.
pub(crate) fn draw_laid(
    cx: View<'_>,
    pane: &DiffPane,
    (pair, laid): (TextPair, &LaidOutDiff),
    scroll: Option<usize>,
    area: Rect,
    buffer: &mut Buffer,
    hits: &mut HitMap,
) {
    let room = usize::from(area.height);
    let layout = &laid.layout;
    hits.total = layout.total();
    hits.room = room;
    hits.first = DiffPane::first(laid, scroll, room);
    let current = pane.current_change(laid, hits.first, room);
    let current = current.and_then(|n| layout.changes.get(n));
    hits.changes = current.map(|c| c.start).into_iter().collect();
    let painted = |id| cx.state.caches.painted.get(&id).map(|p| &**p);
    let geometry = laid.geometry.placed(area);
    let sheets = Sheets {
        cx,
        pane,
        laid,
        geometry,
        old: painted(pair.0).unwrap_or(&laid.diff.old),
        new: painted(pair.1).unwrap_or(&laid.diff.new),
        focus: pane.focus(laid, hits.first, room),
    };
    for row in 0..area.height {
        let at = hits.first + usize::from(row);
        let Some((item, sub)) = layout.at(at) else {
            break;
        };
        let lit = current.is_some_and(|c| c.contains(&at));
        sheets.row(&item, sub, row, lit, buffer, hits);
    }
    if let Some(map) = geometry.map {
        draw_map(cx, laid, map, hits, buffer);
    }
}

struct Sheets<'a> {
    cx: View<'a>,
    pane: &'a DiffPane,
    laid: &'a LaidOutDiff,
    geometry: Geometry,
    old: &'a HighlightedText,
    new: &'a HighlightedText,
    focus: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Old,
    New,
}

impl<'a> Sheets<'a> {
    fn row(
        &self,
        item: &Item,
        sub: usize,
        row: u16,
        lit: bool,
        buffer: &mut Buffer,
        hits: &mut HitMap,
    ) {
        let geometry = &self.geometry;
        let [left, right] = geometry.columns();
        if let Kind::Fold { lines, open } = item.kind {
            let part = item.part as usize;
            let place = Rect {
                y: geometry.area.y + row,
                height: 1,
                ..geometry.area
            };
            hits.folds.push((place, Fold::Part(part)));
            let line = self.fold(lines, open, self.focus == Some(part));
            return put(buffer, place, 0, &line);
        }
        if geometry.side_by_side {
            let faint = self.cx.theme.fg(Role::Faint);
            let rule = left.x + left.width;
            buffer.set_stringn(rule, left.y + row, "│", 1, faint);
        }
        let (old, new) = sides(&self.laid.diff, item);
        let halves = [(Which::Old, left, old), (Which::New, right, new)];
        for (which, column, line) in halves {
            let hidden = match item.kind {
                Kind::Gone => which == Which::New,
                Kind::Come => which == Which::Old,
                // One column shows what stayed once.
                Kind::Same => which == Which::Old && !geometry.side_by_side,
                _ => false,
            };
            let Some(line) = line.filter(|_| !hidden) else {
                continue;
            };
            let side = self.side(item, which);
            let text = self.text(which, line, side, sub, lit, (old, new), column.width);
            if let Some(text) = text {
                hits.lines += 1;
                hits.line_numbers.push(Rect {
                    y: column.y + row,
                    width: (geometry.gutter() as u16).min(column.width),
                    height: 1,
                    ..column
                });
                put(buffer, column, row, &text);
            }
        }
    }

    /// The changed side that an item shows, if it shows a change.
    fn side(&self, item: &Item, which: Which) -> Option<&'a Side> {
        match self.laid.diff.parts.get(item.part as usize)? {
            DiffBlock::Same { .. } => None,
            DiffBlock::Changed(pairs) => {
                let pair = pairs.get(item.row as usize)?;
                match which {
                    Which::Old => pair.old.as_ref(),
                    Which::New => pair.new.as_ref(),
                }
            }
        }
    }

    /// One row of one line, with its numbers and sign. None where the line has no such row.
    #[allow(
        clippy::too_many_arguments,
        reason = "all of them are about this one row"
    )]
    fn text(
        &self,
        which: Which,
        line: usize,
        side: Option<&'a Side>,
        sub: usize,
        lit: bool,
        numbers: (Option<usize>, Option<usize>),
        width: u16,
    ) -> Option<Line<'a>> {
        let theme = self.cx.theme;
        let geometry = &self.geometry;
        let (sign, role, ground, word) = match (which, side) {
            (_, None) => (" ", Role::Faint, Style::new(), Style::new()),
            (Which::Old, Some(_)) => (
                "−",
                Role::Removed,
                theme.bg(Role::RemovedLine),
                theme.bg(Role::RemovedWord),
            ),
            (Which::New, Some(_)) => (
                "+",
                Role::Added,
                theme.bg(Role::AddedLine),
                theme.bg(Role::AddedWord),
            ),
        };
        let (sheet, bare) = match which {
            Which::Old => (self.old, &self.laid.diff.old),
            Which::New => (self.new, &self.laid.diff.new),
        };
        // The colours may still be on their way, or be those of a text that was cut: the measured text counts.
        let (plain, ruler) = bare.line(line)?;
        let painted = sheet
            .get(line)
            .filter(|p| p.text.len() == plain.text.len())
            .unwrap_or(plain);
        let room = usize::from(width).saturating_sub(geometry.gutter()).max(1);
        let shift = self.pane.scrolled.then_some(self.cx.state.nav.shift);
        let (range, more) = shown_part(&plain.text, ruler, room, shift, sub)?;
        let mut number = theme.fg(role).patch(ground);
        if lit && side.is_some() {
            number = number.add_modifier(Modifier::BOLD);
        }
        let mut spans = vec![Span::styled(
            self.gutter(which, side.is_some(), line, numbers, sub),
            number,
        )];
        let sign = if sub > 0 { "↪" } else { sign };
        spans.push(Span::styled(format!("{sign} "), number));
        // With few colours the sign's colour carries the whole line: syntax colours would drown it.
        let flat = side
            .filter(|_| theme.depth() <= Depth::Ansi)
            .map(|_| Painted {
                parts: vec![(painted.text.len(), role)],
                text: painted.text[range.clone()].to_owned(),
            });
        let words = side.map_or(&[][..], |s| s.words.as_slice());
        let mut cells = 0;
        match flat {
            Some(flat) => {
                let moved: Vec<_> = words
                    .iter()
                    .map(|w| w.start.saturating_sub(range.start)..w.end.saturating_sub(range.start))
                    .collect();
                let all = 0..flat.text.len();
                spans.extend(pieces(theme, &flat, all, &moved, ground, word, &mut cells));
            }
            None => spans.extend(pieces(
                theme, painted, range, words, ground, word, &mut cells,
            )),
        }
        if more {
            spans.push(Span::styled("…", theme.fg(Role::Muted).patch(ground)));
            cells += 1;
        }
        if ground != Style::new() && cells < room {
            spans.push(Span::styled(" ".repeat(room - cells), ground));
        }
        Some(Line::from(spans))
    }

    /// The numbers before a line. A margin of hot lines would stand here, between the numbers and the sign.
    fn gutter(
        &self,
        which: Which,
        changed: bool,
        line: usize,
        (old, new): (Option<usize>, Option<usize>),
        sub: usize,
    ) -> String {
        let width = self.geometry.digits;
        let number = |n: Option<usize>| match n.filter(|_| sub == 0) {
            Some(n) => format!("{:>width$} ", n + 1),
            None => " ".repeat(width + 1),
        };
        if !self.geometry.both_numbers {
            return number(Some(line));
        }
        // Of a changed pair each line has only its own number.
        let of = |w, n| if changed && which != w { None } else { n };
        number(of(Which::Old, old)) + &number(of(Which::New, new))
    }

    fn fold(&self, lines: u32, open: bool, focus: bool) -> Line<'a> {
        let plural = if lines == 1 { "" } else { "s" };
        let width = self.geometry.gutter().saturating_sub(1);
        let (sign, verb) = if open {
            ("▾", "folds")
        } else {
            ("⋯", "opens")
        };
        let key = if focus {
            format!(" (enter {verb})")
        } else {
            String::new()
        };
        let role = if focus { Role::Info } else { Role::Faint };
        let words = format!("{sign:>width$} {lines} unchanged line{plural}{key}");
        Line::from(self.cx.span(words, role))
    }
}

/// Where in the whole text the changes are, and the part of it that is seen.
fn draw_map(cx: View<'_>, laid: &LaidOutDiff, area: Rect, hits: &HitMap, buffer: &mut Buffer) {
    let window = laid.layout.window(hits.first, hits.room);
    for (row, mark) in laid.layout.map.iter().enumerate().take(area.height.into()) {
        let inside = window.contains(&row);
        let (glyph, role) = match mark {
            Mark {
                gone: true,
                come: true,
            } => ("±", Role::Warn),
            Mark { come: true, .. } => ("+", Role::Added),
            Mark { gone: true, .. } => ("−", Role::Removed),
            Mark { .. } if inside => ("┃", Role::Muted),
            Mark { .. } => (" ", Role::Faint),
        };
        let mut style = cx.theme.fg(role);
        if inside {
            style = style.patch(cx.theme.bg(Role::Selection));
        }
        buffer.set_stringn(area.x, area.y + row as u16, glyph, 1, style);
    }
}

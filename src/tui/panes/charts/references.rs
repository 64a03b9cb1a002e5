//! The task's reference solutions at the right edge of the chart, and the best version's place among them.

use ratatui::buffer::Buffer;
use ratatui::text::Line;

use crate::session::Session;
use crate::tui::component::View;
use crate::tui::core::text::{cut, pad, visible, width};
use crate::tui::core::theme::Role;
use crate::tui::panes::charts::axes::GainFrame;

/// Cells of the names at most, and of a chart from which on there are names at all.
const NAME: usize = 22;
const WIDE: u16 = 64;

/// A reference as it is drawn.
pub(super) struct Mark {
    /// Its gain over v0.
    pub(super) gain: f64,
    name: String,
}

/// The references that were timed as things are timed now, best first.
pub(super) fn marks(session: &Session) -> Vec<Mark> {
    let timed = session.references.iter().filter_map(|r| {
        let c = r.comparison.as_ref()?;
        let now = c.only == session.only && c.metric.objective() == session.objective;
        (now && c.gain.0.is_finite() && c.gain.0 > 0.0).then(|| Mark {
            gain: c.gain.0,
            name: visible(&r.name).into_owned(),
        })
    });
    let mut marks: Vec<Mark> = timed.collect();
    marks.sort_by(|a, b| b.gain.total_cmp(&a.gain));
    marks
}

/// Cells that the marks take at the right edge.
pub(super) fn room(marks: &[Mark], chart: u16) -> u16 {
    let longest = marks.iter().map(|m| width(&m.name)).max();
    match longest {
        None => 0,
        Some(longest) if chart >= WIDE => longest.min(NAME) as u16 + 3,
        Some(_) => 2,
    }
}

/// `★ faster than 3 of 4 references`: the star is the best version's.
pub(super) fn place(cx: View<'_>) -> Option<Line<'_>> {
    let best = cx.session.best()?;
    let words = cx.session.rank_in_words(best)?;
    Some(Line::from(vec![
        cx.span(" ★ ", Role::Heat3),
        cx.span(words, Role::Text),
    ]))
}

/// Draws the marks; of those that share a row the first is named, with the number of the others.
pub(super) fn draw(
    cx: View<'_>,
    marks: &[Mark],
    frame: &GainFrame,
    edge: u16,
    buffer: &mut Buffer,
) {
    if edge == 0 {
        return;
    }
    let x = frame.chart.x + frame.chart.width;
    let style = cx.theme.fg(Role::Baseline);
    let mut rest = marks;
    while let Some(mark) = rest.first() {
        let row = frame.row(mark.gain);
        let same = rest
            .iter()
            .take_while(|m| frame.row(m.gain) == row)
            .count()
            .max(1);
        buffer.set_stringn(x, row, "◂", 1, style);
        if edge > 2 {
            let more = match same {
                1 => String::new(),
                n => format!(" +{}", n - 1),
            };
            let cells = usize::from(edge).saturating_sub(3);
            let name = cut(&mark.name, cells.saturating_sub(width(&more)));
            let text = pad(&format!("{name}{more}"), cells);
            buffer.set_stringn(x + 2, row, text, cells, cx.theme.fg(Role::Muted));
        }
        rest = &rest[same..];
    }
}

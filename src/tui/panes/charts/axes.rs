//! What all charts are drawn with: titles, axes, the cursor and its readout.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::component::View;
use crate::tui::core::scale::{LogScale, Scale, Unit};
use crate::tui::core::text::{pad_left, width, wrap};
use crate::tui::core::theme::Role;
use crate::tui::state::hits::HitMap;
use crate::tui::widgets::put;

/// A title on the first row of a chart without a frame; gives the rest. The title goes where rows are dear.
pub(crate) fn under_title(cx: View<'_>, title: &str, area: Rect, buffer: &mut Buffer) -> Rect {
    if area.height < 6 {
        return area;
    }
    put(buffer, area, 0, &Line::from(cx.span(title, Role::Title)));
    Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    }
}

/// What stands in a chart that has nothing to show yet.
pub(crate) fn nothing(cx: View<'_>, words: &str, area: Rect, buffer: &mut Buffer) {
    let lines = wrap(words, area.width.saturating_sub(1).into());
    let top = (area.height / 2).saturating_sub(lines.len() as u16 / 2);
    for (row, line) in lines.into_iter().enumerate() {
        let line = Line::from(cx.span(format!(" {line}"), Role::Faint));
        put(buffer, area, top + row as u16, &line);
    }
}

/// A horizontal axis below a chart: a rule, and figures under their ticks; the last one says the unit.
pub(crate) fn axis_below(
    cx: View<'_>,
    chart: Rect,
    scale: &Scale,
    from: f64,
    unit: Unit,
    buffer: &mut Buffer,
) {
    let faint = cx.theme.fg(Role::Faint);
    let y = chart.y + chart.height;
    let rule = "▔".repeat(chart.width.into());
    buffer.set_stringn(chart.x, y, rule, chart.width.into(), faint);
    let ticks: Vec<f64> = scale
        .ticks()
        .filter(|t| *t >= from * (1.0 - 1e-9))
        .collect();
    let place = |tick: f64, wide: u16| {
        let share = (tick - from) / (scale.top - from).max(f64::MIN_POSITIVE);
        let at = (share * f64::from(chart.width.saturating_sub(1))).round() as u16;
        let last = chart.width.saturating_sub(wide);
        chart.x + at.saturating_sub(wide / 2).min(last)
    };
    let Some((last, others)) = ticks.split_last() else {
        return;
    };
    let last_text = format!("{} {} ", unit.tick(*last, scale), unit.name(scale));
    let last_at = place(*last, width(&last_text) as u16);
    let mut free = chart.x;
    for tick in others {
        let text = format!("{} ", unit.tick(*tick, scale));
        let wide = width(&text) as u16;
        let at = place(*tick, wide);
        if at >= free && at + wide <= last_at {
            buffer.set_stringn(at, y, text, usize::from(wide), faint);
            free = at + wide + 1;
        }
    }
    buffer.set_stringn(last_at, y, last_text, chart.width.into(), faint);
}

/// Figures at the left of a chart, each on the row of its value; those that would stand too close are left out.
pub(crate) fn axis_left(
    cx: View<'_>,
    area: Rect,
    chart: Rect,
    figures: &[(f64, String)],
    buffer: &mut Buffer,
) {
    let faint = cx.theme.fg(Role::Faint);
    let room = usize::from(chart.x.saturating_sub(area.x + 1));
    let mut before: Option<u16> = None;
    for (share, text) in figures {
        let row =
            ((1.0 - share.clamp(0.0, 1.0)) * f64::from(chart.height.saturating_sub(1))).round();
        let row = chart.y + row as u16;
        if before.is_none_or(|b| b.abs_diff(row) >= 2) {
            buffer.set_stringn(area.x, row, pad_left(text, room), room, faint);
            before = Some(row);
        }
    }
}

/// Cells that the figures at the left take, the blank after them included.
pub(crate) fn margin(figures: &[(f64, String)]) -> u16 {
    figures.iter().map(|(_, t)| width(t)).max().unwrap_or(0) as u16 + 1
}

/// The column of the cursor in a chart that stands alone, drawn as a line; tells the screen how far it can go.
/// Charts beside the main pane have nothing to tell it to, and no cursor.
pub(crate) fn cursor(
    cx: View<'_>,
    chart: Rect,
    buffer: &mut Buffer,
    hits: Option<&mut HitMap>,
) -> Option<u16> {
    let hits = hits?;
    cx.state.panes.charts.one?;
    hits.chart_cells = chart.width;
    let at = cx
        .state
        .panes
        .charts
        .cursor?
        .min(chart.width.saturating_sub(1));
    for row in 0..chart.height {
        let place = (chart.x + at, chart.y + row);
        if let Some(cell) = buffer.cell_mut(place).filter(|c| c.symbol() == " ") {
            cell.set_symbol("┊").set_style(cx.theme.fg(Role::Key));
        }
    }
    Some(at)
}

/// One part of a readout: a name in its role and a value.
pub(crate) fn told<'a>(cx: View<'a>, name: String, role: Role, value: String) -> [Span<'a>; 2] {
    [
        cx.span(format!("  {name} "), role),
        cx.span(value, Role::Text),
    ]
}

/// Where things stand: versions across, gains up, logarithmic.
pub(crate) struct GainFrame {
    pub(crate) chart: Rect,
    pub(crate) scale: LogScale,
    pub(crate) step: u16,
    pub(crate) skip: usize,
}

impl GainFrame {
    pub(crate) fn share(&self, gain: f64) -> f64 {
        self.scale.share(gain)
    }

    pub(crate) fn row(&self, gain: f64) -> u16 {
        let rows = f64::from(self.chart.height.saturating_sub(1));
        self.chart.y + ((1.0 - self.share(gain)) * rows).round() as u16
    }

    /// Column of a point, if it is not among those left out.
    pub(crate) fn column(&self, n: usize) -> Option<u16> {
        let shown = u16::try_from(n.checked_sub(self.skip)?).ok()?;
        let cells = shown.checked_mul(self.step)?.checked_add(1)?;
        self.chart.x.checked_add(cells)
    }
}

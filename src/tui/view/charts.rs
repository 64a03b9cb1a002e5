//! The charts: memory over time, the comparison, the times of both, gain by version; each small, large or alone.

mod gains;
mod memory;
mod spread;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::app::Seen;
use crate::tui::panes::Chart;
use crate::tui::scale::{Scale, Unit};
use crate::tui::text::{pad_left, width};
use crate::tui::theme::Role;
use crate::tui::view::{Context, interval, put};

pub use gains::gains;
pub use memory::{memory, spark};

/// What the frame of the charts pane says at the right.
#[must_use]
pub fn info(cx: Context<'_>) -> String {
    match cx.app.panes.charts.one {
        None => " enter: one chart alone ".into(),
        Some(Chart::Comparison) => " enter: the next chart ".into(),
        Some(_) => " ← → read values · enter: the next chart ".into(),
    }
}

/// The charts pane: one alone, or what there is room for.
pub fn draw(cx: Context<'_>, area: Rect, buffer: &mut Buffer, seen: &mut Seen) {
    if area.height < 4 || area.width < 16 {
        return;
    }
    let one = |chart, area: Rect, buffer: &mut Buffer, seen: &mut Seen| match chart {
        Chart::Memory => memory::titled(cx, area, buffer, seen),
        Chart::Comparison => interval::inside(cx, area, buffer),
        Chart::Times => spread::titled(cx, area, buffer, seen),
        Chart::Gains => gains::titled(cx, area, buffer, seen),
    };
    if let Some(chart) = cx.app.panes.charts.one {
        return one(chart, area, buffer, seen);
    }
    for (chart, place) in places(area) {
        one(chart, place, buffer, seen);
    }
}

/// Which charts there is room for, the most telling first.
fn places(area: Rect) -> Vec<(Chart, Rect)> {
    if area.height < 12 {
        return vec![(Chart::Comparison, area)];
    }
    if area.width >= 96 && area.height >= 16 {
        let (half, third) = (area.width / 2, area.height / 2);
        let cut = |x, y, right: bool, low: bool| Rect {
            x: area.x + x,
            y: area.y + y,
            width: if right { area.width - half } else { half - 2 },
            height: if low { area.height - third } else { third - 1 },
        };
        return vec![
            (Chart::Comparison, cut(0, 0, false, false)),
            (Chart::Memory, cut(half, 0, true, false)),
            (Chart::Times, cut(0, third, false, true)),
            (Chart::Gains, cut(half, third, true, true)),
        ];
    }
    let order = [Chart::Comparison, Chart::Memory, Chart::Gains, Chart::Times];
    let count = match area.height {
        ..18 => 2,
        18..30 => 3,
        _ => 4,
    };
    let each = area.height / count;
    let heights = (0..count).map(|n| {
        if n == 0 {
            area.height - each * (count - 1)
        } else {
            each
        }
    });
    let mut y = area.y;
    order
        .into_iter()
        .zip(heights)
        .map(|(chart, height)| {
            let place = Rect {
                y,
                height: height.saturating_sub(1),
                ..area
            };
            y += height;
            (chart, place)
        })
        .collect()
}

/// A title on the first row of a chart without a frame; gives the rest. The title goes where rows are dear.
fn under_title(cx: Context<'_>, title: &str, area: Rect, buffer: &mut Buffer) -> Rect {
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
fn nothing(cx: Context<'_>, words: &str, area: Rect, buffer: &mut Buffer) {
    let lines = crate::tui::text::wrap(words, area.width.saturating_sub(1).into());
    let top = (area.height / 2).saturating_sub(lines.len() as u16 / 2);
    for (row, line) in lines.into_iter().enumerate() {
        let line = Line::from(cx.span(format!(" {line}"), Role::Faint));
        put(buffer, area, top + row as u16, &line);
    }
}

/// A horizontal axis below a chart: a rule, and figures under their ticks; the last one says the unit.
fn axis_below(
    cx: Context<'_>,
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
fn axis_left(
    cx: Context<'_>,
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
fn margin(figures: &[(f64, String)]) -> u16 {
    figures.iter().map(|(_, t)| width(t)).max().unwrap_or(0) as u16 + 1
}

/// The column of the cursor in a chart that stands alone, drawn as a line; tells the screen how far it can go.
/// Charts beside the main pane have nothing to tell it to, and no cursor.
fn cursor(
    cx: Context<'_>,
    chart: Rect,
    buffer: &mut Buffer,
    seen: Option<&mut Seen>,
) -> Option<u16> {
    let seen = seen?;
    cx.app.panes.charts.one?;
    seen.chart_cells = chart.width;
    let at = cx
        .app
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
fn told<'a>(cx: Context<'a>, name: String, role: Role, value: String) -> [Span<'a>; 2] {
    [
        cx.span(format!("  {name} "), role),
        cx.span(value, Role::Text),
    ]
}

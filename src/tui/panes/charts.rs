//! The charts: memory over time, the comparison, the times of both, gain by version; each small, large or alone.

mod axes;
pub(crate) mod comparison;
mod gains;
mod memory;
mod references;
mod spread;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::component::{Context, Pane, View};
use crate::tui::core::tab::Tab;
use crate::tui::state::hits::HitMap;
use crate::tui::state::navigation::Direction;
use crate::tui::state::panes::Chart;

pub(crate) use gains::gains;
pub(crate) use memory::{memory, spark};

/// The charts pane: one alone, or what there is room for.
pub(crate) struct Charts;

impl Pane for Charts {
    fn tab(&self) -> Tab {
        Tab::Charts
    }

    fn info(&self, cx: View<'_>, _: usize) -> String {
        match cx.state.panes.charts.one {
            None => " enter: one chart alone ".into(),
            Some(Chart::Comparison) => " enter: the next chart ".into(),
            Some(_) => " ← → read values · enter: the next chart ".into(),
        }
    }

    fn on_step(&self, cx: &mut Context<'_>, to: Direction) -> bool {
        let charts = &mut cx.state.panes.charts;
        if charts.one.is_none() {
            return false;
        }
        let by = if to == Direction::Forward { 1 } else { -1 };
        charts.step(by, cx.state.hits.chart_cells);
        true
    }

    fn on_open(&self, cx: &mut Context<'_>) {
        cx.state.panes.charts.next();
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        draw(cx, area, buffer, hits);
    }
}

fn draw(cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
    if area.height < 4 || area.width < 16 {
        return;
    }
    let one = |chart, area: Rect, buffer: &mut Buffer, hits: &mut HitMap| match chart {
        Chart::Memory => memory::titled(cx, area, buffer, hits),
        Chart::Comparison => comparison::inside(cx, area, buffer),
        Chart::Times => spread::titled(cx, area, buffer, hits),
        Chart::Gains => gains::titled(cx, area, buffer, hits),
    };
    if let Some(chart) = cx.state.panes.charts.one {
        return one(chart, area, buffer, hits);
    }
    for (chart, place) in places(area) {
        one(chart, place, buffer, hits);
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

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
    for (chart, place) in places(cx, area) {
        one(chart, place, buffer, hits);
    }
}

/// Which charts there is room for, the most telling first; the pairs only where there are any.
fn places(cx: View<'_>, area: Rect) -> Vec<(Chart, Rect)> {
    let mut all = vec![Chart::Comparison, Chart::Memory, Chart::Gains];
    all.extend(spread::has_figures(cx).then_some(Chart::Times));
    let columns: u16 = if area.width >= 96 && area.height >= 16 {
        2
    } else {
        1
    };
    let most = match area.height {
        ..12 => 1,
        12..18 => 2,
        18..30 => 3,
        _ => 4,
    };
    all.truncate((most * columns).into());
    let count = all.len() as u16;
    let rows = count.div_ceil(columns);
    let place = |n: u16| {
        let (row, column) = (n / columns, n % columns);
        // One that is alone in its row has all of it.
        let beside = (count - row * columns).min(columns);
        let (x, y) = (area.width / beside * column, area.height * row / rows);
        let last = column + 1 == beside;
        Rect {
            x: area.x + x,
            y: area.y + y,
            width: if last {
                area.width - x
            } else {
                area.width / beside - 2
            },
            height: area.height * (row + 1) / rows - y - u16::from(row + 1 < rows),
        }
    };
    (all.into_iter().zip(0..))
        .map(|(chart, n)| (chart, place(n)))
        .collect()
}

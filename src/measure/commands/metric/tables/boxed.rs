//! Tables in a frame of lines, as JavaScript's `console.table` draws them: tinybench and whatever prints like it.

use crate::measure::commands::metric::figure::{ReportedFigure, Unit};
use crate::measure::commands::metric::quantity::{factor, quantity};

/// Which columns of a framed table count.
#[derive(Debug)]
pub(in crate::measure::commands::metric) struct Boxed {
    name: usize,
    value: usize,
    unit: (f64, Unit),
}

impl Boxed {
    /// `│ (index) │ Task name │ Latency avg (ns) │ Latency med (ns) │ Throughput avg (ops/s) │ …`; of the columns the mean of a
    /// time, another time, or a rate.
    pub(super) fn head(line: &str) -> Option<Self> {
        let cells = framed(line)?;
        let lower: Vec<String> = cells.iter().map(|c| c.to_lowercase()).collect();
        let name = lower
            .iter()
            .position(|c| matches!(c.as_str(), "task name" | "name" | "benchmark"))?;
        let columns = lower.iter().zip(&cells).enumerate();
        let ranked = columns.filter_map(|(at, (column, written))| {
            let (rank, unit) = rank(column, written)?;
            Some((rank, at, unit))
        });
        let (_, value, unit) = ranked.min_by_key(|(rank, at, _)| (*rank, *at))?;
        Some(Self { name, value, unit })
    }

    /// `│ 0 │ 'parse' │ '24025.79 ± 0.53%' │ … │`; nothing where it is a rule or an entry that failed.
    pub(super) fn row(&self, line: &str) -> Option<Option<ReportedFigure>> {
        if line.starts_with(['├', '┌', '└', '╞', '╔', '╠']) {
            return Some(None);
        }
        let cells = framed(line)?;
        let name = unquoted(cells.get(self.name)?);
        let value = quantity(unquoted(cells.get(self.value)?));
        Some(value.map(|(value, _)| ReportedFigure::new(name, (value * self.unit.0, self.unit.1))))
    }
}

/// How well a column serves, 0 the best, and its unit.
fn rank(column: &str, written: &str) -> Option<(u8, (f64, Unit))> {
    let inside = written.split_once('(').and_then(|(_, u)| u.split_once(')'));
    let unit = inside.map_or((1.0, Unit::Plain), |(u, _)| factor(u));
    let is = |words: &[&str]| words.iter().any(|w| column.contains(w));
    match unit.1 {
        // A median of single calls is as coarse as the clock.
        Unit::Time if is(&["avg", "average", "mean"]) => Some((0, unit)),
        Unit::Time if is(&["med", "latency", "period"]) => Some((1, unit)),
        Unit::Rate => Some((2, unit)),
        _ if column.starts_with("ops/s") || column == "hz" => Some((2, (1.0, Unit::Rate))),
        _ => None,
    }
}

/// `│ 0 │ 'parse' │ '24025.79 ± 0.53%' │ '41621 ± 0.50%' │ 64 │` without its head: the first figure is the time in
/// nanoseconds.
pub(in crate::measure::commands::metric) fn headless(line: &str) -> Option<ReportedFigure> {
    let cells = framed(line)?;
    let [index, name, time, ..] = cells[..] else {
        return None;
    };
    let ours = index.bytes().all(|b| b.is_ascii_digit())
        && name.starts_with(['\'', '"'])
        && time.contains('±')
        && time.starts_with(['\'', '"']);
    let (value, _) = quantity(unquoted(time)).filter(|_| ours)?;
    Some(ReportedFigure::new(unquoted(name), (value, Unit::Time)))
}

/// The cells of a row in a frame.
fn framed(line: &str) -> Option<Vec<&str>> {
    let inside = line.strip_prefix('│')?.strip_suffix('│')?;
    Some(inside.split('│').map(str::trim).collect())
}

fn unquoted(cell: &str) -> &str {
    for quote in ['\'', '"', '`'] {
        let bare = cell.strip_prefix(quote).and_then(|c| c.strip_suffix(quote));
        if let Some(bare) = bare {
            return bare;
        }
    }
    cell
}

//! What `asv run` prints: a line for each benchmark, and a table for one that has parameters.

use crate::measure::commands::metric::figure::{ReportedFigure, Unit};
use crate::measure::commands::metric::quantity::quantity;
use crate::measure::commands::metric::words::cells;

/// The table of a benchmark with parameters.
#[derive(Debug)]
pub(in crate::measure::commands::metric) struct Asv<'a> {
    name: &'a str,
    /// Words of the last row of the head: of several columns of figures their parameters.
    columns: Vec<&'a str>,
}

/// What stands behind `[ 50.00%] ··· `.
fn told(line: &str) -> Option<&str> {
    let (progress, rest) = line.strip_prefix('[')?.split_once("%] ·")?;
    let number = progress.trim().parse::<f64>().is_ok();
    number.then(|| rest.trim_start_matches('·').trim())
}

/// `[ 75.00%] ··· lists.Sort.time_sort   12.3±0.2μs`
pub(in crate::measure::commands::metric) fn single(line: &str) -> Option<ReportedFigure> {
    let cells = cells(told(line)?);
    let [name, value] = cells[..] else {
        return None;
    };
    Some(ReportedFigure::new(name, figure(value)?))
}

/// `12.3±0.2μs`, `3.04M`, `12`
fn figure(text: &str) -> Option<(f64, Unit)> {
    let Some((number, spread)) = text.split_once('±') else {
        let suffix = [("k", 1e3), ("M", 1e6), ("G", 1e9)];
        let bytes = suffix.iter().find_map(|(end, factor)| {
            let number: f64 = text.strip_suffix(end)?.parse().ok()?;
            Some((number * factor, Unit::Bytes))
        });
        return bytes.or_else(|| quantity(text));
    };
    let unit = spread.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    quantity(&format!("{number}{unit}"))
}

impl<'a> Asv<'a> {
    /// `[100.00%] ··· lists.Sort.time_sort   ok`, before its table.
    pub(super) fn head(line: &'a str) -> Option<Self> {
        let cells = cells(told(line)?);
        let [name, "ok"] = cells[..] else {
            return None;
        };
        Some(Self {
            name,
            columns: Vec::new(),
        })
    }

    /// `1000   5.5±0.1μs`, its parameters before its figures.
    pub(super) fn row(&mut self, line: &'a str) -> Option<Vec<ReportedFigure>> {
        let inside = told(line).unwrap_or(line);
        if single(line).is_some() {
            return None;
        }
        let cells = cells(inside);
        if inside.bytes().all(|b| matches!(b, b'=' | b'-' | b' ')) {
            return Some(Vec::new());
        }
        let is_figure = |cell: &&str| cell.contains('±') || matches!(*cell, "n/a" | "failed");
        let first = cells.iter().position(is_figure);
        // Numbers that are tracked have no spread; a parameter and one of them are two cells.
        let Some(first) = first.or_else(|| self.plain_row(&cells)) else {
            self.columns = inside.split_whitespace().collect();
            return Some(Vec::new());
        };
        let (parameters, values) = cells.split_at(first);
        let named = (values.len() > 1).then(|| {
            let from = self.columns.len().saturating_sub(values.len());
            &self.columns[from..]
        });
        let figures = values.iter().enumerate().filter_map(|(at, value)| {
            let column = named.and_then(|n| n.get(at));
            let parameters: Vec<&str> = parameters.iter().chain(column).copied().collect();
            let name = format!("{}({})", self.name, parameters.join(", "));
            Some(ReportedFigure::new(&name, figure(value)?))
        });
        Some(figures.collect())
    }

    fn plain_row(&self, cells: &[&str]) -> Option<usize> {
        let last = cells.len().checked_sub(1).filter(|last| *last > 0)?;
        let behind_head = !self.columns.is_empty();
        (behind_head && figure(cells[last]).is_some()).then_some(last)
    }
}

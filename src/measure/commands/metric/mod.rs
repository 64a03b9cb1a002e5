//! Figures that a command says itself: lines `METRIC name=value`, and the usual outputs of benchmark tools.
//!
//! The author of the command's program can make it print anything, so such a figure is labelled as reported, and the wall
//! time of the command is kept beside it.

mod figure;
mod iterations;
mod lines;
mod quantity;
mod tables;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use self::figure::{ReportedFigure, Unit};
use std::collections::HashMap;

pub(super) use self::iterations::iterations;

use self::figure::Found;
use self::quantity::quantity;
use self::tables::Table;

/// Everything that was said in an output, in order: `METRIC` lines if there are any, else what benchmark tools print.
#[must_use]
pub(crate) fn all(text: &str) -> Vec<ReportedFigure> {
    let text = without_colours(text);
    let said: Vec<ReportedFigure> = text.lines().filter_map(|l| metric(l.trim())).collect();
    if said.is_empty() { tools(&text) } else { said }
}

/// Whether an output has lines of ours.
pub(super) fn is_in_lines(text: &str) -> bool {
    without_colours(text)
        .lines()
        .any(|l| metric(l.trim()).is_some())
}

/// The figure of a run: of the wanted name, or of the first that was said; the median where it was said several times.
#[must_use]
pub(crate) fn choose(said: &[ReportedFigure], wanted: Option<&str>) -> Option<ReportedFigure> {
    let name = match wanted {
        Some(name) => name,
        None => &said.first()?.name,
    };
    median(said.iter().filter(|s| s.name == name).collect())
}

/// The figure with the median of some values.
#[must_use]
pub(crate) fn median(mut same: Vec<&ReportedFigure>) -> Option<ReportedFigure> {
    same.sort_by(|a, b| a.value.total_cmp(&b.value));
    let middle = same.get(same.len() / 2)?;
    let value = if same.len().is_multiple_of(2) {
        f64::midpoint(same[same.len() / 2 - 1].value, middle.value)
    } else {
        middle.value
    };
    Some(ReportedFigure {
        value,
        ..(*middle).clone()
    })
}

/// The figures, each name once, in the order in which they were said; the median where one was said several times.
pub(crate) fn each(said: &[ReportedFigure]) -> Vec<ReportedFigure> {
    let mut places = HashMap::new();
    let mut same: Vec<Vec<&ReportedFigure>> = Vec::new();
    for figure in said {
        let place = *places.entry(figure.name.as_str()).or_insert(same.len());
        match same.get_mut(place) {
            Some(others) => others.push(figure),
            None => same.push(vec![figure]),
        }
    }
    same.into_iter().filter_map(median).collect()
}

/// `METRIC name=value`, with or without a unit.
fn metric(line: &str) -> Option<ReportedFigure> {
    let rest = line.strip_prefix("METRIC")?;
    if !rest.starts_with([' ', '\t', ':']) {
        return None;
    }
    let (name, value) = rest.trim_start_matches([' ', '\t', ':']).split_once('=')?;
    let name = name.trim();
    if name.is_empty() {
        return None;
    }
    Some(ReportedFigure::new(name, quantity(value.trim())?))
}

/// Outputs of benchmark tools, line by line.
fn tools(text: &str) -> Vec<ReportedFigure> {
    let mut found = Found::default();
    let mut of_google = false;
    let mut last = "";
    let mut table: Option<Table<'_>> = None;
    for line in text.lines() {
        let bare = line.trim();
        if let Some(head) = Table::head(bare, last) {
            of_google |= matches!(head, Table::Google);
            table = Some(head);
        } else if let Some(open) = &mut table
            && !bare.is_empty()
            && let Some(mut row) = open.row(line)
        {
            row.retain(|figure| !figure.name.is_empty());
            found.add(open.told_apart(row, &found));
        } else {
            if bare.is_empty() {
                table = table.filter(Table::goes_on);
            }
            let read = lines::read(bare, last, &mut found);
            found.add(read);
        }
        // The name may stand on the line before.
        if !bare.is_empty() {
            last = bare;
        }
    }
    if of_google {
        let spread = tables::google_spread(text);
        (found.figures).retain(|f| !spread.contains(f.name.as_str()));
    }
    found.figures
}

/// The text without the sequences that colour it on a terminal.
pub(super) fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut bare = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| ('@'..='~').contains(&c));
        bare.push_str(end.map_or("", |end| &part[end + 1..]));
    }
    bare
}

//! Figures that a command says itself: lines `METRIC name=value`, and the usual outputs of benchmark tools.
//!
//! The author of the command's program can make it print anything, so such a figure is labelled as reported, and the wall
//! time of the command is kept beside it.

mod figure;
mod lines;
mod quantity;
mod tables;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use self::figure::{ReportedFigure, Unit};
use self::quantity::quantity;
use self::tables::Table;

/// Everything that was said in an output, in order: `METRIC` lines if there are any, else what benchmark tools print.
#[must_use]
pub(crate) fn all(text: &str) -> Vec<ReportedFigure> {
    let text = without_colours(text);
    let said: Vec<ReportedFigure> = text.lines().filter_map(|l| metric(l.trim())).collect();
    if said.is_empty() { tools(&text) } else { said }
}

/// The figure of a run: of the wanted name, or of the first that was said; the median where it was said several times.
#[must_use]
pub(crate) fn choose(said: &[ReportedFigure], wanted: Option<&str>) -> Option<ReportedFigure> {
    let name = match wanted {
        Some(name) => name,
        None => &said.first()?.name,
    };
    let mut same: Vec<&ReportedFigure> = said.iter().filter(|s| s.name == name).collect();
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

/// The names of the figures, each once, in the order in which they were said.
pub(crate) fn names(said: &[ReportedFigure]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for figure in said {
        if !names.contains(&figure.name.as_str()) {
            names.push(&figure.name);
        }
    }
    names
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
    let mut found: Vec<ReportedFigure> = Vec::new();
    let mut last = "";
    let mut table: Option<Table<'_>> = None;
    for line in text.lines() {
        let bare = line.trim();
        if let Some(head) = Table::head(bare, last) {
            table = Some(head);
        } else if let Some(open) = &mut table
            && !bare.is_empty()
            && let Some(mut row) = open.row(line)
        {
            row.retain(|figure| !figure.name.is_empty());
            found.extend(open.told_apart(row, &found));
        } else {
            if bare.is_empty() {
                table = table.filter(Table::goes_on);
            }
            found.extend(lines::read(bare, last, &found));
        }
        // The name may stand on the line before.
        if !bare.is_empty() {
            last = bare;
        }
    }
    found
}

/// The text without the sequences that colour it on a terminal.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut bare = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| ('@'..='~').contains(&c));
        bare.push_str(end.map_or("", |end| &part[end + 1..]));
    }
    bare
}

//! Regions that are lines: a range that somebody gives, or what stands between two markers.

use std::ops::Range;

use super::grammar::{Grammar, parse_errors};
use super::items::{self, FunctionNode};
use super::searched_file::SearchedFile;
use super::tree::{self, N};
use super::{Region, RegionKind, markers};
use crate::task::TaskError;

fn invalid(sentence: String) -> TaskError {
    TaskError::Invalid(sentence)
}

/// The region between two markers.
pub(super) fn find_marked(
    place: &SearchedFile<'_>,
    name: Option<&str>,
) -> Result<Region, TaskError> {
    let parts =
        markers::read_all(place.text).map_err(|e| invalid(format!("{}: {e}", place.file)))?;
    let listed = || {
        let names: Vec<String> = parts
            .iter()
            .map(|p| match &p.name {
                Some(name) => format!("@{name} (line {})", p.line),
                None => format!("one without a name (line {})", p.line),
            })
            .collect();
        names.join(", ")
    };
    let fitting: Vec<_> = parts
        .iter()
        .filter(|p| name.is_none() || p.name.as_deref() == name)
        .collect();
    let part = match (fitting.as_slice(), name) {
        ([one], _) => *one,
        ([], _) if parts.is_empty() => {
            return Err(invalid(format!(
                "{} has no comment `reheat: begin`; put one before the part that may change and `reheat: end` behind it",
                place.file
            )));
        }
        ([], name) => {
            return Err(invalid(format!(
                "{} has no part marked `{}`; marked are: {}",
                place.file,
                name.unwrap_or_default(),
                listed()
            )));
        }
        (_, Some(name)) => {
            return Err(invalid(format!(
                "{} has several parts marked `{name}`: {}; give each a name of its own",
                place.file,
                listed()
            )));
        }
        (several, None) => {
            // Where just one has no name, it is the one that is meant without a name.
            let unnamed: Vec<_> = several
                .iter()
                .copied()
                .filter(|p| p.name.is_none())
                .collect();
            match unnamed.as_slice() {
                [one] => *one,
                _ => {
                    return Err(invalid(format!(
                        "{} has {} marked parts: {}; say which, as in {}::@name",
                        place.file,
                        several.len(),
                        listed(),
                        place.file
                    )));
                }
            }
        }
    };
    let said = place.text.get(part.between.clone()).unwrap_or_default();
    if said.trim().is_empty() {
        return Err(invalid(format!(
            "{}: there is nothing between the markers of line {}",
            place.file, part.line
        )));
    }
    let label = match &part.name {
        Some(name) => format!("@{name}"),
        None => {
            let first = part.line + 1;
            format!(
                "marked lines {first}–{}",
                first + said.trim_end().matches('\n').count()
            )
        }
    };
    let mut region = place.region(label, part.between.clone(), RegionKind::Marked);
    if let Some(grammar) = place.grammar {
        note_slips(place, grammar, &mut region)?;
    }
    Ok(region)
}

/// The region that is a range of lines.
pub(super) fn find(
    place: &SearchedFile<'_>,
    first: usize,
    last: usize,
) -> Result<Region, TaskError> {
    let count = place.text.lines().count();
    let range = if first == last {
        format!("line {first}")
    } else {
        format!("lines {first}–{last}")
    };
    if first == 0 {
        return Err(invalid(format!("{range}: lines are counted from 1")));
    }
    if first > last {
        return Err(invalid(format!(
            "{range}: the first line is behind the last; {}:{last}-{first} may be meant",
            place.file
        )));
    }
    if last > count {
        return Err(invalid(format!(
            "{range} lie outside of {}, which has {count} lines",
            place.file
        )));
    }
    let whole = line_range(place.text, first, last);
    let said = place.text.get(whole.clone()).unwrap_or_default();
    if said.trim().is_empty() {
        return Err(invalid(format!("{range} of {} are blank", place.file)));
    }
    let Some(grammar) = place.grammar else {
        return Ok(place.region(range, whole, RegionKind::Lines));
    };
    let tree = place.parsed(grammar)?;
    let all = items::find(grammar, &tree, place.text);
    let parse_errors = parse_errors(tree.root_node(), place.text);
    let lead = said.len()
        - said
            .trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n', '\u{c}'])
            .len();
    let core = whole.start + lead..whole.start + said.trim_end().len();
    if first == last {
        let found = holding(grammar, &all, first, place.text);
        // Who names all lines of `TABLE = make(256, lambda i: i * i)` means the constant.
        if let Some(found) = found.filter(|f| !f.is_argument() || f.lines() != (first, first)) {
            let mut region = place.function(grammar, &tree, found, &parse_errors)?;
            let name = region.name.clone();
            region.notes.insert(
                0,
                format!("line {first} is in `{name}`, which is the region"),
            );
            return Ok(region);
        }
    } else if let Some(found) = all.iter().filter(|f| !f.is_argument()).find(|f| {
        let end = tree::trimmed_end(f.unit, place.text);
        core.end == end
            && (core.start == f.unit.start_byte() || core.start == f.start(grammar, place.text))
    }) {
        return place.function(grammar, &tree, found, &parse_errors);
    }
    if let Some(cut) = cut(tree.root_node(), &core) {
        let (a, b) = (cut.start_position().row + 1, cut.end_position().row + 1);
        return Err(invalid(format!(
            "{range} cut through the code in lines {a}–{b} ({}); {}:{}-{} would take all of it",
            cut.kind().replace('_', " "),
            place.file,
            a.min(first),
            b.max(last),
        )));
    }
    let mut region = place.region(range, whole, RegionKind::Lines);
    note_slips(place, grammar, &mut region)?;
    Ok(region)
}

/// Says where the file does not parse; an error where the region itself does not.
fn note_slips(
    place: &SearchedFile<'_>,
    grammar: Grammar,
    region: &mut Region,
) -> Result<(), TaskError> {
    let tree = place.parsed(grammar)?;
    let parse_errors = parse_errors(tree.root_node(), place.text);
    let Some(first) = parse_errors.first() else {
        return Ok(());
    };
    let inside = parse_errors.iter().find(|s| region.span.contains(&s.at));
    let parse_error = inside.unwrap_or(first);
    let sentence = format!(
        "{}:{}:{}: {}",
        place.file, parse_error.line, parse_error.column, parse_error.what
    );
    if inside.is_some() && !grammar.has_preprocessor() {
        return Err(invalid(format!(
            "{} does not parse: {sentence}",
            region.name
        )));
    }
    region.notes.push(format!(
        "{} does not parse everywhere: {sentence}",
        place.file
    ));
    Ok(())
}

/// The bytes of whole lines, without the end of the last.
fn line_range(text: &str, first: usize, last: usize) -> Range<usize> {
    let mut at = 0;
    let (mut start, mut end) = (0, text.len());
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if index + 1 == first {
            start = at;
        }
        at += line.len();
        if index + 1 == last {
            let line = line.strip_suffix('\n').unwrap_or(line);
            let cut = at - (text.get(..at).map_or(0, |t| usize::from(t.ends_with('\n'))));
            end = cut - usize::from(line.ends_with('\r'));
            break;
        }
    }
    if start == 0 && text.starts_with('\u{feff}') {
        start = '\u{feff}'.len_utf8();
    }
    start..end
}

/// The innermost function that a line is in.
fn holding<'f, 't>(
    grammar: Grammar,
    all: &'f [FunctionNode<'t>],
    line: usize,
    text: &str,
) -> Option<&'f FunctionNode<'t>> {
    all.iter()
        .filter(|f| {
            let (first, last) = f.lines();
            // The lines above it may be its documentation.
            (first..=last).contains(&line)
                || (line < first
                    && first - line < 100
                    && tree::place(text, f.start(grammar, text)).0 <= line)
        })
        .min_by_key(|f| f.lines().1 - f.lines().0)
}

/// What a range cuts through: a node that begins inside of it and ends outside, or the other way round, or the smallest
/// one around it whose parts cannot be replaced by themselves.
fn cut<'t>(root: N<'t>, range: &Range<usize>) -> Option<N<'t>> {
    let mut here = root;
    loop {
        let mut inner = None;
        for child in tree::children(here) {
            let (start, end) = (child.start_byte(), child.start_byte().max(child.end_byte()));
            if end <= range.start || start >= range.end || start == end {
                continue;
            }
            if start >= range.start && end <= range.end {
                continue;
            }
            if start <= range.start && end >= range.end {
                inner = Some(child);
                break;
            }
            // Comments and line ends may hang over.
            if Grammar::is_comment(child) {
                continue;
            }
            return Some(if child.is_named() { child } else { here });
        }
        match inner {
            Some(child) => here = child,
            None => break,
        }
    }
    let exact = here.start_byte() == range.start && here.end_byte() == range.end;
    let parts = Grammar::is_container(here)
        || matches!(
            here.kind(),
            "switch_body"
                | "switch_block"
                | "switch_case"
                | "switch_default"
                | "case_statement"
                | "match_block"
                | "else"
                | "then"
                | "do"
                | "begin"
                | "if_statement"
                | "method"
                | "expression_case"
                | "default_case"
                | "type_case"
                | "communication_case"
                | "statement_list"
                | "class"
                | "do_block"
                | "ERROR"
        );
    (!exact && !parts).then_some(here)
}

//! Removing the indentation of a text and restoring it, line by line; the insides of literals stay as they are.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::grammar::Grammar;
use super::tree::{self, N};

/// How the lines of a file look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LineStyle {
    /// The most common line ending.
    pub(crate) line_end: &'static str,
    /// One step of indentation, if it can be determined.
    pub(crate) unit: Option<String>,
}

impl LineStyle {
    /// Reads the style off a text.
    pub(super) fn of(text: &str) -> Self {
        let crlf = text.matches("\r\n").count();
        let line_end = if crlf * 2 > text.matches('\n').count() {
            "\r\n"
        } else {
            "\n"
        };
        Self {
            line_end,
            unit: unit_of(text.lines()),
        }
    }
}

/// One step of indentation: a tab, or the smallest number of spaces by which lines are indented.
fn unit_of<'a>(lines: impl Iterator<Item = &'a str>) -> Option<String> {
    let (mut tabs, mut steps) = (0_usize, [0_usize; 9]);
    let mut before = 0;
    for line in lines {
        let body = line.trim_start_matches([' ', '\t']);
        // The ` *` of a comment in a block is no step.
        if body.trim().is_empty() || body.starts_with('*') {
            continue;
        }
        if line.starts_with('\t') {
            tabs += 1;
            continue;
        }
        let width = line.len() - body.len();
        if width > before
            && let Some(count) = steps.get_mut(width - before)
        {
            *count += 1;
        }
        before = width;
    }
    let (step, count) = steps
        .iter()
        .enumerate()
        .skip(2)
        .max_by_key(|(step, count)| (**count, usize::MAX - step))?;
    if tabs > *count {
        return Some("\t".to_owned());
    }
    (*count > 0).then(|| " ".repeat(step))
}

/// A line of a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct SourceLine<'a> {
    /// Without its end.
    pub(crate) text: &'a str,
    /// `\n`, `\r\n`, or nothing at the end of the text.
    pub(crate) end: &'a str,
    /// Whether it begins inside of a literal.
    pub(crate) inside: bool,
}

/// The lines of a part of a text, and which begin inside of literals. The first begins where the part begins.
pub(super) fn lines<'a>(
    text: &'a str,
    part: Range<usize>,
    literals: &[Range<usize>],
) -> Vec<SourceLine<'a>> {
    let mut at = part.start;
    let mut next = 0;
    let mut lines = Vec::new();
    for whole in text.get(part).unwrap_or_default().split_inclusive('\n') {
        while literals.get(next).is_some_and(|l| l.end <= at) {
            next += 1;
        }
        let inside = literals.get(next).is_some_and(|l| l.start < at);
        let line = whole.strip_suffix('\n').unwrap_or(whole);
        let line = if whole.len() > line.len() {
            line.strip_suffix('\r').unwrap_or(line)
        } else {
            line
        };
        lines.push(SourceLine {
            text: line,
            end: whole.get(line.len()..).unwrap_or_default(),
            inside,
        });
        at += whole.len();
    }
    lines
}

/// The multi-line literals of a part of a tree, in order. A Python docstring does not count if all its lines
/// are indented like its function: it moves with the function, as documentation does. `fixed` are texts that did not
/// move in the original, so that they do not in a version either.
pub(super) fn literals(
    grammar: Grammar,
    root: N<'_>,
    text: &str,
    part: &Range<usize>,
    fixed: &[String],
) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    tree::each(root, |n| {
        if n.end_byte() <= part.start || n.start_byte() >= part.end {
            return false;
        }
        let several = n.end_position().row > n.start_position().row;
        if !several {
            return false;
        }
        let literal = Grammar::is_literal(n)
            || (grammar == Grammar::Ruby
                && Grammar::is_comment(n)
                && tree::text(n, text).starts_with("=begin"))
            || n.kind() == "concatenated_string" && grammar != Grammar::Python;
        if literal && n.kind() != "preproc_arg" {
            let stays = || fixed.iter().any(|f| f == tree::text(n, text));
            if !(grammar == Grammar::Python && is_moving_docstring(n, text)) || stays() {
                // `=begin` must stand at the start of its line.
                let start =
                    n.start_byte() - usize::from(Grammar::is_comment(n) && n.start_byte() > 0);
                found.push(start..n.end_byte());
            }
            return false;
        }
        true
    });
    found
}

/// Whether a string is documentation whose lines all have at least the indentation of its first.
fn is_moving_docstring(string: N<'_>, text: &str) -> bool {
    let Some(statement) = string
        .parent()
        .filter(|p| p.kind() == "expression_statement")
    else {
        return false;
    };
    let first = statement
        .prev_named_sibling()
        .is_none_or(Grammar::is_comment);
    let in_block = statement.parent().is_some_and(|p| p.kind() == "block");
    if !first || !in_block || !tree::begins_line(text, string.start_byte()) {
        return false;
    }
    let indent = tree::indent_at(text, string.start_byte());
    tree::text(string, text)
        .lines()
        .skip(1)
        .all(|l| l.trim().is_empty() || l.starts_with(indent))
}

/// Removes an indentation from all lines that have it.
pub(super) fn dedent<'a>(lines: &[SourceLine<'a>], indent: &str) -> Vec<SourceLine<'a>> {
    lines
        .iter()
        .map(|line| {
            let text = if line.inside {
                line.text
            } else if let Some(text) = line.text.strip_prefix(indent) {
                text
            } else if line.text.trim().is_empty() {
                ""
            } else {
                line.text
            };
            SourceLine {
                text,
                ..line.clone()
            }
        })
        .collect()
}

/// Joins lines with line feeds.
pub(super) fn joined(lines: &[SourceLine<'_>]) -> String {
    let texts: Vec<&str> = lines.iter().map(|l| l.text).collect();
    texts.join("\n")
}

/// Adapts a text to a file: indentation and line endings. A line that the original has too comes out as it stands
/// in the file, whatever white space it has.
/// `whole`: the region is made of whole lines, so that the first is indented as all others are.
pub(super) fn placed_like(
    new: &[SourceLine<'_>],
    raw: &[SourceLine<'_>],
    indent: &str,
    whole: bool,
    line_end: &str,
) -> String {
    let old = dedent(raw, indent);
    let key = |l: &SourceLine<'_>| (l.text.to_owned(), l.inside);
    let (old_keys, new_keys): (Vec<_>, Vec<_>) =
        (old.iter().map(key).collect(), new.iter().map(key).collect());
    let mut from: Vec<Option<usize>> = vec![None; new.len()];
    for op in capture_diff_slices(Algorithm::Myers, &old_keys, &new_keys) {
        if let DiffOp::Equal {
            old_index,
            new_index,
            len,
        } = op
        {
            for i in 0..len {
                from[new_index + i] = Some(old_index + i);
            }
        }
    }
    let mut text = String::new();
    for (i, line) in new.iter().enumerate() {
        let same = from[i].and_then(|o| raw.get(o));
        match same {
            // The first line of a function has no indentation of its own.
            Some(same) if whole || (from[i] == Some(0)) == (i == 0) => text.push_str(same.text),
            _ => {
                if (whole || i > 0) && !line.inside && !line.text.trim().is_empty() {
                    text.push_str(indent);
                }
                text.push_str(line.text);
            }
        }
        if i + 1 < new.len() {
            let end = same.map_or("", |s| s.end);
            text.push_str(if end.is_empty() { line_end } else { end });
        }
    }
    text
}

/// The common indentation of all lines, the first included, that are not blank and do not begin inside of a literal.
pub(super) fn common<'a>(lines: &[SourceLine<'a>]) -> &'a str {
    let mut common: Option<&str> = None;
    for line in lines
        .iter()
        .filter(|l| !l.inside && !l.text.trim().is_empty())
    {
        let width = line.text.len() - line.text.trim_start_matches([' ', '\t']).len();
        let own = line.text.get(..width).unwrap_or_default();
        common = Some(match common {
            None => own,
            Some(so_far) => {
                let same = so_far
                    .bytes()
                    .zip(own.bytes())
                    .take_while(|(a, b)| a == b)
                    .count();
                so_far.get(..same).unwrap_or_default()
            }
        });
    }
    common.unwrap_or_default()
}

/// One step of a text by its shallowest line of code: `None` where there is none, or tabs and spaces are mixed.
pub(super) fn step_of(lines: &[SourceLine<'_>]) -> Option<String> {
    let (mut tabs, mut spaces) = (false, None::<usize>);
    for line in lines.iter().filter(|l| !l.inside) {
        let body = line.text.trim_start_matches([' ', '\t']);
        // The ` *` of a comment in a block is no step.
        if body.is_empty() || body.starts_with('*') || body.len() == line.text.len() {
            continue;
        }
        if line.text.starts_with('\t') {
            tabs = true;
        } else {
            let width = line.text.len() - body.len();
            spaces = Some(spaces.map_or(width, |s| s.min(width)));
        }
    }
    match (tabs, spaces) {
        (true, None) => Some("\t".to_owned()),
        (false, Some(width)) => Some(" ".repeat(width)),
        _ => None,
    }
}

/// The text with another step of indentation; `None` where nothing changes.
pub(super) fn with_step(text: &str, lines: &[SourceLine<'_>], step: &str) -> Option<String> {
    let own = step_of(lines)?;
    if own == step || own.len() == 1 && own != "\t" {
        return None;
    }
    let mut changed = String::with_capacity(text.len());
    for line in lines {
        let body = line.text.trim_start_matches([' ', '\t']);
        let lead = line
            .text
            .get(..line.text.len() - body.len())
            .unwrap_or_default();
        if line.inside || body.is_empty() {
            changed.push_str(line.text);
        } else {
            let mut rest = lead;
            while let Some(shorter) = rest.strip_prefix(own.as_str()) {
                changed.push_str(step);
                rest = shorter;
            }
            changed.push_str(rest);
            changed.push_str(body);
        }
        changed.push_str(line.end);
    }
    (changed != text).then_some(changed)
}

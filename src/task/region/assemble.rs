//! From the file to the region text and back.

use std::ops::Range;

use super::grammar::still_parses;
use super::indent::{self, LineStyle, SourceLine};
use super::markers;
use super::tree;
use super::{Misfit, Region, RegionKind, merge};

impl Region {
    /// The region text of the original: without the indentation it has in the file, with line feeds, without a line end
    /// behind the last line.
    #[must_use]
    pub fn original(&self) -> String {
        let tree = self.grammar.and_then(|g| g.parse(&self.file));
        let own = self.own_lines(tree.as_ref());
        indent::joined(&indent::dedent(&own.lines, &own.indent))
    }

    /// The whole file with a version in place of the region. The original's region text yields the file as it was, byte
    /// for byte; so does every line of a version that the original has too.
    ///
    /// A version of a function may be the function alone, the function with imports and helpers, its class again, or
    /// the whole file again, as long as nothing that is there already is changed outside of the region.
    ///
    /// # Errors
    /// [`Misfit`]: it does not parse, the function is missing, its signature changed, something else is changed.
    pub(crate) fn assemble(&self, version: &str) -> Result<String, Misfit> {
        let version = tidied(version);
        if version.trim().is_empty() {
            return Err(Misfit(format!(
                "there is no code in the place of `{}`",
                self.name
            )));
        }
        let tree = self.grammar.and_then(|g| g.parse(&self.file));
        match (&self.kind, self.grammar, &tree) {
            (RegionKind::Function(_), Some(grammar), Some(tree)) => {
                merge::assemble(self, grammar, tree, &version)
            }
            _ => self.assemble_lines(tree.as_ref(), &version),
        }
    }

    /// A version as it is when its function has the documentation and attributes of the original, which stay in the file where a
    /// reply leaves them out. Any other version as it is.
    pub(crate) fn with_lead(&self, version: String) -> String {
        let tree = self.grammar.and_then(|g| g.parse(&self.file));
        let whole = match (&self.kind, self.grammar, &tree) {
            (RegionKind::Function(_), Some(grammar), Some(tree)) => {
                merge::with_lead(self, grammar, tree, &version)
            }
            _ => None,
        };
        whole.unwrap_or(version)
    }

    /// The version that a changed file holds: the file itself for a function, else what stands in the region's place. `None`
    /// where lines outside of the region were changed. The file has line feeds alone.
    pub(crate) fn inside_of(&self, file: &str) -> Option<String> {
        if matches!(self.kind, RegionKind::Function(_)) {
            return Some(file.to_owned());
        }
        let part = |at: Range<usize>| Some(self.file.get(at)?.replace("\r\n", "\n"));
        let before = part(0..self.span.start)?;
        // The line end behind the region may be cut in two by its end.
        let after = part(self.span.end..self.file.len())?.replace('\r', "");
        let inside = file.strip_prefix(&before)?;
        let inside = inside
            .strip_suffix(&after)
            .or_else(|| inside.trim_end().strip_suffix(after.trim_end()))?;
        Some(inside.to_owned())
    }

    /// The lines of the region as they stand in the file.
    pub(super) fn own_lines(&self, tree: Option<&tree_sitter::Tree>) -> OwnLines<'_> {
        let literals = match (self.grammar, tree) {
            (Some(grammar), Some(tree)) => {
                indent::literals(grammar, tree.root_node(), &self.file, &self.span, &[])
            }
            _ => Vec::new(),
        };
        let lines = indent::lines(&self.file, self.span.clone(), &literals);
        let whole = !matches!(self.kind, RegionKind::Function(_));
        let indent = if whole {
            indent::common(&lines)
        } else {
            tree::indent_at(&self.file, self.span.start)
        };
        OwnLines {
            indent: indent.to_owned(),
            lines,
            whole,
        }
    }

    /// The multi-line literals of the original that keep their indentation.
    pub(super) fn fixed_texts(&self, tree: Option<&tree_sitter::Tree>) -> Vec<String> {
        let (Some(grammar), Some(tree)) = (self.grammar, tree) else {
            return Vec::new();
        };
        indent::literals(grammar, tree.root_node(), &self.file, &self.span, &[])
            .into_iter()
            .filter_map(|r| Some(self.file.get(r)?.replace("\r\n", "\n")))
            .collect()
    }

    fn assemble_lines(
        &self,
        tree: Option<&tree_sitter::Tree>,
        version: &str,
    ) -> Result<String, Misfit> {
        let version = self.cut_out(version)?;
        let own = self.own_lines(tree);
        let parsed = self.grammar.and_then(|g| Some((g, g.parse(&version)?)));
        let literals = match &parsed {
            Some((g, t)) => indent::literals(
                *g,
                t.root_node(),
                &version,
                &(0..version.len()),
                &self.fixed_texts(tree),
            ),
            None => Vec::new(),
        };
        let lines = indent::lines(&version, 0..version.len(), &literals);
        let lines = indent::dedent(&lines, indent::common(&lines));
        let style = LineStyle::of(&self.file);
        let placed = indent::placed_like(&lines, &own.lines, &own.indent, true, style.line_end);
        let file = self.with_region(&placed);
        if let (Some(grammar), Some(tree)) = (self.grammar, tree) {
            let placed_at = self.span.start..self.span.start + placed.len();
            still_parses(grammar, tree, &self.file, &file, placed_at)?;
        }
        Ok(file)
    }

    /// The file with a text in the region's place.
    fn with_region(&self, text: &str) -> String {
        let before = self.file.get(..self.span.start).unwrap_or_default();
        let after = self.file.get(self.span.end..).unwrap_or_default();
        [before, text, after].concat()
    }

    /// The region's part of a version that is the whole file, or that has the markers around it.
    fn cut_out(&self, version: &str) -> Result<String, Misfit> {
        let before = tidy_lines(self.file.get(..self.span.start).unwrap_or_default());
        let after = self.file.get(self.span.end..).unwrap_or_default();
        let after = after.strip_prefix('\r').unwrap_or(after);
        let after = tidy_lines(after.strip_prefix('\n').unwrap_or(after));
        let marked = self.kind == RegionKind::Marked;
        if marked && markers::has_any(version) {
            return self.between_markers(version, &before, &after);
        }
        let lines: Vec<&str> = version.lines().collect();
        let tidy: Vec<String> = tidy_lines(version);
        // A file that is told without its markers is the whole file as well.
        let without = |mut lines: Vec<String>| {
            lines.retain(|l| !(marked && markers::is_marker(l)));
            lines
        };
        let (before, after) = (without(before), without(after));
        let around = before.len() + after.len();
        let is_whole = around > 0
            && tidy.len() > around
            && tidy.starts_with(&before)
            && tidy.ends_with(&after);
        if is_whole {
            let inner = lines.get(before.len()..lines.len() - after.len());
            return Ok(inner.unwrap_or_default().join("\n"));
        }
        Ok(version.to_owned())
    }

    /// What stands between the markers of a version, of which one may be missing. Lines outside of them must be those of the file:
    /// they would be lost.
    fn between_markers(
        &self,
        version: &str,
        before: &[String],
        after: &[String],
    ) -> Result<String, Misfit> {
        let part = markers::cut(version, self.name.strip_prefix('@')).map_err(Misfit)?;
        let outside = |at: Range<usize>| tidy_lines(version.get(at).unwrap_or_default());
        let above = outside(0..part.start);
        let below = outside(part.end..version.len());
        let stray = stray_line(&above, before).or_else(|| stray_line(&below, after));
        if let Some(line) = stray {
            return Err(Misfit(format!(
                "`{}` stands outside of the markers and is not in the file: only what is between them may change",
                line.trim()
            )));
        }
        Ok(version.get(part).unwrap_or_default().to_owned())
    }
}

/// The first line that the file does not have there, in the order of the lines; markers and blank lines aside.
fn stray_line<'a>(lines: &'a [String], of_file: &[String]) -> Option<&'a String> {
    let mut rest = of_file.iter();
    lines
        .iter()
        .filter(|l| l.contains(char::is_alphanumeric) && !markers::is_marker(l))
        .find(|line| !rest.any(|own| own == *line))
}

/// The lines of a region, and the indentation that they have in the file.
pub(super) struct OwnLines<'a> {
    pub(crate) lines: Vec<SourceLine<'a>>,
    pub(crate) indent: String,
    /// Whether the first line is indented as the others are.
    pub(crate) whole: bool,
}

/// A version with line feeds, without a byte-order mark, blank lines around it and white space at its end.
fn tidied(version: &str) -> String {
    let version = version.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut rest = version.trim_end();
    while let Some((line, behind)) = rest.split_once('\n') {
        if !line.trim().is_empty() {
            break;
        }
        rest = behind;
    }
    rest.to_owned()
}

fn tidy_lines(text: &str) -> Vec<String> {
    text.trim_start_matches('\u{feff}')
        .lines()
        .map(|l| l.trim_end().to_owned())
        .collect()
}

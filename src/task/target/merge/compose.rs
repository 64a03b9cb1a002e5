//! Writing it all into the file.

use std::ops::Range;

use tree_sitter::Tree;

use super::candidate::Candidate;
use super::sibling::Sibling;
use super::{Home, is_block_like};
use crate::task::target::grammar::Grammar;
use crate::task::target::imports::{self, Insertion};
use crate::task::target::indent::{self, Style};
use crate::task::target::items::{self, Found};
use crate::task::target::pieces::Sort;
use crate::task::target::tree::{self, N};

/// What a version brings along.
#[derive(Debug, Default)]
pub(super) struct Additions {
    pub imports: Vec<Import>,
    pub helpers: Vec<Helper>,
    /// For a class or the like elsewhere in the file: the bytes of its body, and what is new in it.
    pub members: Vec<(Range<usize>, Helper)>,
}

/// An import of a version.
#[derive(Clone, Debug)]
pub(super) struct Import {
    pub text: String,
    /// The level of the file that it stands at; `None` where only the version's own function is in sight.
    pub level: Option<usize>,
}

/// A helper, a constant, a statement.
#[derive(Clone, Debug)]
pub(super) struct Helper {
    /// Without indentation, with line feeds.
    text: String,
    /// For every line but the first: whether it begins inside of a literal.
    inside: Vec<bool>,
    level: usize,
    /// Whether it comes behind the function: it does something that needs it.
    behind: bool,
    /// Whether it wants blank lines around it.
    block: bool,
    /// The kind of list that it is a member of wants a comma behind it.
    comma: bool,
    /// Lines between it and what stood before it in the version.
    gap: usize,
}

impl Helper {
    pub(super) fn of(grammar: Grammar, sibling: &Sibling<'_, '_>, level: usize) -> Self {
        let (piece, text) = (sibling.piece, sibling.text);
        let mut end = piece.node.start_byte() + tree::text(piece.node, text).trim_end().len();
        // The semicolon behind a class of C++ is not its own, nor is the comma behind a member of an object.
        let comma = piece.node.parent().is_some_and(|p| p.kind() == "object");
        if text.get(end..).is_some_and(|r| r.starts_with(';')) {
            end += 1;
        }
        let range = piece.start..end;
        let root = root_of(piece.node);
        let literals = indent::literals(grammar, root, text, &range, &[]);
        let lines = indent::lines(text, range.clone(), &literals);
        let indent = tree::indent_at(text, piece.start).to_owned();
        let lines = indent::dedent(&lines, &indent);
        let before = text.get(..piece.start).unwrap_or_default();
        let blank = before.len() - before.trim_end().len();
        let gap = before
            .get(before.len() - blank..)
            .unwrap_or_default()
            .matches('\n')
            .count();
        let statement = piece.sort == Sort::Statement
            || matches!(piece.node.kind(), "expression_statement")
                && tree::text(piece.node, text).contains('.');
        Self {
            text: indent::joined(&lines),
            inside: lines.iter().map(|l| l.inside).collect(),
            level,
            behind: sibling.behind && statement,
            block: is_block_like(piece.node, piece.sort),
            comma,
            gap: gap.saturating_sub(1),
        }
    }

    /// With the indentation of a place; the first line without it.
    fn placed(&self, indent: &str) -> String {
        let mut text = String::new();
        for (i, line) in self.text.split('\n').enumerate() {
            if i > 0 {
                text.push('\n');
                let inside = self.inside.get(i).copied().unwrap_or_default();
                if !inside && !line.trim().is_empty() {
                    text.push_str(indent);
                }
            }
            text.push_str(line);
        }
        if self.comma {
            text.push(',');
        }
        text
    }
}

fn root_of(node: N<'_>) -> N<'_> {
    let mut here = node;
    // Statements of documentation are told by what they stand in: two steps are enough.
    for _ in 0..3 {
        match here.parent() {
            Some(parent) => here = parent,
            None => break,
        }
    }
    here
}

/// The file with everything in its place, and where the function stands in it.
pub(super) fn compose(
    home: &Home<'_, '_>,
    tree: &Tree,
    candidate: &Candidate,
    chosen: &Found<'_>,
    additions: Additions,
) -> (String, Range<usize>) {
    let style = Style::of(home.text());
    let region = region_text(home, tree, candidate, chosen, &style);
    let mut insertions = imported(home, &additions.imports);
    for level in 0..home.levels.len() {
        insertions.extend(before_level(home, level, &additions.helpers));
    }
    insertions.extend(
        additions
            .members
            .iter()
            .map(|(body, helper)| at_end_of(home, body, helper)),
    );
    let behind = behind_region(home, &additions.helpers);
    // Stable: imports come before helpers where both go to the same place.
    insertions.sort_by_key(|i| i.at);
    let file = home.text();
    let own = &home.target.region;
    let mut out = String::with_capacity(file.len() + region.len());
    let mut at = 0;
    let mut placed = 0..0;
    let mut put_region = |out: &mut String, at: &mut usize| {
        out.push_str(file.get(*at..own.start).unwrap_or_default());
        placed = out.len()..out.len() + region.len();
        out.push_str(&region);
        out.push_str(&behind.replace('\n', style.line_end));
        *at = own.end;
    };
    let mut done = false;
    for insertion in &insertions {
        if !done && insertion.at >= own.end {
            put_region(&mut out, &mut at);
            done = true;
        }
        let to = insertion.at.max(at);
        out.push_str(file.get(at..to).unwrap_or_default());
        out.push_str(&insertion.text.replace('\n', style.line_end));
        at = to;
    }
    if !done {
        put_region(&mut out, &mut at);
    }
    out.push_str(file.get(at..).unwrap_or_default());
    (out, placed)
}

/// The imports that the file lacks.
fn imported(home: &Home<'_, '_>, imports: &[Import]) -> Vec<Insertion> {
    // Only in Rust a module within the file has imports of its own.
    let scope = |import: &Import| match import.level {
        Some(level) if home.grammar == Grammar::Rust => home.levels[level].container,
        _ => import_scope(home),
    };
    let mut scopes: Vec<N<'_>> = Vec::new();
    for import in imports {
        let scope = scope(import);
        if scopes.iter().all(|s| s.id() != scope.id()) {
            scopes.push(scope);
        }
    }
    let mut insertions = Vec::new();
    for container in scopes {
        let wanted: Vec<String> = imports
            .iter()
            .filter(|i| scope(i).id() == container.id())
            .map(|i| i.text.clone())
            .collect();
        insertions.extend(imports::missing(
            home.grammar,
            home.root,
            container,
            home.text(),
            &wanted,
            home.target.region.start,
        ));
    }
    insertions
}

/// The container that imports go to.
fn import_scope<'t>(home: &Home<'_, 't>) -> N<'t> {
    let module = home.levels.iter().rev().find(|l| {
        home.grammar == Grammar::Rust
            && l.container.kind() == "declaration_list"
            && l.container.parent().is_some_and(|p| p.kind() == "mod_item")
    });
    module.map_or(home.root, |l| l.container)
}

/// The function as it stands in the file.
fn region_text(
    home: &Home<'_, '_>,
    tree: &Tree,
    candidate: &Candidate,
    chosen: &Found<'_>,
    style: &Style,
) -> String {
    let grammar = home.grammar;
    let own = home.target.own_lines(Some(tree));
    let text = &candidate.text;
    let range =
        chosen.start(grammar, text)..crate::task::target::find::region_end(chosen.unit, text);
    let fixed = home.target.fixed_texts(Some(tree));
    let literals = indent::literals(grammar, candidate.tree.root_node(), text, &range, &fixed);
    let lines = indent::lines(text, range.clone(), &literals);
    let indent = tree::indent_at(text, range.start);
    let mut lines = indent::dedent(&lines, indent);
    // Documentation and attributes that the version leaves out stay.
    let lead = home.target.region.start..home.found.unit.start_byte();
    let original;
    if range.start == chosen.unit.start_byte() && !lead.is_empty() {
        original = indent::dedent(&own.lines, &own.indent);
        let count = home
            .text()
            .get(lead)
            .unwrap_or_default()
            .matches('\n')
            .count();
        let mut all: Vec<_> = original.iter().take(count).cloned().collect();
        all.append(&mut lines);
        lines = all;
    }
    indent::placed_like(&lines, &own.lines, &own.indent, own.whole, style.line_end)
}

/// The helpers that go before the function, or before what it is in.
fn before_level(home: &Home<'_, '_>, level: usize, helpers: &[Helper]) -> Option<Insertion> {
    let here: Vec<&Helper> = helpers
        .iter()
        .filter(|h| h.level == level && !h.behind)
        .collect();
    if here.is_empty() {
        return None;
    }
    let innermost = level + 1 == home.levels.len();
    let container = home.levels[level].container;
    let at = if innermost && home.found.unit.id() == home.levels[level].piece.id() {
        home.target.region.start
    } else {
        items::leading(home.grammar, home.levels[level].piece, home.text())
    };
    let indent = tree::indent_at(home.text(), at);
    let blank = home.grammar.blank_lines(container.parent().is_none());
    let mut text = String::new();
    for (i, helper) in here.iter().enumerate() {
        text.push_str(&helper.placed(indent));
        let between = match here.get(i + 1) {
            Some(next) if !helper.block && !next.block => next.gap.min(blank),
            _ => blank,
        };
        text.push_str(&"\n".repeat(between + 1));
        text.push_str(indent);
    }
    Some(Insertion { at, text })
}

/// The statements that need the function to be there.
fn behind_region(home: &Home<'_, '_>, helpers: &[Helper]) -> String {
    let indent = tree::indent_at(home.text(), home.target.region.start);
    let blank = home.grammar.blank_lines(home.levels.len() == 1);
    helpers
        .iter()
        .filter(|h| h.behind)
        .map(|h| format!("{}{indent}{}", "\n".repeat(blank + 1), h.placed(indent)))
        .collect()
}

/// A new member behind the last one of a body.
fn at_end_of(home: &Home<'_, '_>, body: &Range<usize>, helper: &Helper) -> Insertion {
    let text = home.text();
    let inside = text.get(body.clone()).unwrap_or_default();
    let braced = inside.starts_with('{') && inside.ends_with('}');
    let code = if braced {
        inside.get(..inside.len() - 1).unwrap_or_default()
    } else {
        inside
    };
    let at = body.start + code.trim_end().len();
    // As deep as the last line of code is, or one step deeper than the closing brace.
    let indent = if braced {
        let outer = tree::indent_at(text, body.end - 1);
        let step = Style::of(text).unit.unwrap_or_else(|| "    ".to_owned());
        format!("{outer}{step}")
    } else {
        tree::indent_at(text, body.start).to_owned()
    };
    let first = code.trim() == "{";
    let gap = if first { "\n" } else { "\n\n" };
    Insertion {
        at,
        text: format!("{gap}{indent}{}", helper.placed(&indent)),
    }
}

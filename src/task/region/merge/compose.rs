//! Writing it all into the file.

use std::ops::Range;

use tree_sitter::Tree;

use super::additions::{Additions, Helper, Import};
use super::candidate::Candidate;
use super::site::RegionSite;
use crate::task::region::grammar::Grammar;
use crate::task::region::imports::{self, Insertion};
use crate::task::region::indent::{self, LineStyle};
use crate::task::region::items::{self, FunctionNode};
use crate::task::region::tree::{self, N};

/// The file with everything in its place, and where the function stands in it.
pub(super) fn compose(
    site: &RegionSite<'_, '_>,
    tree: &Tree,
    candidate: &Candidate,
    chosen: &FunctionNode<'_>,
    additions: Additions,
) -> (String, Range<usize>) {
    let style = LineStyle::of(site.text());
    let new_text = region_text(site, tree, candidate, chosen, &style);
    let mut insertions = imported(site, &additions.imports);
    for level in 0..site.levels.len() {
        insertions.extend(before_level(site, level, &additions.helpers));
    }
    insertions.extend(
        additions
            .members
            .iter()
            .map(|(body, helper)| at_end_of(site, body, helper)),
    );
    let behind = behind_region(site, &additions.helpers);
    insertions.extend(behind_needed(site, &additions.helpers));
    // Stable: imports come before helpers where both go to the same place.
    insertions.sort_by_key(|i| i.at);
    let file = site.text();
    let own = &site.region.span;
    let mut out = String::with_capacity(file.len() + new_text.len());
    let mut at = 0;
    let mut placed = 0..0;
    let mut put_region = |out: &mut String, at: &mut usize| {
        out.push_str(file.get(*at..own.start).unwrap_or_default());
        placed = out.len()..out.len() + new_text.len();
        out.push_str(&new_text);
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
fn imported(site: &RegionSite<'_, '_>, imports: &[Import]) -> Vec<Insertion> {
    // Only in Rust does a module within the file have imports of its own.
    let scope = |import: &Import| match import.level {
        Some(level) if site.grammar == Grammar::Rust => site.levels[level].container,
        _ => import_scope(site),
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
            site.grammar,
            site.root,
            container,
            site.text(),
            &wanted,
            site.region.span.start,
        ));
    }
    insertions
}

/// The container that imports go to.
fn import_scope<'t>(site: &RegionSite<'_, 't>) -> N<'t> {
    let module = site.levels.iter().rev().find(|l| {
        site.grammar == Grammar::Rust
            && l.container.kind() == "declaration_list"
            && l.container.parent().is_some_and(|p| p.kind() == "mod_item")
    });
    module.map_or(site.root, |l| l.container)
}

/// The function as it stands in the file.
fn region_text(
    site: &RegionSite<'_, '_>,
    tree: &Tree,
    candidate: &Candidate,
    chosen: &FunctionNode<'_>,
    style: &LineStyle,
) -> String {
    let grammar = site.grammar;
    let own = site.region.own_lines(Some(tree));
    let text = &candidate.text;
    let range = chosen.start(grammar, text)..tree::trimmed_end(chosen.unit, text);
    let fixed = site.region.fixed_texts(Some(tree));
    let literals = indent::literals(grammar, candidate.tree.root_node(), text, &range, &fixed);
    let lines = indent::lines(text, range.clone(), &literals);
    let indent = tree::indent_at(text, range.start);
    let mut lines = indent::dedent(&lines, indent);
    // Documentation and attributes that the version leaves out stay.
    let lead = site.region.span.start..site.found.unit.start_byte();
    let original;
    if range.start == chosen.unit.start_byte() && !lead.is_empty() {
        original = indent::dedent(&own.lines, &own.indent);
        let count = site
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
fn before_level(site: &RegionSite<'_, '_>, level: usize, helpers: &[Helper]) -> Option<Insertion> {
    let here: Vec<&Helper> = helpers
        .iter()
        .filter(|h| h.level == level && !h.behind && h.after.is_none())
        .collect();
    if here.is_empty() {
        return None;
    }
    let innermost = level + 1 == site.levels.len();
    let container = site.levels[level].container;
    let at = if innermost && site.found.unit.id() == site.levels[level].piece.id() {
        site.region.span.start
    } else {
        items::leading(site.grammar, site.levels[level].piece, site.text())
    };
    let indent = tree::indent_at(site.text(), at);
    let blank = site.grammar.blank_lines(container.parent().is_none());
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
fn behind_region(site: &RegionSite<'_, '_>, helpers: &[Helper]) -> String {
    let indent = tree::indent_at(site.text(), site.region.span.start);
    let blank = site.grammar.blank_lines(site.levels.len() == 1);
    helpers
        .iter()
        .filter(|h| is_behind_region(site, h))
        .map(|h| format!("{}{indent}{}", "\n".repeat(blank + 1), h.placed(indent)))
        .collect()
}

/// Whether a helper follows the function itself.
fn is_behind_region(site: &RegionSite<'_, '_>, helper: &Helper) -> bool {
    match helper.after {
        Some(after) => helper.level + 1 == site.levels.len() && after <= site.region.span.end,
        None => helper.behind,
    }
}

/// The helpers that go below something further down in the file.
fn behind_needed(site: &RegionSite<'_, '_>, helpers: &[Helper]) -> Vec<Insertion> {
    let mut insertions: Vec<Insertion> = Vec::new();
    for helper in helpers.iter().filter(|h| !is_behind_region(site, h)) {
        let Some(at) = helper.after else {
            continue;
        };
        let level = &site.levels[helper.level];
        let indent = tree::indent_at(site.text(), level.piece.start_byte());
        let blank = site.grammar.blank_lines(level.container.parent().is_none());
        let same_place = insertions.iter().any(|i| i.at == at);
        let gap = if same_place && !helper.block {
            helper.gap.min(blank)
        } else {
            blank
        };
        insertions.push(Insertion {
            at,
            text: format!("{}{indent}{}", "\n".repeat(gap + 1), helper.placed(indent)),
        });
    }
    insertions
}

/// A new member behind the last one of a body.
fn at_end_of(site: &RegionSite<'_, '_>, body: &Range<usize>, helper: &Helper) -> Insertion {
    let text = site.text();
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
        let step = LineStyle::of(text)
            .unit
            .unwrap_or_else(|| "    ".to_owned());
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

//! Imports that a version adds: which of them the file lacks, and where they go.

mod flat;
mod go;
mod insertion;
mod place;

use std::collections::HashSet;

pub(super) use insertion::Insertion;

use super::grammar::Grammar;
use super::pieces::{self, Piece, PieceKind};
use super::tree::{self, N};

/// The insertions that make a file import everything that a version imports.
///
/// `scope` is the container that the imports belong to: the file, or in Rust the innermost module around the region.
pub(super) fn missing(
    grammar: Grammar,
    root: N<'_>,
    scope: N<'_>,
    file: &str,
    wanted: &[String],
    before: usize,
) -> Vec<Insertion> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let own = own_imports(grammar, root, scope, file, before);
    let mut had: HashSet<String> = own
        .iter()
        .flat_map(|p| flat::parts(grammar, tree::text(p.node, file)))
        .map(|(key, _)| key)
        .collect();
    if grammar == Grammar::Go {
        return go::insertions(root, file, &own, wanted, &had);
    }
    let (mut first, mut rest) = (String::new(), String::new());
    for statement in wanted {
        for line in flat::lacking(grammar, statement, &mut had) {
            // Must come before all else in the file.
            let future = line.starts_with("from __future__ ");
            let to = if future { &mut first } else { &mut rest };
            to.push_str(&line);
            to.push('\n');
        }
    }
    let mut insertions = Vec::new();
    if !first.is_empty() {
        let (at, text) = place::at_top(grammar, root, file, first);
        insertions.push(Insertion { at, text });
    }
    if !rest.is_empty() {
        let (at, text) = place::behind(grammar, scope, file, &own, before, rest);
        insertions.push(Insertion { at, text });
    }
    insertions
}

/// The imports in scope of the region: those beside it or beside one of its ancestors.
fn own_imports<'t>(
    grammar: Grammar,
    root: N<'t>,
    scope: N<'t>,
    file: &str,
    before: usize,
) -> Vec<Piece<'t>> {
    let mut own: Vec<Piece<'t>> = pieces::of(grammar, scope, file)
        .into_iter()
        .filter(|p| p.kind == PieceKind::Import)
        .collect();
    if grammar.has_preprocessor() {
        // Includes may stand inside of the guard of a header.
        for guard in tree::lineage(
            root,
            root.descendant_for_byte_range(before, before)
                .unwrap_or(root),
        ) {
            if guard.id() != scope.id() && matches!(guard.kind(), "preproc_ifdef" | "preproc_if") {
                own.extend(
                    pieces::of(grammar, guard, file)
                        .into_iter()
                        .filter(|p| p.kind == PieceKind::Import),
                );
            }
        }
    }
    own
}

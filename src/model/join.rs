//! Several blocks of one reply that belong together: imports, helpers and the function that uses them.
//!
//! Blocks also show old code, other ways and examples. One is put to the chosen block only if it does nothing but import and
//! define, defines nothing that is there already, and something else needs what it defines.

use std::collections::HashSet;

use super::code_request::CodeRequest;
use super::fences::{FencedBlock, TagFit};
use crate::task::region::Outline;

/// Whether a code is all that was asked for: it defines the wanted functions, or those that the shown text has.
pub(super) fn is_whole(code: &str, wanted: &CodeRequest) -> bool {
    let Some(outline) = wanted.syntax.outline(code) else {
        // Without a grammar nothing speaks against it.
        return wanted.syntax.parses(code).is_none();
    };
    if wanted.names.is_empty() {
        shown_functions(wanted).is_subset(&outline.functions)
    } else {
        wanted.names.iter().all(|n| outline.inner.contains(n))
    }
}

/// The blocks that make up the code, in the order of the reply; `best` is one of them.
pub(super) fn parts(blocks: &[FencedBlock], best: usize, wanted: &CodeRequest) -> Vec<usize> {
    let mut chosen = vec![best];
    let Some(whole) = blocks.get(best).and_then(|b| outline(b, wanted)) else {
        return chosen;
    };
    let shown = if wanted.names.is_empty() {
        shown_functions(wanted)
    } else {
        HashSet::new()
    };
    let mut others: Vec<(usize, Outline)> = blocks
        .iter()
        .enumerate()
        .filter(|(i, b)| *i != best && b.closed && b.fit(wanted) >= TagFit::Untagged)
        .filter_map(|(i, b)| Some((i, outline(b, wanted)?)))
        .collect();
    // Of two that define the same the later is the better one.
    others.reverse();
    let mut have = vec![whole];
    while let Some(next) = others
        .iter()
        .position(|(_, other)| is_needed(other, &have, &shown))
    {
        let (index, outline) = others.remove(next);
        chosen.push(index);
        have.push(outline);
    }
    chosen.sort_unstable();
    chosen
}

/// Codes as one text: imports and helpers at the margin, each block below the one before.
pub(super) fn together(codes: &[String]) -> String {
    match codes {
        [only] => only.clone(),
        several => several
            .iter()
            .map(|c| at_margin(c))
            .collect::<Vec<_>>()
            .join("\n\n"),
    }
}

fn is_needed(other: &Outline, have: &[Outline], shown: &HashSet<String>) -> bool {
    let known = |name: &String| have.iter().any(|o| o.defined.contains(name));
    if other.defined.iter().any(known) || other.defined.is_empty() && other.imported.is_empty() {
        return false;
    }
    let brings = |name: &String| other.defined.contains(name) || other.imported.contains(name);
    let imported = |name: &String| have.iter().any(|o| o.imported.contains(name));
    let used = have
        .iter()
        .any(|o| o.free.iter().any(|name| brings(name) && !imported(name)));
    // A table may be filled by a loop, but whatever calls the code that is there is an example of its use.
    let example = other.runs && other.free.iter().any(known);
    let missing = other
        .functions
        .iter()
        .any(|name| shown.contains(name) && !known(name));
    let runs = have.iter().any(|o| o.runs);
    used && !example || missing && !(runs && other.runs)
}

fn outline(block: &FencedBlock, wanted: &CodeRequest) -> Option<Outline> {
    wanted.syntax.outline(&at_margin(&block.code))
}

fn shown_functions(wanted: &CodeRequest) -> HashSet<String> {
    let shown = wanted.syntax.outline(&wanted.parent);
    shown.map(|o| o.functions).unwrap_or_default()
}

/// A code without the indentation that all its lines share.
fn at_margin(code: &str) -> String {
    let filled = || code.lines().filter(|l| !l.trim().is_empty());
    let width = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let Some(first) = filled().next() else {
        return code.to_owned();
    };
    let indent = &first[..width(first)];
    if indent.is_empty() || !filled().all(|l| l.starts_with(indent)) {
        return code.to_owned();
    }
    let lines: Vec<&str> = code
        .lines()
        .map(|l| l.strip_prefix(indent).unwrap_or_default())
        .collect();
    lines.join("\n") + "\n"
}

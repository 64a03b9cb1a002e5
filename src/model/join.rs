//! Several blocks of one reply that belong together: imports, helpers and the function that uses them.
//!
//! Blocks also show old code, other ways and examples. One is put to the chosen block only if it does nothing but import and
//! define, defines nothing that is there already, and something else needs what it defines.

use std::collections::HashSet;

use super::code_request::CodeRequest;
use super::fences::{FencedBlock, TagFit};
use crate::task::Syntax;
use crate::task::region::Outline;

/// What a block is of what was asked for; the later, the likelier it is the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// It does not define the wanted functions.
    Example,
    /// The code that was shown.
    Shown,
    /// It lacks functions that the shown program has, leaves lines out, or does not parse.
    Part,
    /// Nothing tells: there is no grammar, or the shown program has no functions.
    Unknown,
    /// It defines all functions that are wanted, or that the shown program has.
    Whole,
}

/// The text that was shown, read once for all blocks of a reply.
pub(super) struct Shown<'a> {
    wanted: &'a CodeRequest,
    fingerprint: u64,
    /// Its functions, where no names are wanted.
    functions: HashSet<String>,
}

impl<'a> Shown<'a> {
    pub(super) fn of(wanted: &'a CodeRequest) -> Self {
        let outline = || wanted.syntax.outline(&wanted.parent);
        let program = wanted.names.is_empty().then(outline).flatten();
        Self {
            wanted,
            fingerprint: wanted.syntax.fingerprint(&at_margin(&wanted.parent)),
            functions: program.map(|o| o.functions).unwrap_or_default(),
        }
    }

    pub(super) fn standing(&self, block: &FencedBlock) -> Standing {
        let (code, wanted) = (at_margin(&block.code), self.wanted);
        if wanted.syntax.fingerprint(&code) == self.fingerprint {
            return Standing::Shown;
        }
        let names = !wanted.names.is_empty();
        let elided = |line: &str| is_elision(line) && !wanted.parent.contains(line.trim());
        match wanted.syntax.outline(&code) {
            None if wanted.syntax == Syntax::default() => Standing::Unknown,
            None => Standing::Part,
            Some(_) if code.lines().any(elided) => Standing::Part,
            Some(o) if names && wanted.names.iter().all(|n| o.inner.contains(n)) => Standing::Whole,
            Some(_) if names => Standing::Example,
            Some(_) if self.functions.is_empty() => Standing::Unknown,
            Some(o) if self.functions.is_subset(&o.functions) => Standing::Whole,
            Some(_) => Standing::Part,
        }
    }
}

/// The blocks that make up the code, in the order of the reply but for the head of a file; `best` is one of them.
pub(super) fn parts(blocks: &[FencedBlock], best: usize, shown: &Shown<'_>) -> Vec<usize> {
    let wanted = shown.wanted;
    let Some(whole) = blocks.get(best).and_then(|b| outline(b, wanted)) else {
        return vec![best];
    };
    let mut chosen = vec![(!whole.head, best)];
    // What the file around a function has is no part of an answer: a block with it quotes it.
    let file = wanted.region.as_ref().filter(|_| !wanted.names.is_empty());
    let file = file
        .and_then(|r| wanted.syntax.outline(&r.file))
        .unwrap_or_default();
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
        .position(|(_, other)| is_needed(other, &have, &file, &shown.functions))
    {
        let (index, outline) = others.remove(next);
        chosen.push((!outline.head, index));
        have.push(outline);
    }
    chosen.sort_unstable();
    chosen.into_iter().map(|(_, index)| index).collect()
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

fn is_needed(other: &Outline, have: &[Outline], file: &Outline, shown: &HashSet<String>) -> bool {
    let known = |name: &String| have.iter().any(|o| o.defined.contains(name));
    if other.defined.iter().any(known) || other.defined.is_empty() && other.imported.is_empty() {
        return false;
    }
    let brings = |name: &String| other.defined.contains(name) || other.imported.contains(name);
    let imported = |name: &String| have.iter().any(|o| o.imported.contains(name));
    let in_file = |name: &String| file.defined.contains(name) || file.imported.contains(name);
    let used = have.iter().any(|o| {
        let mut free = o.free.iter();
        free.any(|name| brings(name) && !imported(name) && !in_file(name))
    });
    // A table may be filled by a loop, but whatever calls the code that is there is an example of its use.
    let example = other.runs && other.free.iter().any(known);
    // A program that begins somewhere calls all that it needs.
    let begins = have.iter().any(|o| o.runs || o.defined.contains("main"));
    used && !example || !begins && other.functions.iter().any(|name| shown.contains(name))
}

fn outline(block: &FencedBlock, wanted: &CodeRequest) -> Option<Outline> {
    wanted.syntax.outline(&at_margin(&block.code))
}

/// Whether a line stands for others: `...`, `// ... as before`.
fn is_elision(line: &str) -> bool {
    let line = line.trim();
    let said = line.trim_start_matches(['#', '/', '*', ' ']);
    let dots = |d: &str| line == d || said != line && said.starts_with(d);
    dots("...") || dots("…")
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

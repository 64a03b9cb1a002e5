//! What a version brings along besides its function: imports, helpers, members of classes.

use std::ops::Range;

use super::mentions::Mentions;
use crate::task::region::grammar::Grammar;
use crate::task::region::indent;
use crate::task::region::pieces::{Piece, PieceKind, is_block_like};
use crate::task::region::tree::{self, N};

/// What a version brings along.
#[derive(Debug, Default)]
pub(super) struct Additions {
    pub(crate) imports: Vec<Import>,
    pub(crate) helpers: Vec<Helper>,
    /// For a class or the like elsewhere in the file: the bytes of its body, and what is new in it.
    pub(crate) members: Vec<(Range<usize>, Helper)>,
}

/// An import of a version.
#[derive(Clone, Debug)]
pub(super) struct Import {
    pub(crate) text: String,
    /// The level of the file that it belongs to; `None` for an import inside the version's own function.
    pub(crate) level: Option<usize>,
}

/// A helper, a constant, a statement.
#[derive(Clone, Debug)]
pub(super) struct Helper {
    /// Without indentation, with line feeds.
    pub(crate) text: String,
    /// For every line but the first: whether it begins inside of a literal.
    pub(crate) inside: Vec<bool>,
    pub(crate) level: usize,
    /// Whether it goes after the function, because it is a statement that needs it.
    pub(crate) behind: bool,
    /// Whether blank lines are put around it.
    pub(crate) block: bool,
    /// Whether it is a member of a list that needs a comma after it.
    pub(crate) comma: bool,
    /// Blank lines before it in the version.
    pub(crate) gap: usize,
    /// The names that it defines.
    pub(crate) keys: Vec<String>,
    /// The names that it mentions.
    pub(crate) mentions: Mentions,
    /// The byte of the file behind which it must stand, where that is not before the function.
    pub(crate) after: Option<usize>,
}

impl Helper {
    /// A piece of the text of a version; `behind`: it stands after the function.
    pub(super) fn of(
        grammar: Grammar,
        piece: &Piece<'_>,
        text: &str,
        behind: bool,
        level: usize,
    ) -> Self {
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
        let statement = piece.kind == PieceKind::Statement
            || matches!(piece.node.kind(), "expression_statement")
                && tree::text(piece.node, text).contains('.');
        Self {
            text: indent::joined(&lines),
            inside: lines.iter().map(|l| l.inside).collect(),
            level,
            behind: behind && statement,
            block: is_block_like(piece.node, piece.kind),
            comma,
            gap: gap.saturating_sub(1),
            keys: piece.keys.clone(),
            mentions: Mentions::of(piece.node, text),
            after: None,
        }
    }

    /// With the indentation of a place; the first line without it.
    pub(crate) fn placed(&self, indent: &str) -> String {
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

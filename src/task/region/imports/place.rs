//! Where imports go.

use crate::task::region::grammar::Grammar;
use crate::task::region::pieces::{self, Piece, PieceKind};
use crate::task::region::tree::{self, N};

/// Behind the last of the imports that the scope begins with, else at its top. Gives the byte and the text to put there.
pub(super) fn behind(
    grammar: Grammar,
    scope: N<'_>,
    file: &str,
    own: &[Piece<'_>],
    before: usize,
    lines: String,
) -> (usize, String) {
    // Imports further down may stand there because something must come before them.
    let all = pieces::of(grammar, scope, file);
    let leading = all
        .iter()
        .take_while(|p| matches!(p.kind, PieceKind::Import | PieceKind::Head))
        .filter(|p| p.kind == PieceKind::Import)
        .last()
        .or_else(|| own.iter().rev().find(|p| p.node.end_byte() <= before));
    let Some(last) = leading else {
        return at_top(grammar, scope, file, lines);
    };
    let indent = tree::indent_at(file, last.node.start_byte());
    below(file, last.node, &indented(&lines, indent))
}

/// At the top of a scope: behind what must come first there.
pub(super) fn at_top(grammar: Grammar, scope: N<'_>, file: &str, lines: String) -> (usize, String) {
    if scope.parent().is_some() {
        // Inside of a module's braces.
        let inner = tree::named(scope).into_iter().next();
        let indent = inner
            .map_or("", |n| tree::indent_at(file, n.start_byte()))
            .to_owned();
        let at = scope.start_byte() + 1;
        return (
            at,
            format!("\n{}", indented(&lines, &indent).trim_end_matches('\n')),
        );
    }
    let mut last_head = None;
    for node in tree::children(scope) {
        let said = tree::text(node, file);
        let future = node.kind() == "future_import_statement";
        let head = pieces::of_one(grammar, node, file, last_head.is_none()) == PieceKind::Head;
        let about_file = matches!(node.kind(), "inner_attribute_item" | "hash_bang_line")
            || said.starts_with("//!")
            || said.starts_with("#!")
            || node.start_byte() == 0 && said.contains("coding");
        if head || future || about_file {
            last_head = Some(node);
        } else if !Grammar::is_comment(node) {
            break;
        }
    }
    match last_head {
        Some(node) => {
            let (at, text) = below(file, node, &lines);
            let blank = node.kind() != "future_import_statement";
            (
                at,
                if blank && text.starts_with('\n') {
                    format!("\n{text}")
                } else {
                    text
                },
            )
        }
        None => {
            // After a licence header, which is followed by a blank line.
            let mut at = if file.starts_with('\u{feff}') {
                '\u{feff}'.len_utf8()
            } else {
                0
            };
            for node in tree::children(scope) {
                if !Grammar::is_comment(node) {
                    break;
                }
                let end = node.start_byte() + tree::text(node, file).trim_end().len();
                let rest = file.get(end..).unwrap_or_default();
                let blank = rest.trim_start_matches([' ', '\t', '\r']);
                let gap = rest.len() - rest.trim_start().len();
                if blank.starts_with('\n')
                    && rest.get(..gap).is_some_and(|g| g.matches('\n').count() > 1)
                {
                    at = end + gap;
                }
            }
            at = at.min(file.len());
            let at = tree::line_start(file, at).max(if at < 4 { at } else { 0 });
            (at, format!("{lines}\n"))
        }
    }
}

/// On the lines below a node.
fn below(file: &str, node: N<'_>, lines: &str) -> (usize, String) {
    let end = node.start_byte() + tree::text(node, file).trim_end().len();
    let rest = file.get(end..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default();
    let line = line.strip_suffix('\r').unwrap_or(line);
    // What stands behind it in its line is a comment, or another statement.
    let tail = line.trim_start_matches([' ', '\t', ';']);
    let at = if tail.is_empty() || tail.starts_with(['#', '/']) {
        end + line.len()
    } else {
        end
    };
    let newline_follows = at == end + line.len();
    let lines = lines.trim_end_matches('\n');
    let text = format!("\n{lines}");
    (
        at,
        if newline_follows {
            text
        } else {
            format!("{text}\n")
        },
    )
}

fn indented(lines: &str, indent: &str) -> String {
    lines
        .lines()
        .map(|l| {
            if l.is_empty() {
                "\n".to_owned()
            } else {
                format!("{indent}{l}\n")
            }
        })
        .collect()
}

//! Go imports are added to the existing import block.

use std::collections::HashSet;

use super::flat;
use super::insertion::Insertion;
use crate::task::region::grammar::Grammar;
use crate::task::region::pieces::Piece;
use crate::task::region::tree::{self, N};

/// What has to be put in, and where.
pub(super) fn insertions(
    root: N<'_>,
    file: &str,
    own: &[Piece<'_>],
    wanted: &[String],
    had: &HashSet<String>,
) -> Vec<Insertion> {
    let mut specs: Vec<String> = Vec::new();
    for (spec, _) in wanted.iter().flat_map(|w| flat::parts(Grammar::Go, w)) {
        if !had.contains(&spec) && !specs.contains(&spec) {
            specs.push(spec);
        }
    }
    if specs.is_empty() {
        return Vec::new();
    }
    let block = own
        .iter()
        .find_map(|p| tree::child_of_kind(p.node, &["import_spec_list"]));
    if let Some(last) = block.and_then(|b| {
        tree::named(b)
            .into_iter()
            .rfind(|n| n.kind() == "import_spec")
    }) {
        let indent = tree::indent_at(file, last.start_byte());
        let alone = tree::begins_line(file, last.start_byte());
        let text: String = specs
            .iter()
            .map(|s| {
                if alone {
                    format!("\n{indent}{s}")
                } else {
                    format!("; {s}")
                }
            })
            .collect();
        // Behind a comment that stands in the same line.
        let at = if alone {
            line_end(file, last.end_byte())
        } else {
            last.end_byte()
        };
        return vec![Insertion { at, text }];
    }
    let lines: String = specs.iter().map(|s| format!("\nimport {s}")).collect();
    let after = own.last().map(|p| p.node).or_else(|| {
        tree::named(root)
            .into_iter()
            .find(|n| n.kind() == "package_clause")
    });
    vec![match after {
        Some(node) if node.kind() == "package_clause" => Insertion {
            at: line_end(file, node.end_byte()),
            text: format!("\n{lines}"),
        },
        Some(node) => Insertion {
            at: line_end(file, node.end_byte()),
            text: lines,
        },
        None => Insertion {
            at: 0,
            text: format!("{}\n", lines.trim_start()),
        },
    }]
}

fn line_end(file: &str, at: usize) -> usize {
    let rest = file.get(at..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default();
    at + line.strip_suffix('\r').unwrap_or(line).len()
}

//! The names that a piece of code mentions, and which of them it needs at once.

use std::collections::HashSet;

use crate::task::region::names::{self, Names};
use crate::task::region::tree::{self, N};

/// The names that a piece of code mentions.
#[derive(Clone, Debug, Default)]
pub(super) struct Mentions {
    /// Those that it has from elsewhere and needs when the file is loaded.
    pub(super) at_load: HashSet<String>,
    /// All that it has from elsewhere.
    pub(super) all: HashSet<String>,
    /// Those that it binds.
    pub(super) bound: HashSet<String>,
    /// Those that it fills: `table[key] = value`.
    pub(super) filled: HashSet<String>,
}

impl Mentions {
    pub(super) fn of(node: N<'_>, text: &str) -> Self {
        let Names { free, bound } = names::of(node, text, |_| false);
        let mut filled = HashSet::new();
        tree::each(node, |n| {
            if let Some(left) = n.child_by_field_name("left")
                && let Some(of) = left
                    .child_by_field_name("value")
                    .or_else(|| left.child_by_field_name("object"))
            {
                filled.extend(names::of(of, text, |_| false).free);
            }
            true
        });
        Self {
            at_load: names::of(node, text, is_body).free,
            all: free,
            bound,
            filled,
        }
    }
}

/// The body of a function with a name: it is not run where it stands.
fn is_body(node: N<'_>) -> bool {
    let of = node.parent().map_or("", |p| p.kind());
    matches!(
        (node.kind(), of),
        ("block", "function_definition")
            | (
                "statement_block",
                "function_declaration" | "method_definition" | "generator_function_declaration"
            )
            | ("body_statement", "method" | "singleton_method")
    )
}

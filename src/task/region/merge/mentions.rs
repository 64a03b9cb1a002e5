//! The names that a piece of code mentions, and which of them it needs at once.

use crate::task::region::names;
use crate::task::region::tree::{self, N};

/// The names that a piece of code mentions.
#[derive(Clone, Debug, Default)]
pub(super) struct Mentions {
    /// Those that it needs when the file is loaded.
    pub(super) at_load: Vec<String>,
    /// All.
    pub(super) all: Vec<String>,
    /// Those that it binds or fills.
    pub(super) made: Vec<String>,
}

impl Mentions {
    pub(super) fn of(node: N<'_>, text: &str) -> Self {
        let mut found = Self::default();
        names::used(node, text, |_| false, &mut found.all);
        names::used(node, text, is_body, &mut found.at_load);
        names::bound(node, text, &mut found.made);
        // `table[key] = value`
        tree::each(node, |n| {
            if let Some(left) = n.child_by_field_name("left")
                && let Some(filled) = left
                    .child_by_field_name("value")
                    .or_else(|| left.child_by_field_name("object"))
            {
                names::used(filled, text, |_| false, &mut found.made);
            }
            true
        });
        found
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

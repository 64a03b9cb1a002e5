//! Functions of Java: methods and constructors, of nested and local types too.

use super::{Around, ItemKind, Seen};
use crate::task::target::tree::{self, N};

/// What a node is.
pub(super) fn see<'t>(node: N<'t>, text: &str) -> Seen<'t> {
    let name = || {
        node.child_by_field_name("name")
            .map(|n| tree::text(n, text).to_owned())
            .unwrap_or_default()
    };
    match node.kind() {
        "class_declaration"
        | "interface_declaration"
        | "enum_declaration"
        | "record_declaration"
        | "annotation_type_declaration" => Seen::Space(vec![name()], Around::Class),
        "method_declaration" if node.child_by_field_name("body").is_some() => Seen::Function {
            names: vec![name()],
            kind: if has_modifier(node, "static", text) {
                ItemKind::StaticMethod
            } else {
                ItemKind::Method
            },
            function: node,
        },
        "constructor_declaration" | "compact_constructor_declaration" => Seen::Function {
            names: vec![name()],
            kind: ItemKind::Constructor,
            function: node,
        },
        "lambda_expression" => Seen::Space(Vec::new(), Around::Function),
        _ => Seen::Through,
    }
}

/// Whether a declaration has a modifier.
pub(in crate::task::target) fn has_modifier(node: N<'_>, word: &str, text: &str) -> bool {
    tree::child_of_kind(node, &["modifiers"]).is_some_and(|m| {
        tree::children(m)
            .into_iter()
            .any(|c| tree::text(c, text) == word)
    })
}

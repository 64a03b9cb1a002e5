//! Functions of Java: methods and constructors, of nested and local types too.

use super::kinds::{FunctionKind, NodeRole, ScopeKind};
use crate::task::region::tree::{self, N};

/// What a node is.
pub(super) fn see<'t>(node: N<'t>, text: &str) -> NodeRole<'t> {
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
        | "annotation_type_declaration" => NodeRole::Space(vec![name()], ScopeKind::Class),
        "method_declaration" if node.child_by_field_name("body").is_some() => NodeRole::Function {
            names: vec![name()],
            kind: if has_modifier(node, "static", text) {
                FunctionKind::StaticMethod
            } else {
                FunctionKind::Method
            },
            function: node,
        },
        "constructor_declaration" | "compact_constructor_declaration" => NodeRole::Function {
            names: vec![name()],
            kind: FunctionKind::Constructor,
            function: node,
        },
        "lambda_expression" => NodeRole::Space(Vec::new(), ScopeKind::Function),
        _ => NodeRole::Through,
    }
}

/// Whether a declaration has a modifier.
pub(in crate::task::region) fn has_modifier(node: N<'_>, word: &str, text: &str) -> bool {
    tree::child_of_kind(node, &["modifiers"]).is_some_and(|m| {
        tree::children(m)
            .into_iter()
            .any(|c| tree::text(c, text) == word)
    })
}

//! Functions of Rust, and of Go, which is as plain.

use super::kinds::{FunctionKind, NodeRole, ScopeKind};
use crate::task::region::grammar::Grammar;
use crate::task::region::tree::{self, N};

/// What a node is.
pub(super) fn see<'t>(
    grammar: Grammar,
    node: N<'t>,
    around: ScopeKind,
    text: &str,
) -> NodeRole<'t> {
    let name = |field| {
        node.child_by_field_name(field)
            .map(|n| tree::text(n, text).to_owned())
    };
    match node.kind() {
        "function_item" => {
            let Some(name) = name("name") else {
                return NodeRole::Through;
            };
            let method = node
                .child_by_field_name("parameters")
                .and_then(|p| tree::child_of_kind(p, &["self_parameter"]))
                .is_some();
            NodeRole::Function {
                names: vec![name],
                kind: match around {
                    ScopeKind::Class if method => FunctionKind::Method,
                    ScopeKind::Class => FunctionKind::StaticMethod,
                    _ => FunctionKind::Function,
                },
                function: node,
            }
        }
        "impl_item" => NodeRole::Space(
            name("type").map(|t| bare(&t)).into_iter().collect(),
            ScopeKind::Class,
        ),
        "trait_item" => NodeRole::Space(name("name").into_iter().collect(), ScopeKind::Class),
        "mod_item" => NodeRole::Space(name("name").into_iter().collect(), ScopeKind::Space),
        "token_tree" | "macro_definition" => NodeRole::Skip,
        "function_declaration" if grammar == Grammar::Go => match name("name") {
            Some(name) => NodeRole::Function {
                names: vec![name],
                kind: FunctionKind::Function,
                function: node,
            },
            None => NodeRole::Through,
        },
        "method_declaration" if grammar == Grammar::Go => {
            let receiver = node
                .child_by_field_name("receiver")
                .and_then(|r| receiver_type(r, text));
            NodeRole::Function {
                names: receiver.into_iter().chain(name("name")).collect(),
                kind: FunctionKind::Method,
                function: node,
            }
        }
        "var_spec" if grammar == Grammar::Go => {
            let function = node
                .child_by_field_name("value")
                .and_then(|v| v.named_child(0))
                .filter(|v| v.kind() == "func_literal");
            match (function, name("name")) {
                (Some(function), Some(name)) => NodeRole::Function {
                    names: vec![name],
                    kind: FunctionKind::Function,
                    function,
                },
                _ => NodeRole::Through,
            }
        }
        "func_literal" => NodeRole::Space(Vec::new(), ScopeKind::Function),
        "closure_expression" => NodeRole::Space(Vec::new(), ScopeKind::Function),
        _ => NodeRole::Through,
    }
}

/// The type of a Go method's receiver without pointer and parameters.
pub(in crate::task::region) fn receiver_type(receiver: N<'_>, text: &str) -> Option<String> {
    let mut name = None;
    tree::each(receiver, |n| {
        if n.kind() == "type_identifier" && name.is_none() {
            name = Some(tree::text(n, text).to_owned());
        }
        name.is_none()
    });
    name
}

/// A type's name without path, references and parameters: `Parser` of `&'a mut crate::x::Parser<'a, T>`.
pub(in crate::task::region) fn bare(name: &str) -> String {
    let head = name.split('<').next().unwrap_or_default().trim();
    let last = head.rsplit("::").next().unwrap_or_default();
    let last = last
        .rsplit([' ', '&', '*'])
        .next()
        .unwrap_or_default()
        .trim();
    if last.is_empty() {
        name.to_owned()
    } else {
        last.to_owned()
    }
}

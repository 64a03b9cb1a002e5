//! Functions of Rust, and of Go, which is as plain.

use super::{Around, ItemKind, Seen};
use crate::task::target::grammar::Grammar;
use crate::task::target::tree::{self, N};

/// What a node is.
pub(super) fn see<'t>(grammar: Grammar, node: N<'t>, around: Around, text: &str) -> Seen<'t> {
    let name = |field| {
        node.child_by_field_name(field)
            .map(|n| tree::text(n, text).to_owned())
    };
    match node.kind() {
        "function_item" => {
            let Some(name) = name("name") else {
                return Seen::Through;
            };
            let method = node
                .child_by_field_name("parameters")
                .and_then(|p| tree::child_of_kind(p, &["self_parameter"]))
                .is_some();
            Seen::Function {
                names: vec![name],
                kind: match around {
                    Around::Class if method => ItemKind::Method,
                    Around::Class => ItemKind::StaticMethod,
                    _ => ItemKind::Function,
                },
                function: node,
            }
        }
        "impl_item" => Seen::Space(
            name("type").map(|t| bare(&t)).into_iter().collect(),
            Around::Class,
        ),
        "trait_item" => Seen::Space(name("name").into_iter().collect(), Around::Class),
        "mod_item" => Seen::Space(name("name").into_iter().collect(), Around::Space),
        "token_tree" | "macro_definition" => Seen::Skip,
        "function_declaration" if grammar == Grammar::Go => match name("name") {
            Some(name) => Seen::Function {
                names: vec![name],
                kind: ItemKind::Function,
                function: node,
            },
            None => Seen::Through,
        },
        "method_declaration" if grammar == Grammar::Go => {
            let receiver = node
                .child_by_field_name("receiver")
                .and_then(|r| receiver_type(r, text));
            Seen::Function {
                names: receiver.into_iter().chain(name("name")).collect(),
                kind: ItemKind::Method,
                function: node,
            }
        }
        "var_spec" if grammar == Grammar::Go => {
            let function = node
                .child_by_field_name("value")
                .and_then(|v| v.named_child(0))
                .filter(|v| v.kind() == "func_literal");
            match (function, name("name")) {
                (Some(function), Some(name)) => Seen::Function {
                    names: vec![name],
                    kind: ItemKind::Function,
                    function,
                },
                _ => Seen::Through,
            }
        }
        "func_literal" => Seen::Space(Vec::new(), Around::Function),
        "closure_expression" => Seen::Space(Vec::new(), Around::Function),
        _ => Seen::Through,
    }
}

/// The type of a Go method's receiver without pointer and parameters.
pub(in crate::task::target) fn receiver_type(receiver: N<'_>, text: &str) -> Option<String> {
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
pub(in crate::task::target) fn bare(name: &str) -> String {
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

//! Functions of Python.

use super::kinds::{FunctionKind, NodeRole, ScopeKind};
use super::wrapped;
use crate::task::region::tree::{self, N};

/// What a node is.
pub(super) fn see<'t>(
    node: N<'t>,
    above: Option<N<'t>>,
    around: ScopeKind,
    text: &str,
) -> NodeRole<'t> {
    let name = |n: N<'t>, field| {
        n.child_by_field_name(field)
            .map(|n| tree::text(n, text).to_owned())
            .unwrap_or_default()
    };
    match node.kind() {
        "class_definition" => NodeRole::Space(vec![name(node, "name")], ScopeKind::Class),
        "function_definition" => NodeRole::Function {
            names: vec![name(node, "name")],
            kind: kind(node, above, around, text),
            function: node,
        },
        "assignment" => {
            let left = node.child_by_field_name("left");
            let (true, Some(right)) = (
                left.is_some_and(|l| l.kind() == "identifier"),
                node.child_by_field_name("right"),
            ) else {
                return NodeRole::Through;
            };
            let names = vec![name(node, "left")];
            let lambda = match right.kind() {
                "lambda" => Some(right),
                _ if around == ScopeKind::Function => None,
                _ => wrapped::function_in(right, text),
            };
            match lambda {
                Some(function) => NodeRole::Function {
                    names,
                    kind: if around == ScopeKind::Class {
                        FunctionKind::Method
                    } else {
                        FunctionKind::Function
                    },
                    function,
                },
                None if wrapped::is_name_or_call(right) => NodeRole::Alias {
                    names,
                    value: right,
                },
                None => NodeRole::Through,
            }
        }
        _ => NodeRole::Through,
    }
}

/// The decorators of a definition, without the `@`.
pub(in crate::task::region) fn decorators<'s>(unit: N<'_>, text: &'s str) -> Vec<&'s str> {
    if unit.kind() != "decorated_definition" {
        return Vec::new();
    }
    tree::named(unit)
        .into_iter()
        .filter(|n| n.kind() == "decorator")
        .map(|n| tree::text(n, text).trim_start_matches('@').trim())
        .collect()
}

fn kind(node: N<'_>, above: Option<N<'_>>, around: ScopeKind, text: &str) -> FunctionKind {
    if around != ScopeKind::Class {
        return FunctionKind::Function;
    }
    let name = node
        .child_by_field_name("name")
        .map(|n| tree::text(n, text));
    for decorator in above.map(|a| decorators(a, text)).unwrap_or_default() {
        let last = decorator.rsplit('.').next().unwrap_or_default();
        match last {
            "staticmethod" => return FunctionKind::StaticMethod,
            "classmethod" => return FunctionKind::ClassMethod,
            "property" | "cached_property" | "getter" | "abstractproperty" => {
                return FunctionKind::Getter;
            }
            "setter" | "deleter" => return FunctionKind::Setter,
            _ => {}
        }
    }
    match name {
        Some("__init__") => FunctionKind::Constructor,
        Some("__new__") => FunctionKind::StaticMethod,
        Some("__init_subclass__" | "__class_getitem__") => FunctionKind::ClassMethod,
        _ => FunctionKind::Method,
    }
}

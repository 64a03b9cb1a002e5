//! Functions of Python.

use super::kinds::{FunctionKind, NodeRole, ScopeKind};
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
        "assignment" => match node.child_by_field_name("right") {
            Some(right)
                if right.kind() == "lambda"
                    && node
                        .child_by_field_name("left")
                        .is_some_and(|l| l.kind() == "identifier") =>
            {
                NodeRole::Function {
                    names: vec![name(node, "left")],
                    kind: if around == ScopeKind::Class {
                        FunctionKind::Method
                    } else {
                        FunctionKind::Function
                    },
                    function: right,
                }
            }
            _ => NodeRole::Through,
        },
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

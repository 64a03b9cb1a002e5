//! Functions of Python.

use super::{Around, ItemKind, Seen};
use crate::task::target::tree::{self, N};

/// What a node is.
pub(super) fn see<'t>(node: N<'t>, above: Option<N<'t>>, around: Around, text: &str) -> Seen<'t> {
    let name = |n: N<'t>, field| {
        n.child_by_field_name(field)
            .map(|n| tree::text(n, text).to_owned())
            .unwrap_or_default()
    };
    match node.kind() {
        "class_definition" => Seen::Space(vec![name(node, "name")], Around::Class),
        "function_definition" => Seen::Function {
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
                Seen::Function {
                    names: vec![name(node, "left")],
                    kind: if around == Around::Class {
                        ItemKind::Method
                    } else {
                        ItemKind::Function
                    },
                    function: right,
                }
            }
            _ => Seen::Through,
        },
        _ => Seen::Through,
    }
}

/// The decorators of a definition, without the `@`.
pub(in crate::task::target) fn decorators<'s>(unit: N<'_>, text: &'s str) -> Vec<&'s str> {
    if unit.kind() != "decorated_definition" {
        return Vec::new();
    }
    tree::named(unit)
        .into_iter()
        .filter(|n| n.kind() == "decorator")
        .map(|n| tree::text(n, text).trim_start_matches('@').trim())
        .collect()
}

fn kind(node: N<'_>, above: Option<N<'_>>, around: Around, text: &str) -> ItemKind {
    if around != Around::Class {
        return ItemKind::Function;
    }
    let name = node
        .child_by_field_name("name")
        .map(|n| tree::text(n, text));
    for decorator in above.map(|a| decorators(a, text)).unwrap_or_default() {
        let last = decorator.rsplit('.').next().unwrap_or_default();
        match last {
            "staticmethod" => return ItemKind::StaticMethod,
            "classmethod" => return ItemKind::ClassMethod,
            "property" | "cached_property" | "getter" | "abstractproperty" => {
                return ItemKind::Getter;
            }
            "setter" | "deleter" => return ItemKind::Setter,
            _ => {}
        }
    }
    match name {
        Some("__init__") => ItemKind::Constructor,
        Some("__new__") => ItemKind::StaticMethod,
        Some("__init_subclass__" | "__class_getitem__") => ItemKind::ClassMethod,
        _ => ItemKind::Method,
    }
}

//! Functions of JavaScript and TypeScript: declared, bound to names, in classes and objects, assigned to prototypes and exports.

use super::kinds::{FunctionKind, NodeRole, ScopeKind};
use super::{FunctionNode, unwrapped, wrapped};
use crate::task::region::tree::{self, N};

/// What a node is.
pub(super) fn see<'t>(
    node: N<'t>,
    above: Option<N<'t>>,
    around: ScopeKind,
    text: &str,
) -> NodeRole<'t> {
    let field = |n: N<'t>, field: &str| n.child_by_field_name(field);
    let said = |n: N<'t>| tree::text(n, text).to_owned();
    match node.kind() {
        "function_declaration" | "generator_function_declaration" => match field(node, "name") {
            Some(name) => function(vec![said(name)], FunctionKind::Function, node),
            None => NodeRole::Through,
        },
        "function_expression" | "generator_function" | "arrow_function" => {
            let default = above.is_some_and(|a| a.kind() == "export_statement");
            match field(node, "name") {
                _ if default => function(vec!["default".to_owned()], FunctionKind::Function, node),
                Some(name) => function(vec![said(name)], FunctionKind::Nested, node),
                None => NodeRole::Space(Vec::new(), ScopeKind::Function),
            }
        }
        "class_declaration" | "abstract_class_declaration" | "class" => {
            let name = field(node, "name").map(said);
            match name {
                Some(name) => NodeRole::Space(vec![name], ScopeKind::Class),
                None if above.is_some_and(|a| a.kind() == "export_statement") => {
                    NodeRole::Space(vec!["default".to_owned()], ScopeKind::Class)
                }
                None => NodeRole::Space(Vec::new(), ScopeKind::Class),
            }
        }
        "method_definition" => match field(node, "name") {
            Some(name) => {
                let kind = member_kind(node, &said(name), text);
                function(vec![plain(&said(name))], kind, node)
            }
            None => NodeRole::Through,
        },
        "field_definition" => bound(
            node,
            field(node, "property"),
            member_kind(node, "", text),
            around,
            text,
        ),
        "pair" => bound(
            node,
            field(node, "key"),
            FunctionKind::StaticMethod,
            around,
            text,
        ),
        // The same in TypeScript.
        "public_field_definition" => {
            let kind = member_kind(node, "", text);
            bound(node, field(node, "name"), kind, around, text)
        }
        // `namespace Geo { … }`
        "internal_module" | "module" => match field(node, "name") {
            Some(name) => {
                let names = said(name).split('.').map(|n| plain(n.trim())).collect();
                NodeRole::Space(names, ScopeKind::Class)
            }
            None => NodeRole::Through,
        },
        "variable_declarator" => bound(
            node,
            field(node, "name").filter(|n| n.kind() == "identifier"),
            FunctionKind::Function,
            around,
            text,
        ),
        "export_statement" => match field(node, "value").map(unwrapped) {
            Some(value) if wrapped::is_name_or_call(value) => NodeRole::Alias {
                names: vec!["default".to_owned()],
                value,
            },
            _ => NodeRole::Through,
        },
        "export_specifier" if !reexports(node) => match (field(node, "alias"), field(node, "name"))
        {
            (Some(alias), Some(value)) => NodeRole::Alias {
                names: vec![plain(&said(alias))],
                value,
            },
            _ => NodeRole::Through,
        },
        "call_expression" if above.is_some_and(|a| a.kind() == "export_statement") => {
            match wrapped::function_in(node, text) {
                Some(inner) => function(vec!["default".to_owned()], FunctionKind::Function, inner),
                None => NodeRole::Through,
            }
        }
        "assignment_expression"
            if around != ScopeKind::Function || field(node, "left").is_some() =>
        {
            let Some(left) = field(node, "left")
                .filter(|l| matches!(l.kind(), "identifier" | "member_expression"))
            else {
                return NodeRole::Through;
            };
            let (names, kind) = assigned(&said(left));
            bound_as(node, names, kind, around, text)
        }
        _ => NodeRole::Through,
    }
}

fn function(names: Vec<String>, kind: FunctionKind, function: N<'_>) -> NodeRole<'_> {
    NodeRole::Function {
        names,
        kind,
        function,
    }
}

/// A name and what it is bound to.
fn bound<'t>(
    node: N<'t>,
    name: Option<N<'t>>,
    kind: FunctionKind,
    around: ScopeKind,
    text: &str,
) -> NodeRole<'t> {
    match name {
        Some(name) => bound_as(
            node,
            vec![plain(tree::text(name, text))],
            kind,
            around,
            text,
        ),
        None => NodeRole::Through,
    }
}

fn bound_as<'t>(
    node: N<'t>,
    names: Vec<String>,
    kind: FunctionKind,
    around: ScopeKind,
    text: &str,
) -> NodeRole<'t> {
    let value = ["value", "right"]
        .iter()
        .find_map(|f| node.child_by_field_name(f));
    let Some(value) = value.map(unwrapped) else {
        return NodeRole::Through;
    };
    let is_function = matches!(
        value.kind(),
        "arrow_function" | "function_expression" | "generator_function"
    );
    let inner = if is_function {
        Some(value)
    } else if around == ScopeKind::Function {
        // What a function makes for itself is a part of it.
        None
    } else {
        wrapped::function_in(value, text)
    };
    if let Some(inner) = inner {
        let own = inner
            .child_by_field_name("name")
            .map(|n| tree::text(n, text));
        let names = match own {
            Some(own) if names == ["module", "exports"] => vec![own.to_owned()],
            _ => names,
        };
        return function(names, kind, inner);
    }
    match value.kind() {
        "class" if value.child_by_field_name("name").is_none() => {
            NodeRole::Space(names, ScopeKind::Class)
        }
        "object" => {
            let names = if names == ["module", "exports"] {
                Vec::new()
            } else {
                names
            };
            NodeRole::Space(names, ScopeKind::Class)
        }
        _ if wrapped::is_name_or_call(value) => NodeRole::Alias { names, value },
        _ => NodeRole::Through,
    }
}

/// Whether a function is what a module exports by itself: `export default function f`, `module.exports = …`.
pub(in crate::task::region) fn is_default_export(found: &FunctionNode<'_>, text: &str) -> bool {
    if found.unit.kind() == "export_statement" {
        return tree::child_of_kind(found.unit, &["default"]).is_some();
    }
    let left = found.definition.child_by_field_name("left");
    found.definition.kind() == "assignment_expression"
        && left.is_some_and(|l| assigned(tree::text(l, text)).0 == ["module", "exports"])
}

/// Whether a name that is exported comes from another module.
fn reexports(specifier: N<'_>) -> bool {
    let statement = specifier.parent().and_then(|clause| clause.parent());
    statement.is_some_and(|s| s.child_by_field_name("source").is_some())
}

/// The names of what is assigned to: `A.prototype.f` is `A.f`, `exports.f` is `f`.
fn assigned(left: &str) -> (Vec<String>, FunctionKind) {
    let flat: String = left.split_whitespace().collect();
    let mut kind = FunctionKind::StaticMethod;
    let mut names: Vec<String> = flat.split('.').map(str::to_owned).collect();
    if let Some(at) = names.iter().position(|n| n == "prototype") {
        names.remove(at);
        kind = FunctionKind::Method;
    }
    if names.first().is_some_and(|n| n == "module") && names.len() > 2 {
        names.remove(0);
    }
    if names.first().is_some_and(|n| n == "exports") && names.len() > 1 {
        names.remove(0);
        if names.len() == 1 {
            kind = FunctionKind::Function;
        }
    }
    if names.len() == 1 {
        kind = FunctionKind::Function;
    }
    (names, kind)
}

/// A name without quotes or brackets.
fn plain(name: &str) -> String {
    name.trim_matches(['"', '\'', '[', ']']).to_owned()
}

fn member_kind(node: N<'_>, name: &str, text: &str) -> FunctionKind {
    let words: Vec<&str> = tree::children(node)
        .into_iter()
        .take_while(|c| {
            !matches!(
                c.kind(),
                "property_identifier" | "private_property_identifier"
            )
        })
        .map(|c| tree::text(c, text))
        .collect();
    let is = |w: &str| words.contains(&w);
    if name == "constructor" {
        FunctionKind::Constructor
    } else if is("get") {
        FunctionKind::Getter
    } else if is("set") {
        FunctionKind::Setter
    } else if is("static") {
        FunctionKind::StaticMethod
    } else {
        FunctionKind::Method
    }
}

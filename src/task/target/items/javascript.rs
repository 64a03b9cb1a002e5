//! Functions of JavaScript: declared, bound to names, in classes and objects, put into prototypes and exports.

use super::{Around, ItemKind, Seen};
use crate::task::target::tree::{self, N};

/// What a node is.
pub(super) fn see<'t>(node: N<'t>, above: Option<N<'t>>, around: Around, text: &str) -> Seen<'t> {
    let field = |n: N<'t>, field: &str| n.child_by_field_name(field);
    let said = |n: N<'t>| tree::text(n, text).to_owned();
    match node.kind() {
        "function_declaration" | "generator_function_declaration" => match field(node, "name") {
            Some(name) => function(vec![said(name)], ItemKind::Function, node),
            None => Seen::Through,
        },
        "function_expression" | "generator_function" | "arrow_function" => {
            let default = above.is_some_and(|a| a.kind() == "export_statement");
            match field(node, "name") {
                _ if default => function(vec!["default".to_owned()], ItemKind::Function, node),
                Some(name) => function(vec![said(name)], ItemKind::Nested, node),
                None => Seen::Space(Vec::new(), Around::Function),
            }
        }
        "class_declaration" | "class" => {
            let name = field(node, "name").map(said);
            match name {
                Some(name) => Seen::Space(vec![name], Around::Class),
                None if above.is_some_and(|a| a.kind() == "export_statement") => {
                    Seen::Space(vec!["default".to_owned()], Around::Class)
                }
                None => Seen::Space(Vec::new(), Around::Class),
            }
        }
        "method_definition" => match field(node, "name") {
            Some(name) => {
                let kind = member_kind(node, &said(name), text);
                function(vec![plain(&said(name))], kind, node)
            }
            None => Seen::Through,
        },
        "field_definition" => bound(
            node,
            field(node, "property"),
            member_kind(node, "", text),
            text,
        ),
        "pair" => bound(node, field(node, "key"), ItemKind::StaticMethod, text),
        "variable_declarator" => bound(
            node,
            field(node, "name").filter(|n| n.kind() == "identifier"),
            ItemKind::Function,
            text,
        ),
        "assignment_expression" if around != Around::Function || field(node, "left").is_some() => {
            let Some(left) = field(node, "left")
                .filter(|l| matches!(l.kind(), "identifier" | "member_expression"))
            else {
                return Seen::Through;
            };
            let (names, kind) = assigned(&said(left));
            bound_as(node, names, kind, text)
        }
        _ => Seen::Through,
    }
}

fn function(names: Vec<String>, kind: ItemKind, function: N<'_>) -> Seen<'_> {
    Seen::Function {
        names,
        kind,
        function,
    }
}

/// A name and what it is bound to.
fn bound<'t>(node: N<'t>, name: Option<N<'t>>, kind: ItemKind, text: &str) -> Seen<'t> {
    match name {
        Some(name) => bound_as(node, vec![plain(tree::text(name, text))], kind, text),
        None => Seen::Through,
    }
}

fn bound_as<'t>(node: N<'t>, names: Vec<String>, kind: ItemKind, text: &str) -> Seen<'t> {
    let value = ["value", "right"]
        .iter()
        .find_map(|f| node.child_by_field_name(f));
    let Some(value) = value.map(unwrapped) else {
        return Seen::Through;
    };
    match value.kind() {
        "arrow_function" | "function_expression" | "generator_function" => {
            let own = value
                .child_by_field_name("name")
                .map(|n| tree::text(n, text));
            let names = match own {
                Some(own) if names == ["module", "exports"] => vec![own.to_owned()],
                _ => names,
            };
            function(names, kind, value)
        }
        "class" if value.child_by_field_name("name").is_none() => Seen::Space(names, Around::Class),
        "object" => {
            let names = if names == ["module", "exports"] {
                Vec::new()
            } else {
                names
            };
            Seen::Space(names, Around::Class)
        }
        _ => Seen::Through,
    }
}

/// A value without parentheses around it.
fn unwrapped(mut value: N<'_>) -> N<'_> {
    while value.kind() == "parenthesized_expression" {
        match value.named_child(0) {
            Some(inner) if value.named_child_count() == 1 => value = inner,
            _ => break,
        }
    }
    value
}

/// The names of what is assigned to: `A.prototype.f` is `A.f`, `exports.f` is `f`.
fn assigned(left: &str) -> (Vec<String>, ItemKind) {
    let flat: String = left.split_whitespace().collect();
    let mut kind = ItemKind::StaticMethod;
    let mut names: Vec<String> = flat.split('.').map(str::to_owned).collect();
    if let Some(at) = names.iter().position(|n| n == "prototype") {
        names.remove(at);
        kind = ItemKind::Method;
    }
    if names.first().is_some_and(|n| n == "module") && names.len() > 2 {
        names.remove(0);
    }
    if names.first().is_some_and(|n| n == "exports") && names.len() > 1 {
        names.remove(0);
        if names.len() == 1 {
            kind = ItemKind::Function;
        }
    }
    if names.len() == 1 {
        kind = ItemKind::Function;
    }
    (names, kind)
}

/// A name without quotes or brackets.
fn plain(name: &str) -> String {
    name.trim_matches(['"', '\'', '[', ']']).to_owned()
}

fn member_kind(node: N<'_>, name: &str, text: &str) -> ItemKind {
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
        ItemKind::Constructor
    } else if is("get") {
        ItemKind::Getter
    } else if is("set") {
        ItemKind::Setter
    } else if is("static") {
        ItemKind::StaticMethod
    } else {
        ItemKind::Method
    }
}

//! Functions of C and C++.

use super::kinds::{FunctionKind, NodeRole, ScopeKind};
use crate::task::region::tree::{self, N};

/// What a node is.
pub(super) fn see<'t>(node: N<'t>, around: ScopeKind, text: &str) -> NodeRole<'t> {
    let name = |field| {
        node.child_by_field_name(field)
            .map(|n| tree::text(n, text).to_owned())
    };
    match node.kind() {
        "namespace_definition" => NodeRole::Space(
            name("name").map(|n| split(&n)).unwrap_or_default(),
            ScopeKind::Space,
        ),
        "class_specifier" | "struct_specifier" | "union_specifier" => {
            match (name("name"), node.child_by_field_name("body")) {
                (_, None) => NodeRole::Through,
                (name, _) => NodeRole::Space(
                    name.map(|n| vec![without_arguments(&n)])
                        .unwrap_or_default(),
                    ScopeKind::Class,
                ),
            }
        }
        "function_definition" => {
            // `= default` and `= delete` have no body.
            if node.child_by_field_name("body").is_none() {
                return NodeRole::Skip;
            }
            let Some(names) = function_names(node, text) else {
                return NodeRole::Through;
            };
            let kind = kind(node, &names, around, text);
            NodeRole::Function {
                names,
                kind,
                function: node,
            }
        }
        "lambda_expression" => NodeRole::Space(Vec::new(), ScopeKind::Function),
        _ => NodeRole::Through,
    }
}

/// The declarator of a function with its parameters.
pub(in crate::task::region) fn function_declarator(definition: N<'_>) -> Option<N<'_>> {
    let mut here = definition.child_by_field_name("declarator")?;
    for _ in 0..64 {
        if here.kind() == "function_declarator" {
            // `int (*f(int a))(int)`: the inner one is the function.
            let inner = here.child_by_field_name("declarator")?;
            if inner.kind() == "parenthesized_declarator"
                && let Some(deeper) = inner.named_child(0).and_then(|n| {
                    if n.kind() == "function_declarator" {
                        Some(n)
                    } else {
                        function_declarator(n)
                    }
                })
            {
                return Some(deeper);
            }
            return Some(here);
        }
        here = here
            .child_by_field_name("declarator")
            .or_else(|| here.named_child(here.named_child_count().checked_sub(1)? as u32))?;
    }
    None
}

/// What a declarator declares: the innermost name.
pub(in crate::task::region) fn innermost(declarator: N<'_>) -> N<'_> {
    let mut here = declarator;
    for _ in 0..64 {
        match here.child_by_field_name("declarator") {
            Some(inner) => here = inner,
            None if matches!(
                here.kind(),
                "parenthesized_declarator" | "reference_declarator" | "variadic_declarator"
            ) =>
            {
                match here.named_child(0) {
                    Some(inner) => here = inner,
                    None => break,
                }
            }
            None => break,
        }
    }
    here
}

/// The names of a function: `ns`, `Class`, `method`.
pub(in crate::task::region) fn function_names(
    definition: N<'_>,
    text: &str,
) -> Option<Vec<String>> {
    let declarator = function_declarator(definition)?;
    let name = declarator.child_by_field_name("declarator")?;
    let names = split(tree::text(innermost(name), text));
    (!names.is_empty()).then_some(names)
}

/// `a::B<int>::c` in parts, without the arguments of templates.
fn split(name: &str) -> Vec<String> {
    if let Some(at) = operator_in(name) {
        let mut names = split(
            name.get(..at)
                .unwrap_or_default()
                .trim_end()
                .trim_end_matches(':'),
        );
        names.push(tree::flat(name.get(at..).unwrap_or_default()));
        return names;
    }
    without_arguments(name)
        .split("::")
        .map(|p| p.trim().to_owned())
        .filter(|p| !p.is_empty())
        .collect()
}

/// Where the name of an operator begins in a name: `A::operator+`.
pub(in crate::task::region) fn operator_in(name: &str) -> Option<usize> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    name.match_indices("operator").map(|(at, _)| at).find(|at| {
        let (before, after) = (
            name.get(..*at).unwrap_or_default(),
            name.get(at + 8..).unwrap_or_default(),
        );
        !before.ends_with(word) && !after.is_empty() && !after.starts_with(word)
    })
}

fn without_arguments(name: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::new();
    for c in name.chars() {
        match c {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    kept.trim().to_owned()
}

fn kind(node: N<'_>, names: &[String], around: ScopeKind, text: &str) -> FunctionKind {
    let is_static = tree::children(node)
        .into_iter()
        .any(|c| c.kind() == "storage_class_specifier" && tree::text(c, text) == "static");
    // Outside of its class only convention tells a class from a namespace; C++ functions are not called by a driver, so it does not matter.
    let member = around == ScopeKind::Class || names.len() > 1;
    let typeless = node.child_by_field_name("type").is_none();
    match (member, names.last()) {
        (true, Some(last))
            if typeless && !last.starts_with('~') && !last.starts_with("operator") =>
        {
            FunctionKind::Constructor
        }
        (true, _) if is_static => FunctionKind::StaticMethod,
        (true, _) => FunctionKind::Method,
        _ => FunctionKind::Function,
    }
}

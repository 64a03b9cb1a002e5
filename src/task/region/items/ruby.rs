//! Functions of Ruby.

use super::kinds::{FunctionKind, NodeRole, ScopeKind};
use crate::task::region::tree::{self, N};

/// What a node is.
pub(super) fn see<'t>(node: N<'t>, around: ScopeKind, text: &str) -> NodeRole<'t> {
    let name = || {
        node.child_by_field_name("name")
            .map(|n| tree::text(n, text).to_owned())
            .unwrap_or_default()
    };
    match node.kind() {
        "class" if node.is_named() => NodeRole::Space(parts(&name()), ScopeKind::Class),
        "module" if node.is_named() => NodeRole::Space(parts(&name()), ScopeKind::Class),
        "singleton_class" => NodeRole::Space(Vec::new(), ScopeKind::Class),
        "method" => {
            let name = name();
            let kind = match (around, name.as_str()) {
                (ScopeKind::Class, "initialize") => FunctionKind::Constructor,
                (ScopeKind::Class, _) => FunctionKind::Method,
                _ => FunctionKind::Function,
            };
            NodeRole::Function {
                names: vec![name],
                kind,
                function: node,
            }
        }
        "singleton_method" => NodeRole::Function {
            names: vec![name()],
            kind: FunctionKind::StaticMethod,
            function: node,
        },
        _ => NodeRole::Through,
    }
}

fn parts(name: &str) -> Vec<String> {
    name.split("::")
        .map(|p| p.trim().to_owned())
        .filter(|p| !p.is_empty())
        .collect()
}

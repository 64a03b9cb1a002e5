//! Functions of Ruby.

use super::{Around, ItemKind, Seen};
use crate::task::target::tree::{self, N};

/// What a node is.
pub(super) fn see<'t>(node: N<'t>, around: Around, text: &str) -> Seen<'t> {
    let name = || {
        node.child_by_field_name("name")
            .map(|n| tree::text(n, text).to_owned())
            .unwrap_or_default()
    };
    match node.kind() {
        "class" if node.is_named() => Seen::Space(parts(&name()), Around::Class),
        "module" if node.is_named() => Seen::Space(parts(&name()), Around::Class),
        "singleton_class" => Seen::Space(Vec::new(), Around::Class),
        "method" => {
            let name = name();
            let kind = match (around, name.as_str()) {
                (Around::Class, "initialize") => ItemKind::Constructor,
                (Around::Class, _) => ItemKind::Method,
                _ => ItemKind::Function,
            };
            Seen::Function {
                names: vec![name],
                kind,
                function: node,
            }
        }
        "singleton_method" => Seen::Function {
            names: vec![name()],
            kind: ItemKind::StaticMethod,
            function: node,
        },
        _ => Seen::Through,
    }
}

fn parts(name: &str) -> Vec<String> {
    name.split("::")
        .map(|p| p.trim().to_owned())
        .filter(|p| !p.is_empty())
        .collect()
}

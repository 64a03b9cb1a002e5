//! The pieces of a file, a class or a block: imports, definitions, statements, each with its names.

use super::grammar::Grammar;
use super::items;
use super::tree::{self, N};

/// One import, definition or statement.
#[derive(Clone, Debug)]
pub(super) struct Piece<'t> {
    pub(crate) node: N<'t>,
    /// Where it begins together with the comments and attributes above it.
    pub start: usize,
    /// The names that it defines; none for a statement without a definition.
    pub keys: Vec<String>,
    pub kind: PieceKind,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PieceKind {
    /// Makes names of other files known.
    Import,
    /// Says something about the whole file: a package, a docstring, `"use strict"`.
    Head,
    /// Says what other files may use: `module.exports = …`.
    Export,
    /// Defines functions, types, constants.
    Definition,
    Statement,
}

/// The pieces of a container.
pub(super) fn of<'t>(grammar: Grammar, container: N<'t>, text: &str) -> Vec<Piece<'t>> {
    let mut pieces: Vec<Piece<'t>> = Vec::new();
    let mut pending: Option<(usize, usize)> = None;
    for node in tree::named(container) {
        let said = tree::text(node, text);
        if node.kind() == "inner_attribute_item" || node.kind() == "hash_bang_line" {
            pending = None;
            continue;
        }
        let row = node.start_position().row;
        let last_row = row + said.trim_end().matches('\n').count();
        if Grammar::is_comment(node) || Grammar::is_attribute(node) {
            let own_line = tree::begins_line(text, node.start_byte());
            if !own_line && Grammar::is_comment(node) {
                continue;
            }
            let about_file = said.starts_with("//!") || said.starts_with("#!");
            let from = match pending {
                Some((start, end)) if end + 1 >= row => start,
                _ => node.start_byte(),
            };
            pending = (!about_file).then_some((from, last_row));
            continue;
        }
        let start = match pending.take() {
            Some((start, end)) if end + 1 >= row => start,
            _ => node.start_byte(),
        };
        let first = pieces.is_empty();
        pieces.push(Piece {
            node,
            start,
            keys: keys(grammar, node, text),
            kind: piece_kind(grammar, node, text, first),
        });
    }
    pieces
}

/// What one node is; `first`: nothing but comments stand before it.
pub(super) fn of_one(grammar: Grammar, node: N<'_>, text: &str, first: bool) -> PieceKind {
    piece_kind(grammar, node, text, first)
}

fn piece_kind(grammar: Grammar, node: N<'_>, text: &str, first: bool) -> PieceKind {
    let said = || tree::text(node, text);
    match node.kind() {
        "import_statement"
        | "import_from_statement"
        | "future_import_statement"
        | "use_declaration"
        | "extern_crate_declaration"
        | "import_declaration"
        | "import_alias"
        | "preproc_include" => PieceKind::Import,
        "package_clause" | "package_declaration" => PieceKind::Head,
        "expression_statement" => {
            let inner = node.named_child(0);
            let kind = inner.map_or("", |n| n.kind());
            match kind {
                "string" if first => PieceKind::Head,
                "assignment" | "internal_module" => PieceKind::Definition,
                "assignment_expression" if is_export(inner, text) => PieceKind::Export,
                "assignment_expression" => PieceKind::Definition,
                _ => PieceKind::Statement,
            }
        }
        "lexical_declaration" | "variable_declaration"
            if grammar.family() == Grammar::JavaScript =>
        {
            if requires(node, text) {
                PieceKind::Import
            } else {
                PieceKind::Definition
            }
        }
        "export_statement" => {
            let declares = node.child_by_field_name("declaration").is_some();
            if declares {
                PieceKind::Definition
            } else {
                PieceKind::Export
            }
        }
        "call" if grammar == Grammar::Ruby && said().starts_with("require") => PieceKind::Import,
        "if_statement"
        | "try_statement"
        | "for_statement"
        | "while_statement"
        | "with_statement"
        | "preproc_call"
        | "call"
        | "if"
        | "unless"
        | "global_statement"
        | "assert_statement"
        | "delete_statement"
        | "pass_statement"
        | "empty_statement"
        | "class_static_block"
        | "static_initializer"
        | "macro_invocation"
        | "static_assert_declaration"
        | "using_declaration"
        | "ERROR"
        | "preproc_ifdef"
        | "preproc_if"
        | "access_specifier"
        | "friend_declaration" => PieceKind::Statement,
        _ => PieceKind::Definition,
    }
}

fn is_export(assignment: Option<N<'_>>, text: &str) -> bool {
    let left = assignment.and_then(|a| a.child_by_field_name("left"));
    left.is_some_and(|l| {
        let l: String = tree::text(l, text).split_whitespace().collect();
        l == "module.exports" || l == "exports"
    })
}

/// Whether all that a declaration declares comes from `require(…)`.
fn requires(declaration: N<'_>, text: &str) -> bool {
    let declarators: Vec<N<'_>> = tree::named(declaration)
        .into_iter()
        .filter(|n| n.kind() == "variable_declarator")
        .collect();
    !declarators.is_empty()
        && declarators.iter().all(|d| {
            d.child_by_field_name("value").is_some_and(|v| {
                let said = tree::text(v, text);
                said.starts_with("require(") || said.starts_with("await import(")
            })
        })
}

/// What is inside of `export`, decorators, `template` and the like.
pub(super) fn inner(node: N<'_>) -> N<'_> {
    let mut here = node;
    loop {
        let next = match here.kind() {
            "decorated_definition" => here.child_by_field_name("definition"),
            "export_statement" => here
                .child_by_field_name("declaration")
                .or_else(|| here.child_by_field_name("value")),
            "template_declaration" => tree::named(here).pop(),
            "expression_statement" | "ambient_declaration" => here.named_child(0),
            _ => None,
        };
        match next {
            Some(next) => here = next,
            None => return here,
        }
    }
}

/// The names that a piece defines.
pub(super) fn keys(grammar: Grammar, node: N<'_>, text: &str) -> Vec<String> {
    let inner = inner(node);
    let said = |n: N<'_>| tree::text(n, text).to_owned();
    let field = |f: &str| inner.child_by_field_name(f).map(said);
    match (grammar.family(), inner.kind()) {
        (Grammar::JavaScript, "lexical_declaration" | "variable_declaration") => {
            let mut keys = Vec::new();
            for d in tree::named(inner) {
                if let Some(name) = d.child_by_field_name("name") {
                    bound_names(name, text, &mut keys);
                }
            }
            keys
        }
        (Grammar::JavaScript, "method_definition") => {
            let name = field("name").unwrap_or_default();
            let accessor = tree::children(inner)
                .into_iter()
                .map(said)
                .find(|w| w == "get" || w == "set");
            vec![match accessor {
                Some(accessor) => format!("{accessor} {name}"),
                None => name,
            }]
        }
        (
            Grammar::JavaScript,
            "function_expression" | "arrow_function" | "class" | "generator_function",
        ) => {
            vec![field("name").unwrap_or_else(|| "default".to_owned())]
        }
        (Grammar::JavaScript, "field_definition") => field("property").into_iter().collect(),
        (Grammar::JavaScript, "pair") => field("key").into_iter().collect(),
        (_, "assignment_expression") => field("left").into_iter().collect(),
        (_, "assignment") => {
            let mut keys = Vec::new();
            let mut here = Some(inner);
            while let Some(a) = here.filter(|a| a.kind() == "assignment") {
                if let Some(left) = a.child_by_field_name("left") {
                    keys.extend(said(left).split(',').map(|k| k.trim().to_owned()));
                }
                here = a.child_by_field_name("right");
            }
            keys.retain(|k| !k.is_empty());
            keys
        }
        (Grammar::Rust, "impl_item") => {
            let of_type = field("type").map(|t| items::bare(&t)).unwrap_or_default();
            vec![match field("trait") {
                Some(of_trait) => {
                    let of_trait: String = of_trait.split_whitespace().collect();
                    format!("impl {of_trait} for {of_type}")
                }
                None => format!("impl {of_type}"),
            }]
        }
        (Grammar::Go, "method_declaration") => {
            let receiver = inner
                .child_by_field_name("receiver")
                .and_then(|r| items::receiver_type(r, text));
            vec![
                [
                    receiver.unwrap_or_default(),
                    field("name").unwrap_or_default(),
                ]
                .join("."),
            ]
        }
        (Grammar::Go, "type_declaration" | "const_declaration" | "var_declaration") => {
            let mut keys = Vec::new();
            tree::each(inner, |n| {
                let spec = matches!(
                    n.kind(),
                    "type_spec" | "type_alias" | "const_spec" | "var_spec"
                );
                if spec {
                    let mut cursor = n.walk();
                    keys.extend(n.children_by_field_name("name", &mut cursor).map(said));
                }
                !spec
            });
            keys
        }
        (
            Grammar::Java,
            "field_declaration" | "local_variable_declaration" | "constant_declaration",
        ) => tree::named(inner)
            .into_iter()
            .filter(|d| d.kind() == "variable_declarator")
            .filter_map(|d| d.child_by_field_name("name").map(said))
            .collect(),
        (Grammar::C | Grammar::Cpp, "function_definition") => items::function_names(inner, text)
            .map(|n| vec![n.join("::")])
            .unwrap_or_default(),
        (Grammar::C | Grammar::Cpp, "declaration" | "field_declaration" | "type_definition") => {
            let mut cursor = inner.walk();
            let declarators: Vec<N<'_>> = inner
                .children_by_field_name("declarator", &mut cursor)
                .collect();
            declarators
                .into_iter()
                .map(|d| {
                    // A declaration of a function does not take its name from the definition.
                    let name = said(items::innermost(d));
                    if is_prototype(d) {
                        format!("{name}()")
                    } else {
                        name
                    }
                })
                .collect()
        }
        _ => field("name").into_iter().collect(),
    }
}

fn is_prototype(declarator: N<'_>) -> bool {
    let mut here = Some(declarator);
    while let Some(d) = here {
        if d.kind() == "function_declarator" {
            return true;
        }
        here = d.child_by_field_name("declarator");
    }
    false
}

/// The names in a pattern: `{a, b: c, ...d}` binds a, c, d.
pub(super) fn bound_names(pattern: N<'_>, text: &str, names: &mut Vec<String>) {
    tree::each(pattern, |n| {
        if matches!(
            n.kind(),
            "identifier" | "shorthand_property_identifier_pattern"
        ) {
            names.push(tree::text(n, text).to_owned());
        }
        // Defaults are not bound.
        !matches!(n.kind(), "assignment_pattern" | "object_assignment_pattern") || {
            if let Some(left) = n.child_by_field_name("left") {
                names.push(tree::text(left, text).to_owned());
            }
            false
        }
    });
}

/// Where the body of a container begins: `None` for what has none.
pub(super) fn body(node: N<'_>) -> Option<N<'_>> {
    inner(node).child_by_field_name("body")
}

/// Whether a piece is a function or a type rather than a value or a statement.
pub(super) fn is_block_like(node: N<'_>, piece_kind: PieceKind) -> bool {
    let rows = node
        .end_position()
        .row
        .saturating_sub(node.start_position().row);
    let kind = inner(node).kind();
    piece_kind == PieceKind::Definition
        && (kind.contains("function")
            || kind.contains("class")
            || kind.contains("method")
            || rows > 0)
}

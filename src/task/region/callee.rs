//! What a driver must know about a function to call it from outside.

use serde::{Deserialize, Serialize};

use super::grammar::Grammar;
use super::items::{self, FunctionKind, FunctionNode};
use super::tree::{self, N};
use super::{Region, RegionKind};

/// A function as its callers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callee {
    /// Names from the top of the module: `["Grid", "nearest"]`.
    pub path: Vec<String>,
    /// What it is.
    pub kind: FunctionKind,
    /// Whether a call returns an awaitable.
    pub(crate) is_async: bool,
    /// Whether a call returns an iterator that runs the body.
    pub(crate) is_generator: bool,
    /// Whether other files can reach it (JavaScript: the function or what it is a member of is exported; Rust: `pub`;
    /// Go: a capital letter; Java: not `private`). Always so in languages that hide nothing.
    pub(crate) is_exported: bool,
}

impl Region {
    /// The function as a driver is asked for it: `Grid.nearest`; `get Dial.angle` and `set Dial.angle` for what runs where an
    /// attribute is read or written; with `#2` behind it where it is the second of several with the name.
    pub(crate) fn name_for_driver(&self) -> String {
        let Some(callee) = self.callee() else {
            return self.name.clone();
        };
        let word = match callee.kind {
            FunctionKind::Getter => "get ",
            FunctionKind::Setter => "set ",
            _ => "",
        };
        let mut number = String::new();
        if let Some(grammar) = self.grammar
            && let Some(tree) = grammar.parse(&self.file)
        {
            let found = items::find(grammar, &tree, &self.file);
            let same: Vec<_> = found.iter().filter(|f| f.path == callee.path).collect();
            let own = |f: &&FunctionNode<'_>| f.start(grammar, &self.file) == self.span.start;
            if same.len() > 1
                && let Some(at) = same.iter().position(own)
            {
                number = format!("#{}", at + 1);
            }
        }
        format!("{word}{}{number}", self.name)
    }

    /// How the function is called; `None` for lines and marked parts.
    pub(crate) fn callee(&self) -> Option<&Callee> {
        match &self.kind {
            RegionKind::Function(callee) => Some(callee),
            RegionKind::Lines | RegionKind::Marked => None,
        }
    }
}

/// A function as its callers see it.
pub(super) fn of(grammar: Grammar, found: &FunctionNode<'_>, root: N<'_>, text: &str) -> Callee {
    Callee {
        path: found.path.clone(),
        kind: found.kind,
        is_async: head_has(found, &["async"], text),
        is_generator: is_generator(grammar, found, text),
        is_exported: is_exported(grammar, found, root, text),
    }
}

fn head_has(found: &FunctionNode<'_>, words: &[&str], text: &str) -> bool {
    let end = found.head_end();
    let mut has = false;
    tree::each(found.function, |n| {
        if n.start_byte() >= end
            || has
            || n.kind() == "parameters"
            || n.kind() == "formal_parameters"
        {
            return false;
        }
        has |= n.child_count() == 0 && words.contains(&tree::text(n, text));
        !has
    });
    has
}

fn is_generator(grammar: Grammar, found: &FunctionNode<'_>, text: &str) -> bool {
    match grammar.family() {
        Grammar::Python => {
            let mut yields = false;
            let Some(body) = found.body() else {
                return false;
            };
            tree::each(body, |n| {
                yields |= n.kind() == "yield" && n.is_named();
                !yields
                    && !matches!(
                        n.kind(),
                        "function_definition" | "lambda" | "class_definition"
                    )
            });
            yields
        }
        Grammar::JavaScript => {
            matches!(
                found.function.kind(),
                "generator_function_declaration" | "generator_function"
            ) || tree::children(found.function)
                .iter()
                .take_while(|c| c.kind() != "formal_parameters")
                .any(|c| tree::text(*c, text) == "*")
        }
        _ => false,
    }
}

fn is_exported(grammar: Grammar, found: &FunctionNode<'_>, root: N<'_>, text: &str) -> bool {
    if found.kind == FunctionKind::Nested {
        return false;
    }
    match grammar {
        Grammar::JavaScript | Grammar::TypeScript | Grammar::Tsx => {
            exported_in_javascript(found, root, text)
        }
        Grammar::Rust => tree::child_of_kind(found.definition, &["visibility_modifier"]).is_some(),
        Grammar::Go => found.last().starts_with(char::is_uppercase),
        Grammar::Java => !super::items::has_modifier(found.definition, "private", text),
        Grammar::C | Grammar::Cpp => !tree::children(found.definition)
            .iter()
            .any(|c| c.kind() == "storage_class_specifier" && tree::text(*c, text) == "static"),
        Grammar::Python | Grammar::Ruby => true,
    }
}

fn exported_in_javascript(found: &FunctionNode<'_>, root: N<'_>, text: &str) -> bool {
    let lineage = tree::lineage(root, found.definition);
    if lineage.iter().any(|n| n.kind() == "export_statement") {
        return true;
    }
    let is_exports = |n: N<'_>| {
        let left: String = tree::text(n, text).split_whitespace().collect();
        left == "module.exports"
            || left.starts_with("module.exports.")
            || left.starts_with("exports.")
    };
    if lineage.iter().any(|n| {
        n.kind() == "assignment_expression" && n.child_by_field_name("left").is_some_and(is_exports)
    }) {
        return true;
    }
    let Some(top) = found.path.first() else {
        return false;
    };
    // `export { f }`, `module.exports = { f }`, `exports.f = f`.
    tree::named(root).into_iter().any(|n| {
        let whole = match n.kind() {
            "export_statement" => Some(n),
            "expression_statement" => n.named_child(0).filter(|a| {
                a.kind() == "assignment_expression"
                    && a.child_by_field_name("left").is_some_and(is_exports)
            }),
            _ => None,
        };
        let mut names = false;
        if let Some(whole) = whole {
            tree::each(whole, |n| {
                names |= n.child_count() == 0 && tree::text(n, text) == top;
                !names && n.kind() != "statement_block"
            });
        }
        names
    })
}

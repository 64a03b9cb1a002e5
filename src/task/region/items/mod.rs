//! The functions of a file: their names, where they are, how they are called.

mod c;
mod java;
mod javascript;
mod kinds;
mod python;
mod ruby;
mod rust;
mod words;
mod wrapped;

pub(super) use c::{function_names, innermost, operator_in};
pub(super) use java::has_modifier;
pub(super) use javascript::is_default_export;
pub use kinds::FunctionKind;
use kinds::{NodeRole, ScopeKind};
pub(super) use python::decorators;
pub(super) use rust::{bare, receiver_type};
pub(crate) use words::list;
pub(super) use words::{ask_names, parameter_types, parameter_types_of, signature};

use serde::{Deserialize, Serialize};
use tree_sitter::Tree;

use super::grammar::Grammar;
use super::tree::{self, N};

/// A function of a file, for a list to pick from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionItem {
    /// The name to ask for it by: `Grid.nearest`, or `A.merge(int[], int[])` where several share the name.
    pub name: String,
    /// Its head on one line: `def nearest(self, p)`.
    pub signature: String,
    /// First and last line, from 1, with decorators.
    pub lines: (usize, usize),
    /// What it is.
    pub kind: FunctionKind,
}

/// A function in a tree.
#[derive(Clone, Debug)]
pub(super) struct FunctionNode<'t> {
    /// Names from the top of the file.
    pub(crate) path: Vec<String>,
    pub(crate) kind: FunctionKind,
    /// The node that names the function: a definition, a declarator, a pair of an object.
    pub(crate) definition: N<'t>,
    /// The node with parameters and body; often the definition itself.
    pub(crate) function: N<'t>,
    /// The node that is replaced: the definition with `export`, decorators or `template` around it, where it has them
    /// for itself alone.
    pub(crate) unit: N<'t>,
}

struct NamedNode<'t> {
    node: N<'t>,
    parent: Option<usize>,
    scope: usize,
}

struct Scope {
    parent: Option<usize>,
    names: Vec<String>,
    around: ScopeKind,
    /// Whether it or one around it is a function.
    in_function: bool,
}

/// A name that is given to what a value stands for.
#[derive(Clone, Debug)]
pub(super) struct Alias<'t> {
    /// Names from the top of the file.
    pub(crate) path: Vec<String>,
    /// What gives the name.
    pub(crate) node: N<'t>,
    /// Names in the value that it may stand for.
    pub(crate) stands_for: Vec<N<'t>>,
    /// Whether the value is such a name and nothing else.
    pub(crate) is_plain: bool,
}

/// All functions of a parsed text, in the order of the text.
pub(super) fn find<'t>(grammar: Grammar, tree: &'t Tree, text: &str) -> Vec<FunctionNode<'t>> {
    find_with_aliases(grammar, tree, text).0
}

/// All functions of a parsed text, and other names that may stand for one; both in the order of the text.
pub(super) fn find_with_aliases<'t>(
    grammar: Grammar,
    tree: &'t Tree,
    text: &str,
) -> (Vec<FunctionNode<'t>>, Vec<Alias<'t>>) {
    let mut found = Vec::new();
    let mut aliases = Vec::new();
    let mut scopes = vec![Scope {
        parent: None,
        names: Vec::new(),
        around: ScopeKind::File,
        in_function: false,
    }];
    let mut entries = vec![NamedNode {
        node: tree.root_node(),
        parent: None,
        scope: 0,
    }];
    let mut waiting = vec![0_usize];
    while let Some(index) = waiting.pop() {
        let NamedNode {
            node,
            parent,
            scope,
        } = entries[index];
        let above = parent.map(|p| entries[p].node);
        let around = scopes[scope].around;
        let seen = match grammar {
            Grammar::Python => python::see(node, above, around, text),
            Grammar::JavaScript | Grammar::TypeScript | Grammar::Tsx => {
                javascript::see(node, above, around, text)
            }
            Grammar::Rust | Grammar::Go => rust::see(grammar, node, around, text),
            Grammar::Java => java::see(node, text),
            Grammar::C | Grammar::Cpp => c::see(node, around, text),
            Grammar::Ruby => ruby::see(node, around, text),
        };
        let (inside, scope) = match seen {
            NodeRole::Skip => continue,
            NodeRole::Through => (node, scope),
            NodeRole::Alias { names, value } => {
                if !scopes[scope].in_function {
                    let mut path = path_of(&scopes, scope);
                    path.extend(names);
                    aliases.push(Alias {
                        path,
                        node,
                        stands_for: wrapped::names_in(value, text),
                        is_plain: value.kind() == "identifier",
                    });
                }
                (node, scope)
            }
            NodeRole::Space(names, around) => {
                let in_function = scopes[scope].in_function || around == ScopeKind::Function;
                scopes.push(Scope {
                    parent: Some(scope),
                    names,
                    around,
                    in_function,
                });
                (node, scopes.len() - 1)
            }
            NodeRole::Function {
                names,
                kind,
                function,
            } => {
                let mut path = path_of(&scopes, scope);
                path.extend(names.iter().cloned());
                let nested = scopes[scope].in_function;
                found.push(FunctionNode {
                    path,
                    kind: if nested { FunctionKind::Nested } else { kind },
                    definition: node,
                    function,
                    unit: unit(node, parent, &entries),
                });
                scopes.push(Scope {
                    parent: Some(scope),
                    names,
                    around: ScopeKind::Function,
                    in_function: true,
                });
                (function, scopes.len() - 1)
            }
        };
        if Grammar::is_literal(inside) && inside.kind() != "template_string" {
            continue;
        }
        let before = waiting.len();
        let parent = Some(index);
        for child in tree::named(inside) {
            entries.push(NamedNode {
                node: child,
                parent,
                scope,
            });
            waiting.push(entries.len() - 1);
        }
        waiting[before..].reverse();
    }
    (found, aliases)
}

/// A value without parentheses around it and types behind it.
fn unwrapped(mut value: N<'_>) -> N<'_> {
    loop {
        let inner = match value.kind() {
            "parenthesized_expression" => value
                .named_child(0)
                .filter(|_| value.named_child_count() == 1),
            "as_expression" | "satisfies_expression" => value.named_child(0),
            _ => None,
        };
        match inner {
            Some(inner) => value = inner,
            None => return value,
        }
    }
}

impl Copy for NamedNode<'_> {}
impl Clone for NamedNode<'_> {
    fn clone(&self) -> Self {
        *self
    }
}

fn path_of(scopes: &[Scope], scope: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut next = Some(scope);
    while let Some(here) = next {
        parts.push(&scopes[here].names);
        next = scopes[here].parent;
    }
    parts.into_iter().rev().flatten().cloned().collect()
}

/// The definition with the words around it that are its own.
fn unit<'t>(definition: N<'t>, parent: Option<usize>, entries: &[NamedNode<'t>]) -> N<'t> {
    let mut unit = definition;
    let mut next = parent;
    while let Some(index) = next {
        let above = entries[index].node;
        let own = match above.kind() {
            "decorated_definition" | "export_statement" | "template_declaration" => true,
            // One declarator, so that the statement is the function's alone.
            "lexical_declaration"
            | "variable_declaration"
            | "var_declaration"
            | "expression_statement"
            | "field_declaration"
            | "using_declaration" => above.named_child_count() == 1,
            _ => false,
        };
        if !own {
            break;
        }
        unit = above;
        next = entries[index].parent;
    }
    unit
}

impl<'t> FunctionNode<'t> {
    /// The last name.
    pub(super) fn last(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// The name for people.
    pub(super) fn name(&self, grammar: Grammar) -> String {
        self.path.join(grammar.joint())
    }

    /// Whether it is an argument of a call: what the call gives back may be no function.
    pub(super) fn is_argument(&self) -> bool {
        let parent = self.function.parent();
        parent.is_some_and(|p| matches!(p.kind(), "arguments" | "argument_list"))
    }

    /// First and last line of it, from 1, without the comments above it.
    pub(super) fn lines(&self) -> (usize, usize) {
        let (start, end) = (self.unit.start_position(), self.unit.end_position());
        // A node that takes its line's end with it ends at the start of the next.
        let last = if end.column == 0 && end.row > start.row {
            end.row
        } else {
            end.row + 1
        };
        (start.row + 1, last)
    }

    /// Where the region begins: with the attributes and, where the language has documentation in comments, the comments
    /// directly above.
    pub(super) fn start(&self, grammar: Grammar, text: &str) -> usize {
        leading(grammar, self.unit, text)
    }

    /// The body, where it has one.
    pub(super) fn body(&self) -> Option<N<'t>> {
        self.function.child_by_field_name("body")
    }

    /// Where the head ends and the body begins.
    pub(super) fn head_end(&self) -> usize {
        let function = self.function;
        let initializers = tree::child_of_kind(function, &["field_initializer_list"]);
        if let Some(body) = initializers.or_else(|| self.body()) {
            return body.start_byte();
        }
        let last = ["parameters", "return_type", "name"]
            .iter()
            .filter_map(|f| function.child_by_field_name(f))
            .map(|n| n.end_byte())
            .max();
        last.unwrap_or_else(|| function.end_byte())
    }
}

/// Where a node begins together with what stands above it and is about it.
pub(super) fn leading(grammar: Grammar, unit: N<'_>, text: &str) -> usize {
    let mut start = unit.start_byte();
    let mut row = unit.start_position().row;
    let mut next = unit.prev_sibling();
    while let Some(above) = next {
        let attribute = Grammar::is_attribute(above);
        // In Python a comment above a function is seldom about it alone: documentation stands inside.
        let comment = Grammar::is_comment(above) && grammar != Grammar::Python;
        if !attribute && !comment {
            break;
        }
        let said = tree::text(above, text);
        let last_row = above.start_position().row + said.trim_end().matches('\n').count();
        if comment {
            let own_line = tree::begins_line(text, above.start_byte());
            // Behind an attribute, in its line.
            if !own_line && above.prev_sibling().is_some_and(Grammar::is_attribute) {
                next = above.prev_sibling();
                continue;
            }
            if !own_line || last_row + 1 < row || super::markers::is_marker(said) {
                break;
            }
            // A line that says what the file or a part of it is: `//!`, `/*!`.
            if grammar == Grammar::Rust && (said.starts_with("//!") || said.starts_with("/*!")) {
                break;
            }
        }
        start = above.start_byte();
        row = above.start_position().row;
        next = above.prev_sibling();
    }
    start
}

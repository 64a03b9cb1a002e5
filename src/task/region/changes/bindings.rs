//! The names that a text binds, and the functions and blocks that they are bound in.

use super::super::grammar::Grammar;
use super::super::names::{self, Scope};
use super::super::tree::{self, N};
use super::{Binding, Place, Reader, STEPS, member_of};

impl<'t> Reader<'t> {
    pub(super) fn opens(&self, n: N<'t>, root: N<'t>) -> Option<Scope> {
        if n.id() == root.id() || !n.is_named() {
            return None;
        }
        match n.kind() {
            "lambda"
            | "arrow_function"
            | "function_expression"
            | "func_literal"
            | "class_declaration" => Some(Scope::Function),
            "function_type" | "interface_declaration" => None,
            _ => names::scope(n),
        }
    }

    pub(super) fn enter(&mut self, n: N<'t>, root: N<'t>, here: &mut Vec<usize>) {
        let place = here.last().copied().unwrap_or_default();
        match self.grammar.family() {
            Grammar::Python | Grammar::JavaScript | Grammar::Go => {}
            _ => {
                self.import(n, place);
                if matches!(n.kind(), "identifier" | "type_identifier") {
                    self.uses.push((n, place));
                }
                return;
            }
        }
        if let Some(kind) = self.opens(n, root) {
            self.bind(n, &["name"], place, false);
            let is_class = matches!(n.kind(), "class_definition" | "class" | "class_declaration");
            let is_function = kind == Scope::Function
                && !is_class
                && !n.kind().ends_with("comprehension")
                && n.kind() != "generator_expression";
            let index = self.places.len();
            let own = if is_function {
                index
            } else {
                self.places[place].function
            };
            let name = n.child_by_field_name("name").map(|name| self.said(name));
            let given = self
                .above
                .last()
                .filter(|p| p.kind() == "variable_declarator");
            let given = given.and_then(|p| p.child_by_field_name("name"));
            let name = name.or(given.map(|name| self.said(name)));
            self.places.push(Place {
                parent: Some(place),
                is_class,
                function: own,
                name: name.unwrap_or_default().to_owned(),
                called: if is_function {
                    self.called_at_once(n)
                } else {
                    0
                },
                is_returned: self.above.last().is_some_and(|p| {
                    matches!(
                        p.kind(),
                        "return_statement"
                            | "arrow_function"
                            | "lambda"
                            | "pair"
                            | "parenthesized_expression"
                            | "expression_list"
                    )
                }),
                range: n.byte_range(),
                ..Place::default()
            });
            here.push(index);
            self.bind(
                n,
                &["parameter", "left"],
                index,
                n.kind() != "for_in_statement",
            );
        } else {
            self.bind(n, self.binding_fields(n.kind()), place, false);
        }
        let place = here.last().copied().unwrap_or_default();
        self.parameters(n, place);
        self.import(n, place);
        self.see(n, place);
        let named = matches!(
            n.kind(),
            "identifier" | "shorthand_property_identifier" | "this"
        );
        if named && !self.is_member(n) {
            self.uses.push((n, place));
            self.found.names.insert(self.said(n).to_owned());
        }
        if matches!(n.kind(), "attribute" | "member_expression")
            && let [Some(object), Some(member)] = member_of(n)
            && matches!(self.said(object), "self" | "this" | "cls")
        {
            let name = [self.said(object), self.said(member)].join(".");
            self.found.own_members.insert(name);
        }
    }

    /// Whether an identifier is a member of something or the name of an argument.
    pub(super) fn is_member(&self, n: N<'t>) -> bool {
        let Some(parent) = self.above.last() else {
            return false;
        };
        let is_field = |field| {
            parent
                .child_by_field_name(field)
                .is_some_and(|f: N<'_>| f.id() == n.id())
        };
        match parent.kind() {
            "attribute" => is_field("attribute"),
            "keyword_argument" => is_field("name"),
            _ => false,
        }
    }

    pub(super) fn binding_fields(&self, kind: &str) -> &'static [&'static str] {
        match (self.grammar, kind) {
            (Grammar::Go, "assignment_statement") => &[],
            (Grammar::Go, "short_var_declaration" | "range_clause") => &["left"],
            // What is written under another name here is no variable.
            (_, "import_specifier" | "aliased_import" | "import_spec" | "pair_pattern") => &[],
            (_, "augmented_assignment" | "assignment_expression") => &[],
            (_, "named_expression") => &["name"],
            _ => names::binding_fields(kind),
        }
    }

    /// Binds the names in these fields of a node.
    pub(super) fn bind(&mut self, n: N<'t>, fields: &[&str], place: usize, is_parameter: bool) {
        for field in fields {
            if n.child_by_field_name(field).is_none() {
                continue;
            }
            let mut cursor = n.walk();
            let all: Vec<N<'t>> = n.children_by_field_name(field, &mut cursor).collect();
            for bound in all {
                let part = matches!(
                    bound.kind(),
                    "subscript"
                        | "attribute"
                        | "member_expression"
                        | "subscript_expression"
                        | "selector_expression"
                        | "index_expression"
                        | "string"
                );
                if part {
                    continue;
                }
                let value = match n.kind() {
                    "assignment" | "short_var_declaration" => n.child_by_field_name("right"),
                    "variable_declarator" | "var_spec" | "named_expression" => {
                        n.child_by_field_name("value")
                    }
                    _ => None,
                };
                let value = value.filter(|_| {
                    matches!(
                        bound.kind(),
                        "identifier" | "object_pattern" | "expression_list"
                    )
                });
                let var = n.kind() == "variable_declarator"
                    && self
                        .above
                        .last()
                        .is_some_and(|p| p.kind() == "variable_declaration");
                let place = if var {
                    self.places[place].function
                } else {
                    place
                };
                let taken_apart = bound.kind() == "object_pattern";
                self.bind_all(bound, place, value, taken_apart, is_parameter);
            }
        }
    }

    pub(super) fn bind_all(
        &mut self,
        pattern: N<'t>,
        place: usize,
        value: Option<N<'t>>,
        taken_apart: bool,
        is_parameter: bool,
    ) {
        let text = self.text;
        let mut names: Vec<(&'t str, usize)> = Vec::new();
        tree::each(pattern, |n| {
            if matches!(
                n.kind(),
                "identifier" | "shorthand_property_identifier_pattern" | "package_identifier"
            ) {
                names.push((tree::text(n, text), n.start_byte()));
            }
            // A part of something is assigned, and no name of it bound.
            let part = matches!(
                n.kind(),
                "subscript"
                    | "attribute"
                    | "member_expression"
                    | "subscript_expression"
                    | "selector_expression"
                    | "index_expression"
            );
            // Defaults are not bound.
            let with_default =
                matches!(n.kind(), "assignment_pattern" | "object_assignment_pattern");
            if with_default && let Some(left) = n.child_by_field_name("left") {
                names.push((tree::text(left, text), left.start_byte()));
            }
            !part && !with_default
        });
        let Some(here) = self.places.get_mut(place) else {
            return;
        };
        here.has_parameters |= is_parameter && !names.is_empty();
        for (name, at) in names {
            let binding = here.bound.entry(name).or_insert_with(|| Binding {
                at,
                value,
                member: taken_apart.then(|| name.to_owned()),
                ..Binding::default()
            });
            binding.times += 1;
            binding.is_parameter |= is_parameter;
        }
    }

    /// Binds the parameters of a list of them.
    pub(super) fn parameters(&mut self, n: N<'t>, place: usize) {
        let list = matches!(
            n.kind(),
            "parameters" | "lambda_parameters" | "formal_parameters" | "parameter_list"
        );
        if !list {
            return;
        }
        for parameter in tree::named(n) {
            let mut cursor = parameter.walk();
            let mut named: Vec<N<'t>> = parameter
                .children_by_field_name("name", &mut cursor)
                .collect();
            if named.is_empty() {
                let pattern = ["pattern", "left"]
                    .iter()
                    .find_map(|f| parameter.child_by_field_name(f));
                let typed =
                    (parameter.kind() == "typed_parameter").then(|| parameter.named_child(0));
                named.push(pattern.or(typed.flatten()).unwrap_or(parameter));
            }
            let default = (self.grammar == Grammar::Python)
                .then(|| parameter.child_by_field_name("value"))
                .flatten();
            for name in named {
                self.bind_all(name, place, default, false, true);
            }
        }
    }

    /// How many times a function is called at once where it stands, when that is while the text is loaded: `(() => {…})()`.
    pub(super) fn called_at_once(&self, n: N<'t>) -> usize {
        let mut inner = n;
        let mut times = 0;
        for above in self.above.iter().rev().take(STEPS) {
            match above.kind() {
                "parenthesized_expression" => inner = *above,
                "call" | "call_expression"
                    if above
                        .child_by_field_name("function")
                        .is_some_and(|f| f.id() == inner.id()) =>
                {
                    times += 1;
                    inner = *above;
                }
                _ => break,
            }
        }
        times
    }
}

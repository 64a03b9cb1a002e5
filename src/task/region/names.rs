//! The names in a piece of code: those that it uses and those that it binds. Decided by their place in the tree alone.

use std::collections::HashSet;

use super::pieces;
use super::tree::{self, N};

/// A use of a name: neither a member of something (`x.name`) nor the name of an argument (`f(name=1)`).
pub(super) fn is_use(node: N<'_>) -> bool {
    let named = matches!(
        node.kind(),
        "identifier" | "type_identifier" | "constant" | "shorthand_property_identifier"
    );
    if !named || node.child_count() > 0 {
        return false;
    }
    let Some(parent) = node.parent() else {
        return true;
    };
    let is_field = |field: &str| {
        parent
            .child_by_field_name(field)
            .is_some_and(|n| n.id() == node.id())
    };
    match parent.kind() {
        "attribute" => !is_field("attribute"),
        "keyword_argument" => !is_field("name"),
        _ => true,
    }
}

/// The names of a piece of code. What is bound in a scope of its own (a function, a comprehension, a block) is not seen from outside.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// Those that it uses and has from elsewhere.
    pub(super) free: HashSet<String>,
    /// Those that it binds where it stands: by assignments, loops, definitions, imports.
    pub(super) bound: HashSet<String>,
}

/// The names of a node; `skip` leaves out parts of it.
pub(super) fn of(node: N<'_>, text: &str, mut skip: impl FnMut(N<'_>) -> bool) -> Names {
    let mut scopes = vec![(Scope::Function, Names::default())];
    tree::walk(node, |n, entering| {
        if entering && skip(n) {
            return false;
        }
        let opened = scope(n);
        if !entering {
            if opened.is_some()
                && let Some((_, closed)) = scopes.pop()
                && let Some((_, around)) = scopes.last_mut()
            {
                closed.leave_into(around);
            }
            return true;
        }
        if let Some(scope) = opened {
            // A function has its name where it stands, its parameters inside of it.
            bind(n, text, &["name"], &mut scopes);
            scopes.push((scope, Names::default()));
            bind(n, text, &["parameter", "left"], &mut scopes);
        } else {
            bind(n, text, binding_fields(n.kind()), &mut scopes);
        }
        if is_use(n)
            && let Some((_, here)) = scopes.last_mut()
        {
            here.free.insert(tree::text(n, text).to_owned());
        }
        true
    });
    let Names { mut free, bound } = scopes.pop().unwrap_or_default().1;
    free.retain(|name| !bound.contains(name));
    Names { free, bound }
}

impl Names {
    /// Hands on what a scope has from elsewhere.
    fn leave_into(mut self, around: &mut Self) {
        for name in &self.bound {
            self.free.remove(name);
        }
        if self.free.len() > around.free.len() {
            std::mem::swap(&mut self.free, &mut around.free);
        }
        around.free.extend(self.free);
    }
}

/// What names that are bound in a node are seen in.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Scope {
    #[default]
    Function,
    /// A part of a function that has names of its own.
    Block,
}

/// The scope that a node is.
pub(super) fn scope(node: N<'_>) -> Option<Scope> {
    let has = |field| node.child_by_field_name(field).is_some();
    match node.kind() {
        "list_comprehension"
        | "set_comprehension"
        | "dictionary_comprehension"
        | "generator_expression"
        | "class_definition"
        | "class"
        | "module"
        | "method"
        | "singleton_method" => Some(Scope::Function),
        "statement_block" | "for_in_statement" | "catch_clause" => Some(Scope::Block),
        // That of Python has no such field and no scope.
        "for_statement" => has("initializer").then_some(Scope::Block),
        _ => (has("parameters") || has("parameter")).then_some(Scope::Function),
    }
}

/// Binds the names in these fields of a node, and those of its parameters if it is a list of them.
fn bind(n: N<'_>, text: &str, fields: &[&str], scopes: &mut [(Scope, Names)]) {
    let mut names = Vec::new();
    for field in fields {
        // Of an assignment to a part (`a[0] = 1`, `a.b = 1`) nothing is bound.
        if let Some(bound) = n.child_by_field_name(field)
            && !matches!(
                bound.kind(),
                "subscript" | "attribute" | "member_expression" | "subscript_expression"
            )
        {
            pieces::bound_names(bound, text, &mut names);
            if bound.kind() == "dotted_name" {
                let first = tree::text(bound, text).split('.').next();
                names.extend(first.map(|name| name.trim().to_owned()));
            }
        }
    }
    if matches!(
        n.kind(),
        "parameters" | "lambda_parameters" | "formal_parameters" | "block_parameters"
    ) {
        for parameter in tree::named(n) {
            let name = ["name", "pattern", "left"]
                .iter()
                .find_map(|f| parameter.child_by_field_name(f));
            let typed = (parameter.kind() == "typed_parameter").then(|| parameter.named_child(0));
            let name = name.or(typed.flatten()).unwrap_or(parameter);
            pieces::bound_names(name, text, &mut names);
        }
    }
    // A `var` of JavaScript is seen in all of its function.
    let var = n.kind() == "variable_declarator"
        && n.parent()
            .is_some_and(|p| p.kind() == "variable_declaration");
    let mut around = scopes.iter_mut().rev();
    if let Some((_, here)) = around.find(|(scope, _)| !var || *scope == Scope::Function) {
        here.bound.extend(names);
    }
}

/// The fields of a node that hold names which it binds.
pub(super) fn binding_fields(kind: &str) -> &'static [&'static str] {
    match kind {
        "assignment"
        | "assignment_statement"
        | "short_var_declaration"
        | "range_clause"
        | "for_statement"
        | "for_in_statement"
        | "for_in_clause" => &["left"],
        // What these name is defined elsewhere.
        "method_invocation"
        | "keyword_argument"
        | "scoped_identifier"
        | "scoped_type_identifier"
        | "qualified_identifier"
        | "jsx_opening_element"
        | "jsx_closing_element"
        | "jsx_self_closing_element" => &[],
        _ => &["name", "alias", "pattern", "parameter"],
    }
}

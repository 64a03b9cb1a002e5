//! The names in a piece of code: those that it uses and those that it binds. Decided by their place in the tree alone.

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

/// The names that are used in a node; `skip` leaves out parts of it.
pub(super) fn used(
    node: N<'_>,
    text: &str,
    mut skip: impl FnMut(N<'_>) -> bool,
    into: &mut Vec<String>,
) {
    tree::each(node, |n| {
        if skip(n) {
            return false;
        }
        if is_use(n) {
            into.push(tree::text(n, text).to_owned());
        }
        true
    });
}

/// The names that are bound anywhere in a node: by assignments, loops, parameters, definitions, imports.
pub(super) fn bound(node: N<'_>, text: &str, into: &mut Vec<String>) {
    tree::each(node, |n| {
        for field in binding_fields(n.kind()) {
            // Of an assignment to a part (`a[0] = 1`, `a.b = 1`) nothing is bound.
            if let Some(bound) = n.child_by_field_name(field)
                && !matches!(
                    bound.kind(),
                    "subscript" | "attribute" | "member_expression" | "subscript_expression"
                )
            {
                pieces::bound_names(bound, text, into);
                if bound.kind() == "dotted_name" {
                    let first = tree::text(bound, text).split('.').next();
                    into.extend(first.map(|name| name.trim().to_owned()));
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
                let name = name.or_else(|| parameter.named_child(0));
                pieces::bound_names(name.unwrap_or(parameter), text, into);
            }
        }
        true
    });
}

/// The fields of a node that hold names which it binds.
fn binding_fields(kind: &str) -> &'static [&'static str] {
    match kind {
        "assignment"
        | "assignment_expression"
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

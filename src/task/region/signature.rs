//! Whether a version's function is called like the original's: same names, types, defaults and modifiers.

use super::Misfit;
use super::grammar::Grammar;
use super::items::{self, FunctionNode};
use super::tree::{self, N};

/// Compares two functions by how they are called.
///
/// # Errors
/// [`Misfit`]: what differs, from what to what.
pub(super) fn compare(
    grammar: Grammar,
    old: &FunctionNode<'_>,
    old_text: &str,
    new: &FunctionNode<'_>,
    new_text: &str,
) -> Result<(), Misfit> {
    let changed = || {
        let (from, to) = (
            items::signature(old, old_text),
            items::signature(new, new_text),
        );
        let (from, to) = if from == to {
            (kind_and(old, &from), kind_and(new, &to))
        } else {
            (from, to)
        };
        Misfit(format!(
            "the signature of `{}` changed from `{from}` to `{to}`: callers rely on it, so it must stay as it is",
            old.name(grammar)
        ))
    };
    let same = match grammar {
        Grammar::Python => {
            decorators(old, old_text, new, new_text)?;
            same_in_python(old, old_text, new, new_text)
        }
        _ => {
            head(grammar, old, old_text) == head(grammar, new, new_text)
                && attributes(grammar, old, old_text) == attributes(grammar, new, new_text)
        }
    };
    if same { Ok(()) } else { Err(changed()) }
}

fn kind_and(found: &FunctionNode<'_>, signature: &str) -> String {
    format!("{signature} ({})", found.kind.word())
}

/// The parts of a function's head that its callers depend on.
fn head<'s>(grammar: Grammar, found: &FunctionNode<'_>, text: &'s str) -> Vec<&'s str> {
    let unit = if found.unit.kind() == "decorated_definition" {
        found.definition
    } else {
        found.unit
    };
    let mut words = tree::words(unit, text, unit.start_byte()..found.head_end(), |n| {
        skipped(grammar, n, text)
    });
    // Inside of its class the name of a function is not qualified by the class.
    if grammar.family() == Grammar::JavaScript {
        words.retain(|w| *w != "=>");
        single_parameter(&mut words);
    }
    while words.last().is_some_and(|w| matches!(*w, "{" | ":" | "=>")) {
        words.pop();
    }
    words
}

/// `x =>` and `(x) =>` are the same.
fn single_parameter(words: &mut Vec<&str>) {
    if let [.., "(", _, ")"] = words.as_slice() {
        let at = words.len();
        if words
            .get(at.wrapping_sub(4))
            .is_some_and(|w| matches!(*w, "=" | ":" | "async" | "(" | ","))
        {
            words.remove(at - 1);
            words.remove(at - 3);
        }
    }
}

/// Parts of a head that callers do not see.
fn skipped(grammar: Grammar, n: N<'_>, text: &str) -> bool {
    match grammar {
        // `mut` in front of a parameter's name.
        Grammar::Rust => {
            n.kind() == "mutable_specifier" && n.parent().is_some_and(|p| p.kind() == "parameter")
        }
        Grammar::C | Grammar::Cpp => {
            n.kind() == "attribute_specifier"
                || n.kind() == "attribute_declaration"
                || (n.kind() == "storage_class_specifier"
                    && matches!(tree::text(n, text), "inline" | "__inline" | "__inline__"))
        }
        Grammar::Java => {
            let said = tree::text(n, text);
            (n.kind() == "annotation" && said.starts_with("@SuppressWarnings"))
                || (n.kind() == "marker_annotation" && said == "@SuppressWarnings")
                || (n.kind() == "modifiers"
                    && said == "final"
                    && n.parent().is_some_and(|p| p.kind() == "formal_parameter"))
        }
        _ => false,
    }
}

/// The attributes that change how a function is called or whether it is there at all.
fn attributes(grammar: Grammar, found: &FunctionNode<'_>, text: &str) -> Vec<String> {
    if grammar != Grammar::Rust {
        return Vec::new();
    }
    let mut all = Vec::new();
    let start = found.start(grammar, text);
    let mut next = found.unit.prev_sibling();
    while let Some(above) = next.filter(|n| n.start_byte() >= start) {
        if Grammar::is_attribute(above) {
            let said: String = tree::text(above, text).split_whitespace().collect();
            let name = said.trim_start_matches("#[").trim_start_matches("unsafe(");
            let harmless = [
                "inline",
                "cold",
                "allow",
                "warn",
                "expect",
                "doc",
                "must_use",
                "track_caller",
                "deny",
                "rustfmt",
                "clippy",
                "optimize",
            ];
            if !harmless.iter().any(|h| name.starts_with(h)) {
                all.push(said);
            }
        }
        next = above.prev_sibling();
    }
    all.sort();
    all
}

/// Decorators that only keep results or compile: a function with one is called as before.
fn may_be_added(decorator: &str) -> bool {
    let name = decorator.split('(').next().unwrap_or_default().trim();
    let last = name.rsplit('.').next().unwrap_or_default();
    matches!(last, "lru_cache" | "cache" | "njit" | "jit")
}

fn decorators(
    old: &FunctionNode<'_>,
    old_text: &str,
    new: &FunctionNode<'_>,
    new_text: &str,
) -> Result<(), Misfit> {
    let flat = |d: &&str| d.split_whitespace().collect::<String>();
    let before: Vec<String> = items::decorators(old.unit, old_text)
        .iter()
        .map(flat)
        .collect();
    let after: Vec<String> = items::decorators(new.unit, new_text)
        .iter()
        .map(flat)
        .collect();
    let name = old.path.join(".");
    if let Some(missing) = before.iter().find(|d| !after.contains(d)) {
        return Err(Misfit(format!(
            "the decorator `@{missing}` of `{name}` is missing: decorators are part of the region and must stay"
        )));
    }
    let added = after
        .iter()
        .find(|d| !before.contains(d) && !may_be_added(d));
    if let Some(added) = added {
        return Err(Misfit(format!(
            "`{name}` has a new decorator `@{added}`, which changes how it is called; only caching ones \
             (`functools.lru_cache`, `functools.cache`) and compilers (`numba.njit`) may be added"
        )));
    }
    let mut kept = after.iter().filter(|d| before.contains(d));
    if before.iter().any(|d| kept.next() != Some(d)) {
        return Err(Misfit(format!(
            "the decorators of `{name}` stand in another order"
        )));
    }
    Ok(())
}

/// A parameter of Python in parts.
#[derive(PartialEq)]
struct Parameter<'s> {
    name: Vec<&'s str>,
    of_type: Option<Vec<&'s str>>,
    default: Option<Vec<&'s str>>,
}

/// Type hints may be added, never removed or changed.
fn same_in_python(
    old: &FunctionNode<'_>,
    old_text: &str,
    new: &FunctionNode<'_>,
    new_text: &str,
) -> bool {
    let is_async = |f: &FunctionNode<'_>, text: &str| {
        text.get(f.function.byte_range())
            .is_some_and(|t| t.starts_with("async"))
    };
    let hint_kept =
        |before: Option<Vec<&str>>, after: Option<Vec<&str>>| before.is_none() || before == after;
    let words = |f: &FunctionNode<'_>, field: &str, text| {
        f.function
            .child_by_field_name(field)
            .map(|n| tree::all_words(n, text))
    };
    let (before, after) = (
        parameters(old.function, old_text),
        parameters(new.function, new_text),
    );
    old.function.kind() == new.function.kind()
        && is_async(old, old_text) == is_async(new, new_text)
        && words(old, "type_parameters", old_text) == words(new, "type_parameters", new_text)
        && hint_kept(
            words(old, "return_type", old_text),
            words(new, "return_type", new_text),
        )
        && before.len() == after.len()
        && before.into_iter().zip(after).all(|(b, a)| {
            b.name == a.name && b.default == a.default && hint_kept(b.of_type, a.of_type)
        })
}

fn parameters<'s>(function: N<'_>, text: &'s str) -> Vec<Parameter<'s>> {
    let Some(parameters) = function.child_by_field_name("parameters") else {
        return Vec::new();
    };
    tree::named(parameters)
        .into_iter()
        .filter(|p| !Grammar::is_comment(*p))
        .map(|p| {
            let words = |f: &str| p.child_by_field_name(f).map(|n| tree::all_words(n, text));
            let name = words("name").or_else(|| {
                // A typed one without a default has its name as its first child.
                let first = (p.kind() == "typed_parameter")
                    .then(|| p.named_child(0))
                    .flatten();
                first.map(|n| tree::all_words(n, text))
            });
            Parameter {
                name: name.unwrap_or_else(|| tree::all_words(p, text)),
                of_type: words("type"),
                default: words("value"),
            }
        })
        .collect()
}

//! Whether a version keeps something from one call to the next, by its look.

use super::grammar::Grammar;
use super::items;
use super::pieces::{self, Sort};
use super::tree::{self, N};
use crate::task::Language;

/// Says in a sentence what a version seems to keep between calls: a cache, a memo, a static. A best effort: what is not
/// seen here may still be kept.
#[must_use]
pub fn keeps_state(version: &str, language: &Language) -> Option<String> {
    let grammar = Grammar::of(language)?;
    let tree = grammar.parse(version)?;
    let root = tree.root_node();
    match grammar {
        Grammar::Python => python(root, version),
        Grammar::JavaScript => written_outside(
            grammar,
            root,
            version,
            &["Map", "Set", "WeakMap", "object", "array", "{", "["],
        ),
        Grammar::C | Grammar::Cpp => statics(root, version),
        Grammar::Rust => rust(root, version),
        Grammar::Go => written_outside(grammar, root, version, &["map[", "make(", "sync."]),
        Grammar::Java => java(root, version),
        Grammar::Ruby => ruby(root, version),
    }
}

fn line(text: &str, n: N<'_>) -> usize {
    tree::place(text, n.start_byte()).0
}

fn python(root: N<'_>, text: &str) -> Option<String> {
    let mut said = None;
    tree::each(root, |n| {
        if said.is_some() {
            return false;
        }
        match n.kind() {
            "decorator" => {
                let flat = tree::text(n, text).trim_start_matches('@').trim();
                let name = flat.split('(').next().unwrap_or_default();
                let last = name.rsplit('.').next().unwrap_or_default();
                if matches!(
                    last,
                    "lru_cache" | "cache" | "cached_property" | "memoize" | "cached" | "memory"
                ) {
                    said = Some(format!(
                        "line {} keeps results between calls (`@{name}`)",
                        line(text, n)
                    ));
                }
            }
            // `def f(x, memo={})`: one for all calls.
            "default_parameter" | "typed_default_parameter" => {
                let mutable = n.child_by_field_name("value").is_some_and(|v| {
                    matches!(
                        v.kind(),
                        "dictionary" | "list" | "set" | "dictionary_comprehension"
                    )
                });
                if let (true, Some(name)) = (mutable, n.child_by_field_name("name")) {
                    said = Some(format!(
                        "line {}: the default of `{}` is one and the same in all calls",
                        line(text, n),
                        tree::text(name, text)
                    ));
                }
            }
            "global_statement" => {
                said = Some(format!(
                    "line {} writes globals (`{}`)",
                    line(text, n),
                    tree::flat(tree::text(n, text))
                ));
            }
            _ => {}
        }
        true
    });
    said.or_else(|| {
        written_outside(
            Grammar::Python,
            root,
            text,
            &[
                "{",
                "[",
                "dict(",
                "list(",
                "set(",
                "defaultdict(",
                "OrderedDict(",
                "deque(",
                "Counter(",
                "WeakKey",
                "WeakValue",
                "bytearray(",
            ],
        )
    })
    .or_else(|| function_attribute(root, text))
}

/// `f.cache = …` inside of `f`, or on it.
fn function_attribute(root: N<'_>, text: &str) -> Option<String> {
    let tops: Vec<String> = pieces::of(Grammar::Python, root, text)
        .into_iter()
        .filter(|p| pieces::inner(p.node).kind() == "function_definition")
        .flat_map(|p| p.keys)
        .collect();
    let mut said = None;
    tree::each(root, |n| {
        if n.kind() == "assignment"
            && said.is_none()
            && let Some(left) = n
                .child_by_field_name("left")
                .filter(|l| l.kind() == "attribute")
        {
            let name = tree::text(left, text);
            if name
                .split_once('.')
                .is_some_and(|(f, _)| tops.iter().any(|t| t == f))
            {
                said = Some(format!(
                    "line {} keeps something between calls (`{name}`)",
                    line(text, n)
                ));
            }
        }
        said.is_none()
    });
    said
}

/// Something outside of all functions that a function writes into.
fn written_outside(grammar: Grammar, root: N<'_>, text: &str, looks: &[&str]) -> Option<String> {
    let mut outside: Vec<(String, usize)> = Vec::new();
    for piece in pieces::of(grammar, root, text) {
        let inner = pieces::inner(piece.node);
        let value = tree::text(inner, text);
        let value = value.split_once('=').map_or(value, |(_, v)| v.trim());
        let kind = inner.kind();
        let holds = piece.sort == Sort::Definition
            && !kind.contains("function")
            && !kind.contains("class")
            && looks.iter().any(|l| {
                value.starts_with(l)
                    || value.starts_with(&format!("new {l}"))
                    || value.contains(&format!("{l}("))
                    || kind == "var_declaration" && value.contains(l)
            });
        if holds {
            outside.extend(piece.keys.into_iter().map(|k| (k, line(text, piece.node))));
        }
    }
    if outside.is_empty() {
        return None;
    }
    let mut said = None;
    for piece in pieces::of(grammar, root, text) {
        let kind = pieces::inner(piece.node).kind();
        let value = kind.contains("declaration")
            && !kind.contains("function")
            && !kind.contains("class")
            && !kind.contains("method");
        if kind == "assignment" || value && grammar != Grammar::JavaScript {
            continue;
        }
        tree::each(piece.node, |n| {
            if said.is_none()
                && writes(n, text).is_some_and(|w| outside.iter().any(|(k, _)| *k == w))
            {
                let name = writes(n, text).unwrap_or_default();
                let at = outside
                    .iter()
                    .find(|(k, _)| *k == name)
                    .map_or(0, |(_, l)| *l);
                said = Some(format!(
                    "line {} writes to `{name}` of line {at}, which lives on between calls",
                    line(text, n)
                ));
            }
            said.is_none()
        });
    }
    said
}

/// What a node writes into: `NAME[…] = …`, `NAME.set(…)`.
fn writes(n: N<'_>, text: &str) -> Option<String> {
    let said = |n: N<'_>| tree::text(n, text).to_owned();
    match n.kind() {
        "assignment"
        | "assignment_expression"
        | "augmented_assignment"
        | "assignment_statement" => {
            let left = n.child_by_field_name("left")?;
            let left = if left.kind() == "expression_list" {
                left.named_child(0)?
            } else {
                left
            };
            let object = ["value", "object", "operand"]
                .iter()
                .find_map(|f| left.child_by_field_name(f))?;
            Some(said(object))
        }
        "call" | "call_expression" => {
            let function = n.child_by_field_name("function")?;
            let object = ["object", "operand"]
                .iter()
                .find_map(|f| function.child_by_field_name(f))?;
            let name = ["attribute", "property", "field"]
                .iter()
                .find_map(|f| function.child_by_field_name(f))?;
            matches!(
                tree::text(name, text),
                "set"
                    | "add"
                    | "append"
                    | "extend"
                    | "update"
                    | "setdefault"
                    | "push"
                    | "insert"
                    | "Store"
                    | "LoadOrStore"
            )
            .then(|| said(object))
        }
        _ => None,
    }
}

fn statics(root: N<'_>, text: &str) -> Option<String> {
    let mut said = None;
    tree::each(root, |n| {
        let local = n.kind() == "declaration"
            && n.parent().is_some_and(|p| p.kind() == "compound_statement");
        if local && said.is_none() {
            let words = tree::all_words(n, text);
            let kept = words
                .iter()
                .any(|w| matches!(*w, "static" | "thread_local"));
            if kept && !words.iter().any(|w| matches!(*w, "const" | "constexpr")) {
                said = Some(format!(
                    "line {} has a static, which lives on between calls",
                    line(text, n)
                ));
            }
        }
        said.is_none()
    });
    said
}

fn rust(root: N<'_>, text: &str) -> Option<String> {
    let mut said = None;
    tree::each(root, |n| {
        let whole = tree::text(n, text);
        let kept = match n.kind() {
            "static_item" => {
                whole.contains("static mut ")
                    || [
                        "Mutex", "RwLock", "OnceLock", "LazyLock", "OnceCell", "Lazy<", "Atomic",
                        "DashMap",
                    ]
                    .iter()
                    .any(|w| whole.contains(w))
            }
            "macro_invocation" => {
                whole.starts_with("thread_local!") || whole.starts_with("lazy_static!")
            }
            _ => false,
        };
        if kept && said.is_none() {
            said = Some(format!(
                "line {} has a static, which lives on between calls",
                line(text, n)
            ));
        }
        said.is_none()
    });
    said
}

fn java(root: N<'_>, text: &str) -> Option<String> {
    let mut said = None;
    tree::each(root, |n| {
        let field = matches!(n.kind(), "field_declaration" | "local_variable_declaration");
        if field && said.is_none() && items::has_modifier(n, "static", text) {
            let whole = tree::text(n, text);
            let kept = !items::has_modifier(n, "final", text)
                || ["Map", "List", "Set", "Cache", "ThreadLocal", "[]", "Deque"]
                    .iter()
                    .any(|w| whole.contains(w));
            if kept {
                said = Some(format!(
                    "line {} has a static field, which lives on between calls",
                    line(text, n)
                ));
            }
        }
        said.is_none()
    });
    said
}

fn ruby(root: N<'_>, text: &str) -> Option<String> {
    let mut said = None;
    tree::each(root, |n| {
        let kept = matches!(n.kind(), "global_variable" | "class_variable")
            && n.parent().is_some_and(|p| {
                matches!(
                    p.kind(),
                    "assignment" | "operator_assignment" | "element_reference"
                )
            });
        let memo = n.kind() == "operator_assignment" && tree::text(n, text).contains("||=");
        if (kept || memo) && said.is_none() {
            said = Some(format!(
                "line {} keeps something between calls (`{}`)",
                line(text, n),
                tree::shortened(tree::flat(tree::text(n, text)).as_str(), 40)
            ));
        }
        said.is_none()
    });
    said
}

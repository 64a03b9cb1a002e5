//! Functions that a name has by a call: `const f = once(function …)`, `f = lru_cache(None)(_f)`. What the call gives back is
//! not known here; a driver finds out whether it is a function.

use crate::task::region::tree::{self, N};

/// Calls that give back something else than a function that stands for the one they are given.
const GIVE_SOMETHING_ELSE: &[&str] = &[
    "map",
    "filter",
    "reduce",
    "reduceRight",
    "find",
    "findIndex",
    "findLast",
    "findLastIndex",
    "forEach",
    "some",
    "every",
    "sort",
    "toSorted",
    "flatMap",
    "from",
    "then",
    "catch",
    "finally",
    "replace",
    "replaceAll",
    "setTimeout",
    "setInterval",
    "setImmediate",
    "listen",
    "createServer",
    "subscribe",
    "sorted",
    "min",
    "max",
    "sum",
    "any",
    "all",
    "list",
    "tuple",
    "set",
    "dict",
    "next",
    "submit",
];

/// The function that stands among the arguments of a call, or of a call among them: the first one.
pub(super) fn function_in<'t>(value: N<'t>, text: &str) -> Option<N<'t>> {
    let mut here = value;
    loop {
        let arguments = arguments(here, text)?;
        if let Some(function) = arguments.iter().find(|a| is_function(**a)) {
            return Some(*function);
        }
        here = *arguments.iter().find(|a| is_call(**a))?;
    }
}

/// The names that a value may stand for: itself if it is one, else those among the arguments of a call and of calls among them.
pub(super) fn names_in<'t>(value: N<'t>, text: &str) -> Vec<N<'t>> {
    let mut names = Vec::new();
    let mut todo = vec![value];
    while let Some(here) = todo.pop() {
        if here.kind() == "identifier" {
            names.push(here);
        } else if let Some(mut arguments) = arguments(here, text) {
            arguments.reverse();
            todo.append(&mut arguments);
        }
    }
    names
}

/// Whether a value may stand for a function of another name.
pub(super) fn is_name_or_call(value: N<'_>) -> bool {
    value.kind() == "identifier" || is_call(value)
}

fn is_call(node: N<'_>) -> bool {
    matches!(node.kind(), "call_expression" | "call")
}

fn is_function(node: N<'_>) -> bool {
    matches!(
        node.kind(),
        "arrow_function" | "function_expression" | "generator_function" | "lambda"
    )
}

/// The arguments by place; `None` where it is no call, or one of which it is known that it gives back something else.
fn arguments<'t>(call: N<'t>, text: &str) -> Option<Vec<N<'t>>> {
    if !is_call(call) {
        return None;
    }
    let callee = call.child_by_field_name("function")?;
    let last = ["property", "attribute"]
        .iter()
        .find_map(|f| callee.child_by_field_name(f));
    let name = tree::text(last.unwrap_or(callee), text);
    if GIVE_SOMETHING_ELSE.contains(&name) {
        return None;
    }
    let arguments = tree::named(call.child_by_field_name("arguments")?);
    Some(arguments.into_iter().map(super::unwrapped).collect())
}

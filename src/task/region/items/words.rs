//! Functions in words: their heads, the types of their parameters, names that ask for one of them alone.

use std::ops::Range;

use super::{FunctionItem, FunctionNode, find};
use crate::task::region::grammar::Grammar;
use crate::task::region::tree::{self, N};

/// The signature on one line, for people.
pub(in crate::task::region) fn signature(found: &FunctionNode<'_>, text: &str) -> String {
    let unit = found.unit;
    let start = if unit.kind() == "decorated_definition" {
        found.definition.start_byte()
    } else {
        unit.start_byte()
    };
    let head = text
        .get(start..found.head_end().max(start))
        .unwrap_or_default();
    let head = tree::flat(&without_comments(unit, start..found.head_end(), text, head));
    tree::shortened(head.trim_end_matches(['{', ':', ' ', ';']).trim_end(), 300)
}

fn without_comments(node: N<'_>, within: Range<usize>, text: &str, whole: &str) -> String {
    let mut comments = Vec::new();
    tree::each(node, |n| {
        if n.start_byte() >= within.end || n.end_byte() <= within.start {
            return false;
        }
        if Grammar::is_comment(n) {
            comments.push(n.byte_range());
        }
        true
    });
    if comments.is_empty() {
        return whole.to_owned();
    }
    let mut kept = String::new();
    let mut at = within.start;
    for comment in comments {
        kept.push_str(text.get(at..comment.start).unwrap_or_default());
        kept.push(' ');
        at = comment.end.min(within.end);
    }
    kept.push_str(text.get(at..within.end).unwrap_or_default());
    kept
}

/// The types of the parameters in words, to tell overloads apart: `(int[], int[])`.
pub(in crate::task::region) fn parameter_types(
    found: &FunctionNode<'_>,
    text: &str,
) -> Option<String> {
    parameter_types_of(found.function, text)
}

/// As [`parameter_types`], of a node.
pub(in crate::task::region) fn parameter_types_of(function: N<'_>, text: &str) -> Option<String> {
    let parameters = function
        .child_by_field_name("parameters")
        .or_else(|| super::c::function_declarator(function)?.child_by_field_name("parameters"))?;
    let mut types = Vec::new();
    for p in tree::named(parameters) {
        if Grammar::is_comment(p) {
            continue;
        }
        let mut words = tree::all_words(p, text);
        // The name is the last word that is one, in Java and mostly in C.
        let name = p
            .child_by_field_name("name")
            .or_else(|| p.child_by_field_name("declarator").map(super::c::innermost));
        if let Some(name) = name {
            let name = tree::text(name, text);
            if let Some(at) = words.iter().rposition(|w| *w == name) {
                words.remove(at);
            }
        }
        words.retain(|w| *w != "final");
        types.push(words.concat());
    }
    Some(format!("({})", types.join(", ")))
}

/// All functions of a text, for a list to pick from; none where the language has no grammar.
pub(crate) fn list(text: &str, language: &crate::task::Language) -> Vec<FunctionItem> {
    let Some(grammar) = Grammar::of(language) else {
        return Vec::new();
    };
    let Some(tree) = grammar.parse(text) else {
        return Vec::new();
    };
    let found = find(grammar, &tree, text);
    let names = ask_names(grammar, &found, text);
    found
        .iter()
        .zip(names)
        .map(|(f, name)| FunctionItem {
            name,
            signature: signature(f, text),
            lines: f.lines(),
            kind: f.kind,
        })
        .collect()
}

/// A name for each function that asks for it and no other: with the types of the parameters or with `#2` where its
/// path alone says too little.
pub(in crate::task::region) fn ask_names(
    grammar: Grammar,
    found: &[FunctionNode<'_>],
    text: &str,
) -> Vec<String> {
    let mut groups: std::collections::HashMap<&[String], Vec<usize>> =
        std::collections::HashMap::new();
    for (i, f) in found.iter().enumerate() {
        groups.entry(&f.path).or_default().push(i);
    }
    let mut names: Vec<String> = found.iter().map(|f| f.name(grammar)).collect();
    for group in groups.values().filter(|g| g.len() > 1) {
        let typed = matches!(grammar, Grammar::Java | Grammar::Cpp);
        let types: Vec<Option<String>> = group
            .iter()
            .map(|i| parameter_types(&found[*i], text).filter(|_| typed))
            .collect();
        for (nth, (i, own)) in group.iter().zip(&types).enumerate() {
            let alone = types.iter().filter(|t| *t == own).count() == 1;
            match own {
                Some(own) if alone => names[*i].push_str(own),
                _ => names[*i].push_str(&format!("#{}", nth + 1)),
            }
        }
    }
    names
}

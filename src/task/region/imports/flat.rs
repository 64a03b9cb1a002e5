//! Imports taken apart into single names, so that none is imported twice.

use std::collections::HashSet;

use crate::task::region::grammar::Grammar;

/// The names that an import introduces: for each a key that equal ones share, and a statement that imports it alone.
pub(super) fn parts(grammar: Grammar, statement: &str) -> Vec<(String, String)> {
    let statement = statement.trim();
    let whole = || vec![(squeezed(statement), statement.to_owned())];
    match grammar {
        Grammar::Python => python(statement).unwrap_or_else(whole),
        Grammar::Rust => rust(statement).unwrap_or_else(whole),
        Grammar::JavaScript | Grammar::TypeScript | Grammar::Tsx => {
            javascript(statement).unwrap_or_else(whole)
        }
        Grammar::Go => go(statement),
        Grammar::Java | Grammar::C | Grammar::Cpp | Grammar::Ruby => whole(),
    }
}

/// Statements for the names of an import that the file lacks; the statement itself if it lacks all of them.
pub(super) fn lacking(grammar: Grammar, statement: &str, had: &mut HashSet<String>) -> Vec<String> {
    let parts = parts(grammar, statement);
    if grammar == Grammar::Java && covered_in_java(statement, had) {
        return Vec::new();
    }
    // A name that is imported can be used as a type, too.
    let covered = |key: &str| {
        let other = key
            .strip_prefix("import type ")
            .map(|of| format!("import {of}"));
        had.contains(key) || other.is_some_and(|key| had.contains(&key))
    };
    let missing: Vec<&(String, String)> = parts.iter().filter(|(k, _)| !covered(k)).collect();
    let lines = if missing.len() == parts.len() {
        vec![statement.trim().to_owned()]
    } else {
        missing.iter().map(|(_, line)| line.clone()).collect()
    };
    had.extend(parts.into_iter().map(|(k, _)| k));
    lines
}

/// `import java.util.*;` covers `import java.util.List;`.
fn covered_in_java(statement: &str, had: &HashSet<String>) -> bool {
    let squeezed = squeezed(statement);
    squeezed
        .rsplit_once('.')
        .is_some_and(|(package, _)| had.contains(&format!("{package}.*;")))
}

fn squeezed(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('\'', "\"")
}

/// A text without comments that run to the end of their line, on one line.
fn one_line(text: &str, comment: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(|l| l.split(comment).next().unwrap_or_default())
        .collect();
    squeezed(&lines.join(" "))
}

fn python(statement: &str) -> Option<Vec<(String, String)>> {
    let flat = one_line(statement, "#").replace('\\', " ");
    let names = |list: &str| -> Vec<String> {
        list.trim()
            .trim_start_matches('(')
            .trim_end_matches(')')
            .split(',')
            .map(squeezed)
            .filter(|n| !n.is_empty())
            .collect()
    };
    if let Some(rest) = flat.strip_prefix("import ") {
        return Some(
            names(rest)
                .into_iter()
                .map(|n| both(format!("import {n}")))
                .collect(),
        );
    }
    let (module, list) = flat
        .strip_prefix("from ")?
        .split_once(" import ")
        .or_else(|| flat.strip_prefix("from ")?.split_once(" import("))?;
    let module = module.trim();
    Some(
        names(list)
            .into_iter()
            .map(|n| both(format!("from {module} import {n}")))
            .collect(),
    )
}

fn both(statement: String) -> (String, String) {
    (statement.clone(), statement)
}

fn rust(statement: &str) -> Option<Vec<(String, String)>> {
    let flat = one_line(statement, "//");
    let at = flat.find("use ")?;
    let before = flat.get(..at)?.trim();
    // Attributes belong to the statement as a whole.
    if before.contains('#') {
        return None;
    }
    let tree = flat.get(at + 4..)?.trim().trim_end_matches(';');
    let mut leaves = Vec::new();
    leaves_of(tree, "", 0, &mut leaves);
    let before = if before.is_empty() {
        String::new()
    } else {
        format!("{before} ")
    };
    Some(
        leaves
            .into_iter()
            .map(|leaf| {
                (
                    leaf.trim_start_matches("::").to_owned(),
                    format!("{before}use {leaf};"),
                )
            })
            .collect(),
    )
}

/// The paths of a tree of `use`: `a::{b, c::{self, d}}` has a::b, a::c, a::c::d.
fn leaves_of(tree: &str, prefix: &str, depth: usize, leaves: &mut Vec<String>) {
    let tree = tree.trim();
    if depth > 32 {
        return;
    }
    let Some(open) = tree.find('{') else {
        let leaf = match tree.strip_prefix("self") {
            Some(rest) if rest.is_empty() || rest.starts_with(' ') => {
                format!("{}{rest}", prefix.trim_end_matches("::"))
            }
            _ => format!("{prefix}{tree}"),
        };
        if !leaf.is_empty() {
            leaves.push(leaf);
        }
        return;
    };
    let head: String = tree
        .get(..open)
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let prefix = format!("{prefix}{head}");
    let inside = tree.get(open + 1..).unwrap_or_default();
    let inside = inside.strip_suffix('}').unwrap_or(inside);
    let (mut level, mut from) = (0_usize, 0);
    for (at, c) in inside.char_indices() {
        match c {
            '{' => level += 1,
            '}' => level = level.saturating_sub(1),
            ',' if level == 0 => {
                leaves_of(
                    inside.get(from..at).unwrap_or_default(),
                    &prefix,
                    depth + 1,
                    leaves,
                );
                from = at + 1;
            }
            _ => {}
        }
    }
    let last = inside.get(from..).unwrap_or_default();
    if !last.trim().is_empty() {
        leaves_of(last, &prefix, depth + 1, leaves);
    }
}

fn javascript(statement: &str) -> Option<Vec<(String, String)>> {
    let flat = one_line(statement, " //");
    let flat = flat.trim_end_matches(';').trim();
    let list = |inside: &str| -> Vec<String> {
        inside
            .split(',')
            .map(squeezed)
            .filter(|n| !n.is_empty())
            .collect()
    };
    if let Some(rest) = flat.strip_prefix("import ") {
        let (names, from) = rest.rsplit_once(" from ")?;
        // `import type { T }` of TypeScript: what is imported as a type can be nothing else.
        let (word, names) = match names.strip_prefix("type ") {
            Some(names) => ("import type", names),
            None => ("import", names),
        };
        let mut parts = Vec::new();
        let (plain, braced) = match names.split_once('{') {
            Some((plain, braced)) => (plain, braced.trim().trim_end_matches('}')),
            None => (names, ""),
        };
        for name in list(plain) {
            parts.push((
                format!("{word} {from} {name}"),
                format!("{word} {name} from {from};"),
            ));
        }
        for name in list(braced) {
            let (as_type, bare) = match name.strip_prefix("type ") {
                Some(bare) => ("import type", bare),
                None => (word, &*name),
            };
            parts.push((
                format!("{as_type} {from} {{{bare}}}"),
                format!("{word} {{ {name} }} from {from};"),
            ));
        }
        return Some(parts);
    }
    let (word, rest) = flat.split_once(' ')?;
    if !matches!(word, "const" | "let" | "var") {
        return None;
    }
    let (names, value) = rest.split_once('=')?;
    // Several declarators, or a default in a pattern: taken as a whole.
    if value.contains(',') || value.contains('=') {
        return None;
    }
    let (names, value) = (names.trim(), value.trim());
    let braced = names.strip_prefix('{').and_then(|n| n.strip_suffix('}'));
    Some(match braced {
        Some(braced) => list(braced)
            .into_iter()
            .map(|n| {
                (
                    format!("{value} {{{n}}}"),
                    format!("{word} {{ {n} }} = {value};"),
                )
            })
            .collect(),
        None => vec![(
            format!("{value} {names}"),
            format!("{word} {names} = {value};"),
        )],
    })
}

fn go(statement: &str) -> Vec<(String, String)> {
    let rest = statement
        .trim()
        .strip_prefix("import")
        .unwrap_or(statement)
        .trim();
    let rest = rest.strip_prefix('(').unwrap_or(rest);
    let rest = rest.strip_suffix(')').unwrap_or(rest);
    rest.split(['\n', ';'])
        .map(|l| squeezed(l.split("//").next().unwrap_or_default()))
        .filter(|l| !l.is_empty())
        .map(both)
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn left(grammar: Grammar, had: &[&str], wanted: &str) -> Vec<String> {
        let mut keys = had
            .iter()
            .flat_map(|s| parts(grammar, s))
            .map(|(k, _)| k)
            .collect();
        lacking(grammar, wanted, &mut keys)
    }

    #[test]
    fn only_what_is_missing_is_imported() {
        use Grammar::*;
        let none: [&str; 0] = [];
        assert_eq!(left(Python, &["import os, sys"], "import sys"), none);
        assert_eq!(
            left(
                Python,
                &["from a import (b,\n c as d)  # x"],
                "from a import b, e"
            ),
            ["from a import e"]
        );
        assert_eq!(
            left(Python, &[], "from a import b, e"),
            ["from a import b, e"]
        );
        assert_eq!(
            left(
                Rust,
                &["use std::{fmt, collections::{self, HashMap}};"],
                "use std::collections::{HashMap, BTreeMap};"
            ),
            ["use std::collections::BTreeMap;"]
        );
        assert_eq!(
            left(
                Rust,
                &["use std::{fmt, collections::{self, HashMap}};"],
                "use std::collections;"
            ),
            none
        );
        assert_eq!(
            left(
                JavaScript,
                &["import a, {b} from 'x'"],
                "import { b, c } from \"x\";"
            ),
            ["import { c } from \"x\";"]
        );
        assert_eq!(
            left(
                TypeScript,
                &["import { type A, b } from './x.ts';"],
                "import type { A, C } from \"./x.ts\";"
            ),
            ["import type { C } from \"./x.ts\";"]
        );
        assert_eq!(
            left(
                JavaScript,
                &["const fs = require('fs');"],
                "const fs = require(\"fs\")"
            ),
            none
        );
        assert_eq!(
            left(
                Go,
                &["import (\n\t\"fmt\"\n\tm \"math\" // x\n)"],
                "import \"fmt\""
            ),
            none
        );
        assert_eq!(
            left(Java, &["import java.util.*;"], "import java.util.List;"),
            none
        );
        assert_eq!(
            left(C, &["#include <stdio.h>\n"], "#include <stdio.h>"),
            none
        );
    }
}

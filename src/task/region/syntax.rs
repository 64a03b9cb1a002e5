//! What the grammar of a language says about a text by itself: whether it parses, what it defines, whether it is the same code
//! as another one.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use tree_sitter::Tree;

use super::grammar::Grammar;
use super::pieces::{self, PieceKind, is_block_like};
use super::tree::{self, N};
use super::{items, names};
use crate::task::Language;

/// How texts of a language are read; the default knows no grammar and says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Syntax(Option<Grammar>);

/// What a text defines at its top and what it needs from elsewhere.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outline {
    /// Names of all functions in it, those of classes and within functions included.
    pub(crate) inner: HashSet<String>,
    /// Names of its functions and types.
    pub(crate) functions: HashSet<String>,
    /// All names that it defines, those of functions included.
    pub(crate) defined: HashSet<String>,
    /// Names that it imports.
    pub(crate) imported: HashSet<String>,
    /// Whether it begins with something that must stand at the top of a file: a package, `"use strict"`.
    pub(crate) head: bool,
    /// Whether something besides imports and definitions stands at its top.
    pub(crate) runs: bool,
    /// Names that it uses and does not bind.
    pub(crate) free: HashSet<String>,
}

impl Syntax {
    /// The syntax of a language.
    #[must_use]
    pub fn of(language: &Language) -> Self {
        Self(Grammar::of(language))
    }

    pub(super) fn grammar(self) -> Option<Grammar> {
        self.0
    }

    /// Whether a text parses, by itself or as a member of a class; `None` where there is no grammar.
    pub(crate) fn parses(self, text: &str) -> Option<bool> {
        self.0.map(|_| self.outline(text).is_some())
    }

    /// What a text defines and needs; `None` where it does not parse.
    pub(crate) fn outline(self, text: &str) -> Option<Outline> {
        let grammar = self.0?;
        let tree = grammar.parse(text)?;
        if !tree.root_node().has_error() {
            return Some(outline(grammar, &tree, text));
        }
        // A member of a class, without the class.
        grammar.wrappers().iter().find_map(|(before, after)| {
            let text = [before, text, after].concat();
            let tree = grammar.parse(&text)?;
            if tree.root_node().has_error() {
                return None;
            }
            let functions = items::find(grammar, &tree, &text);
            let functions: HashSet<String> = functions.iter().map(|f| f.last().into()).collect();
            Some(Outline {
                inner: functions.clone(),
                defined: functions.clone(),
                functions,
                free: names::of(tree.root_node(), &text, |_| false).free,
                ..Outline::default()
            })
        })
    }

    /// The literals of a text, each with its line from 0, without strings that stand alone as documentation; `None` where it
    /// does not parse.
    pub(crate) fn literals(self, text: &str) -> Option<Vec<(usize, &str)>> {
        let tree = self.0?.parse(text)?;
        if tree.root_node().has_error() {
            return None;
        }
        let mut found = Vec::new();
        tree::each(tree.root_node(), |n| {
            if !Grammar::is_literal(n) {
                return true;
            }
            let alone = n
                .parent()
                .is_some_and(|p| p.kind() == "expression_statement");
            if !alone {
                found.push((n.start_position().row, tree::text(n, text)));
            }
            false
        });
        Some(found)
    }

    /// A text of the same lines without its comments and without strings that stand alone as documentation; where `literals` is
    /// false also without what stands in literals, but for the expressions within them.
    pub(crate) fn without_comments(self, text: &str, literals: bool) -> String {
        let Some(tree) = self.0.and_then(|g| g.parse(text)) else {
            return without_comment_lines(text, literals);
        };
        let mut bytes = text.as_bytes().to_vec();
        let mut blank = |range: std::ops::Range<usize>| {
            for byte in bytes.get_mut(range).unwrap_or_default() {
                if !matches!(*byte, b'\n' | b'\r') {
                    *byte = b' ';
                }
            }
        };
        // A parent is looked for from the root of the tree, which would take long in a wide one.
        let mut above: Vec<&str> = Vec::new();
        tree::walk(tree.root_node(), |n, entering| {
            if !entering {
                above.pop();
                return true;
            }
            if Grammar::is_comment(n) {
                blank(n.byte_range());
                return false;
            }
            if !Grammar::is_literal(n) || n.kind() == "preproc_arg" {
                above.push(n.kind());
                return true;
            }
            let alone = above.last() == Some(&"expression_statement");
            if alone || !literals {
                let mut from = n.start_byte();
                if !alone {
                    for part in tree::children(n) {
                        if matches!(part.kind(), "interpolation" | "template_substitution") {
                            blank(from..part.start_byte());
                            from = part.end_byte();
                        }
                    }
                }
                blank(from..n.end_byte());
            }
            if !alone {
                above.push(n.kind());
            }
            !alone
        });
        String::from_utf8(bytes).unwrap_or_else(|_| without_comment_lines(text, literals))
    }

    /// A number that two texts share if they are the same code: equal but for white space that means nothing, and comments. Texts
    /// that do not parse share it only if they are equal.
    pub(crate) fn fingerprint(self, text: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        let parsed = self.0.and_then(|g| Some((g, g.parse(text)?)));
        match parsed.filter(|(_, tree)| !tree.root_node().has_error()) {
            Some((grammar, tree)) => {
                tokens(grammar, tree.root_node(), text, |t| t.hash(&mut hasher))
            }
            None => text.trim().hash(&mut hasher),
        }
        hasher.finish()
    }
}

/// As [`Syntax::without_comments`] where there is no grammar: whole lines of comments go, and what stands between quotes in a line.
fn without_comment_lines(text: &str, literals: bool) -> String {
    let is_comment = |line: &str| {
        let line = line.trim_start();
        ["#", "//", "--", "/*", "* "]
            .iter()
            .any(|c| line.starts_with(c))
    };
    let without_literals = |line: &str| -> String {
        let mut open = None;
        let blanked = line.chars().map(|c| match open {
            None if matches!(c, '"' | '\'' | '`') => {
                open = Some(c);
                ' '
            }
            None => c,
            Some(end) => {
                open = open.filter(|_| c != end);
                ' '
            }
        });
        blanked.collect()
    };
    let lines = text.lines().map(|line| match literals {
        _ if is_comment(line) => String::new(),
        true => line.to_owned(),
        false => without_literals(line),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn outline(grammar: Grammar, tree: &Tree, text: &str) -> Outline {
    let root = tree.root_node();
    let functions = items::find(grammar, tree, text);
    let mut outline = Outline {
        inner: functions.iter().map(|f| f.last().into()).collect(),
        free: names::of(root, text, |_| false).free,
        ..Outline::default()
    };
    for piece in pieces::of(grammar, root, text) {
        match piece.kind {
            PieceKind::Import => {
                let mut bound = Vec::new();
                tree::each(piece.node, |n| {
                    if names::is_use(n) {
                        bound.push(tree::text(n, text).to_owned());
                    }
                    true
                });
                outline.imported.extend(bound);
            }
            PieceKind::Definition if !piece.keys.is_empty() => {
                if is_block_like(piece.node, piece.kind) {
                    outline.functions.extend(piece.keys.iter().cloned());
                }
                outline.defined.extend(piece.keys);
            }
            PieceKind::Head => outline.head = true,
            PieceKind::Export => {}
            PieceKind::Definition | PieceKind::Statement => outline.runs = true,
        }
    }
    outline
}

/// A tree without comments as a sequence: the leaves with their texts and, because the same leaves can mean something else, the
/// nodes that they stand in.
fn tokens(grammar: Grammar, root: N<'_>, text: &str, mut give: impl FnMut((&str, &str))) {
    let mut at = root.start_byte();
    let gap = |from: usize, to: usize| text.get(from..to).unwrap_or_default().split_whitespace();
    // The comments above `import "C"` are code of C.
    let mut comments: Vec<&str> = Vec::new();
    tree::walk(root, |n, entering| {
        if !entering {
            give(("", ""));
            return true;
        }
        let said = tree::text(n, text);
        let blank = said.trim().is_empty();
        let comment = Grammar::is_comment(n);
        if comment && grammar == Grammar::Go {
            comments.push(said);
        } else if !blank {
            let c = said.starts_with("import \"C\"") || said == "\"C\"";
            comments.drain(..).filter(|_| c).for_each(|c| give(("", c)));
        }
        let aside = comment && !is_directive(grammar, said) || n.kind() == "line_continuation";
        let leaf = n.child_count() == 0 || Grammar::is_literal(n) || comment;
        if !aside && !leaf {
            give((n.kind(), ""));
            return true;
        }
        // Some grammars have no nodes for some tokens.
        gap(at, n.start_byte()).for_each(|word| give(("", word)));
        if !aside {
            // The end of a line is a token of some grammars.
            let means_nothing = blank && !Grammar::is_literal(n);
            give((n.kind(), if means_nothing { "" } else { said }));
        }
        at = at.max(n.end_byte());
        false
    });
    gap(at, root.end_byte()).for_each(|word| give(("", word)));
}

/// Comments that the language obeys.
fn is_directive(grammar: Grammar, said: &str) -> bool {
    let inside = said.trim_start_matches('#').trim_start();
    match grammar {
        Grammar::Go => {
            let magic = ["//go:", "//export ", "// +build"];
            magic.iter().any(|w| said.starts_with(w))
        }
        Grammar::Ruby => {
            let magic = ["frozen", "encoding", "coding", "shareable", "-*-"];
            magic.iter().any(|w| inside.starts_with(w))
        }
        Grammar::Python => {
            let magic = ["cython:", "distutils:"];
            magic.iter().any(|w| inside.starts_with(w))
                || said.contains("coding:")
                || said.contains("coding=")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn same(grammar: Grammar, a: &str, b: &str) -> bool {
        let syntax = Syntax(Some(grammar));
        syntax.fingerprint(a) == syntax.fingerprint(b)
    }

    #[test]
    fn white_space_and_comments_make_no_other_code() {
        use Grammar::{C, Go, JavaScript, Python, Rust};
        for (grammar, a, b) in [
            (
                Python,
                "def f(a):\n    # why\n    return a+1\n",
                "def f( a ):\n\n  return a + 1  # said\n",
            ),
            (Python, "x = [1,\n     2]\n", "x = [1, 2]\n"),
            (Python, "x = 1 + \\\n    2\n", "x = 1 + 2\n"),
            (
                Python,
                "def f():\n    if a:\n        b()\n    c()\n",
                "def f():\n  if a:\n\n    b()\n  # then\n  c()",
            ),
            (
                JavaScript,
                "const f = (a) => {\n  return a; // why\n};\n",
                "/* f */ const f = (a) => { return a; };",
            ),
            (
                Rust,
                "fn f(a: u8) -> u8 {\n    // a\n    vec![a, 1][0]\n}\n",
                "fn f( a : u8 ) -> u8 { vec![ a, 1 ] [0] }",
            ),
            (
                Go,
                "package p\n\nfunc F() int {\n\treturn 1\n}\n",
                "package p\n// F.\nfunc F() int { return 1 }\n",
            ),
            (
                Go,
                "// Package p.\npackage p\n\nimport \"C\"\n",
                "package p\n\nimport \"C\" // c\n",
            ),
            (
                C,
                "int f(void) { return 1; }\n",
                "int f(void)\n{\n  return 1; /* one */\n}\n",
            ),
        ] {
            assert!(same(grammar, a, b), "{grammar:?}:\n{a}\n{b}");
        }
    }

    #[test]
    fn what_may_do_something_else_is_other_code() {
        use Grammar::{Go, JavaScript, Python, Ruby};
        for (grammar, a, b) in [
            (Python, "x = (1,)\n", "x = (1)\n"),
            (Python, "x = 1\n-y\n", "x = 1 - y\n"),
            (Python, "s = 'a b'\n", "s = 'a  b'\n"),
            (Python, "if a:\n    b()\n    c()\n", "if a:\n    b()\nc()\n"),
            (
                Python,
                "def f():\n    return (\n",
                "def f( ):\n    return (\n",
            ),
            (
                JavaScript,
                "function f() {\n  return\n  x;\n}\n",
                "function f() {\n  return x;\n}\n",
            ),
            (JavaScript, "a = `x y`;\n", "a = `x  y`;\n"),
            (
                Go,
                "package p\n\n//go:noinline\nfunc F() {}\n",
                "package p\n\nfunc F() {}\n",
            ),
            (
                Ruby,
                "# frozen_string_literal: true\nx = 'a'\n",
                "x = 'a'\n",
            ),
            (
                Go,
                "package p\n\n// #cgo LDFLAGS: -lm\n// #include <math.h>\nimport \"C\"\n",
                "package p\n\n// #cgo LDFLAGS: -lz\n// #include <math.h>\nimport \"C\"\n",
            ),
            (
                Python,
                "# cython: boundscheck=False\nx = 1\n",
                "# cython: boundscheck=True\nx = 1\n",
            ),
        ] {
            assert!(!same(grammar, a, b), "{grammar:?}:\n{a}\n{b}");
        }
        let none = |text| Syntax::default().fingerprint(text);
        assert_eq!(none("a b\n"), none("a b"));
        assert_ne!(none("a b"), none("a  b"));
    }

    #[test]
    fn an_outline_tells_what_is_defined_and_what_is_needed() {
        let syntax = Syntax(Some(Grammar::Python));
        let outline = syntax
            .outline("import math\n\nT = {}\n\ndef f(xs, k=T):\n    seen = set()\n    return [g(x.y, z=k) for x in xs if x in seen]\n")
            .unwrap();
        let has = |set: &HashSet<String>, name: &str| set.contains(name);
        assert!(has(&outline.functions, "f") && !has(&outline.functions, "T"));
        assert!(has(&outline.defined, "T") && has(&outline.imported, "math"));
        assert!(has(&outline.free, "g") && has(&outline.free, "set"));
        for bound in ["seen", "xs", "k", "x", "y", "z", "f", "T"] {
            assert!(!has(&outline.free, bound), "{bound}: {:?}", outline.free);
        }
        assert!(!outline.runs && syntax.outline("print(1)\n").unwrap().runs);
        assert!(syntax.outline("def f(:\n").is_none());
        let member = Syntax(Some(Grammar::JavaScript))
            .outline("find(x) {\n  return helper(x);\n}")
            .unwrap();
        assert!(has(&member.functions, "find") && has(&member.free, "helper"));
    }
}

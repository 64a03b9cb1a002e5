//! What the grammar of a language says about a text by itself: whether it parses, what it defines, whether it is the same code
//! as another one.

use std::collections::HashSet;

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
                free: free(tree.root_node(), &text),
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

    /// Whether two texts are the same code: equal but for white space that means nothing, and comments. Texts that do not parse
    /// are the same only if they are equal.
    pub(crate) fn same_code(self, a: &str, b: &str) -> bool {
        if a.trim() == b.trim() {
            return true;
        }
        let Some(grammar) = self.0 else {
            return false;
        };
        let (Some(in_a), Some(in_b)) = (grammar.parse(a), grammar.parse(b)) else {
            return false;
        };
        let (root_a, root_b) = (in_a.root_node(), in_b.root_node());
        !root_a.has_error()
            && !root_b.has_error()
            && tokens(grammar, root_a, a) == tokens(grammar, root_b, b)
    }
}

fn outline(grammar: Grammar, tree: &Tree, text: &str) -> Outline {
    let root = tree.root_node();
    let functions = items::find(grammar, tree, text);
    let mut outline = Outline {
        inner: functions.iter().map(|f| f.last().into()).collect(),
        free: free(root, text),
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
            PieceKind::Head | PieceKind::Export => {}
            PieceKind::Definition | PieceKind::Statement => outline.runs = true,
        }
    }
    outline
}

fn free(root: N<'_>, text: &str) -> HashSet<String> {
    let (mut used, mut bound) = (Vec::new(), Vec::new());
    names::used(root, text, |_| false, &mut used);
    names::bound(root, text, &mut bound);
    let bound: HashSet<String> = bound.into_iter().collect();
    used.into_iter().filter(|n| !bound.contains(n)).collect()
}

/// A tree without comments as a sequence: the leaves with their texts and, because the same leaves can mean something else, the
/// nodes that they stand in.
fn tokens<'s>(grammar: Grammar, root: N<'s>, text: &'s str) -> Vec<(&'s str, &'s str)> {
    let mut tokens = Vec::new();
    let mut at = root.start_byte();
    let gap = |from: usize, to: usize| text.get(from..to).unwrap_or_default().split_whitespace();
    tree::walk(root, |n, entering| {
        if !entering {
            tokens.push(("", ""));
            return true;
        }
        let aside = (Grammar::is_comment(n) && !is_directive(grammar, n, text))
            || n.kind() == "line_continuation";
        let leaf = n.child_count() == 0 || Grammar::is_literal(n) || Grammar::is_comment(n);
        if !aside && !leaf {
            tokens.push((n.kind(), ""));
            return true;
        }
        // Some grammars have no nodes for some tokens.
        tokens.extend(gap(at, n.start_byte()).map(|word| ("", word)));
        if !aside {
            let said = tree::text(n, text);
            // The end of a line is a token of some grammars.
            let blank = said.trim().is_empty() && !Grammar::is_literal(n);
            tokens.push((n.kind(), if blank { "" } else { said }));
        }
        at = at.max(n.end_byte());
        false
    });
    tokens.extend(gap(at, root.end_byte()).map(|word| ("", word)));
    tokens
}

/// Comments that the language obeys.
fn is_directive(grammar: Grammar, comment: N<'_>, text: &str) -> bool {
    let said = tree::text(comment, text);
    match grammar {
        Grammar::Go => {
            said.starts_with("//go:")
                || said.starts_with("//export ")
                || said.starts_with("// +build")
                // Directly above `import "C"` it is the text of C.
                || comment
                    .next_named_sibling()
                    .is_some_and(|n| tree::text(n, text).starts_with("import \"C\""))
        }
        Grammar::Ruby => {
            let said = said.trim_start_matches('#').trim_start();
            let magic = ["frozen", "encoding", "coding", "shareable", "-*-"];
            magic.iter().any(|w| said.starts_with(w))
        }
        Grammar::Python => said.contains("coding:") || said.contains("coding="),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn same(grammar: Grammar, a: &str, b: &str) -> bool {
        let syntax = Syntax(Some(grammar));
        assert_eq!(syntax.same_code(a, b), syntax.same_code(b, a), "{a}\n{b}");
        syntax.same_code(a, b)
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
        ] {
            assert!(!same(grammar, a, b), "{grammar:?}:\n{a}\n{b}");
        }
        let none = Syntax::default();
        assert!(none.same_code("a b\n", "a b"));
        assert!(!none.same_code("a b", "a  b"));
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

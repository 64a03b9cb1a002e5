//! Which grammar parses which language, and the names that the grammars give to the same things.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tree_sitter::{ParseOptions, Parser, Tree};

use super::misfit::Misfit;
use super::tree::{self, N};
use crate::task::Language;

/// A language whose functions can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names say it
pub(crate) enum Grammar {
    Python,
    JavaScript,
    TypeScript,
    Tsx,
    Rust,
    Go,
    Java,
    C,
    Cpp,
    Ruby,
}

/// No hand-written file takes longer to parse.
const PATIENCE: Duration = Duration::from_secs(5);

impl Grammar {
    /// The grammar of a language: by its id, else by its file extensions, so that a language that the user has defined
    /// (`pypy` with `py`) has one too.
    pub(crate) fn of(language: &Language) -> Option<Self> {
        Self::named(&language.id)
            .or_else(|| language.extensions.iter().find_map(|e| Self::by_ending(e)))
    }

    fn named(id: &str) -> Option<Self> {
        Some(match id {
            "python" => Self::Python,
            "javascript" => Self::JavaScript,
            "typescript" => Self::TypeScript,
            "tsx" => Self::Tsx,
            "rust" => Self::Rust,
            "go" => Self::Go,
            "java" => Self::Java,
            "c" => Self::C,
            "cpp" => Self::Cpp,
            "ruby" => Self::Ruby,
            _ => return None,
        })
    }

    fn by_ending(ending: &str) -> Option<Self> {
        Some(match ending {
            "py" | "pyw" => Self::Python,
            "js" | "mjs" | "cjs" | "jsx" => Self::JavaScript,
            "ts" | "mts" | "cts" => Self::TypeScript,
            "tsx" => Self::Tsx,
            "rs" => Self::Rust,
            "go" => Self::Go,
            "java" => Self::Java,
            "c" => Self::C,
            "cpp" | "cc" | "cxx" | "c++" | "hpp" | "hh" | "hxx" => Self::Cpp,
            "rb" => Self::Ruby,
            _ => return None,
        })
    }

    /// Parses a text; `None` if that takes too long.
    pub(super) fn parse(self, text: &str) -> Option<Tree> {
        let language: tree_sitter::Language = match self {
            Self::Python => tree_sitter_python::LANGUAGE,
            Self::JavaScript => tree_sitter_javascript::LANGUAGE,
            // Two, since `<T>x` is a cast in one and an element in the other.
            Self::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
            Self::Tsx => tree_sitter_typescript::LANGUAGE_TSX,
            Self::Rust => tree_sitter_rust::LANGUAGE,
            Self::Go => tree_sitter_go::LANGUAGE,
            Self::Java => tree_sitter_java::LANGUAGE,
            Self::C => tree_sitter_c::LANGUAGE,
            Self::Cpp => tree_sitter_cpp::LANGUAGE,
            Self::Ruby => tree_sitter_ruby::LANGUAGE,
        }
        .into();
        let mut parser = Parser::new();
        parser.set_language(&language).ok()?;
        let begun = Instant::now();
        let mut patient = |_: &tree_sitter::ParseState| {
            if begun.elapsed() > PATIENCE {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let options = ParseOptions::new().progress_callback(&mut patient);
        let bytes = text.as_bytes();
        parser.parse_with_options(
            &mut |at, _| bytes.get(at..).unwrap_or_default(),
            None,
            Some(options),
        )
    }

    /// The language that this one only adds types to: what holds for JavaScript holds for TypeScript.
    pub(crate) fn family(self) -> Self {
        match self {
            Self::TypeScript | Self::Tsx => Self::JavaScript,
            other => other,
        }
    }

    /// How qualified names are joined for display.
    pub(crate) fn joint(self) -> &'static str {
        match self {
            Self::Rust | Self::Cpp => "::",
            _ => ".",
        }
    }

    /// Whether a comment stands in the node.
    pub(super) fn is_comment(node: N<'_>) -> bool {
        matches!(
            node.kind(),
            "comment" | "line_comment" | "block_comment" | "html_comment"
        )
    }

    /// Whether the node belongs to the definition that follows it.
    pub(super) fn is_attribute(node: N<'_>) -> bool {
        // In TypeScript a decorator stands before its method, elsewhere it is a part of what it decorates.
        node.kind() == "attribute_item"
            || node.kind() == "decorator" && node.parent().is_some_and(|p| p.kind() == "class_body")
    }

    /// Whether the node is a literal whose inside is not code: never looked into, never indented.
    pub(super) fn is_literal(node: N<'_>) -> bool {
        matches!(
            node.kind(),
            "string"
                | "string_literal"
                | "raw_string_literal"
                | "interpreted_string_literal"
                | "template_string"
                | "regex"
                | "char_literal"
                | "character_literal"
                | "rune_literal"
                | "heredoc_body"
                | "system_lib_string"
                | "string_array"
                | "symbol_array"
                | "subshell"
                | "delimited_symbol"
                | "preproc_arg"
        )
    }

    /// Whether definitions stand side by side in the node.
    pub(super) fn is_container(node: N<'_>) -> bool {
        matches!(
            node.kind(),
            "module"
                | "program"
                | "source_file"
                | "translation_unit"
                | "block"
                | "statement_block"
                | "class_body"
                | "object"
                | "declaration_list"
                | "interface_body"
                | "enum_body"
                | "enum_body_declarations"
                | "annotation_type_body"
                | "field_declaration_list"
                | "compound_statement"
                | "preproc_ifdef"
                | "preproc_if"
                | "preproc_else"
                | "preproc_elif"
                | "preproc_elifdef"
                | "body_statement"
                | "constructor_body"
                | "switch_block_statement_group"
                | "block_body"
        ) && node.is_named()
            // Ruby's `module Name … end` is a definition, Python's `module` the whole file.
            && !(node.kind() == "module" && node.child_by_field_name("name").is_some())
    }

    /// Text to put around a member, so that it can be parsed on its own.
    pub(super) fn wrappers(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::JavaScript | Self::TypeScript | Self::Tsx => {
                &[("class ReheatWrapper {\n", "\n}\n"), ("({\n", "\n})\n")]
            }
            Self::Java => &[
                ("class ReheatWrapper {\n", "\n}\n"),
                ("interface ReheatWrapper {\n", "\n}\n"),
            ],
            Self::Rust => &[
                ("impl ReheatWrapper {\n", "\n}\n"),
                ("trait ReheatWrapper {\n", "\n}\n"),
            ],
            Self::Cpp => &[("class ReheatWrapper {\n", "\n};\n")],
            Self::Python | Self::Go | Self::C | Self::Ruby => &[],
        }
    }

    /// Whether macros may make code valid that the grammar cannot parse, so that a parse error need not be an error of the code.
    pub(super) fn has_preprocessor(self) -> bool {
        matches!(self, Self::C | Self::Cpp)
    }

    /// Blank lines around definitions at the top of a file.
    pub(super) fn blank_lines(self, top: bool) -> usize {
        if self == Self::Python && top { 2 } else { 1 }
    }
}

/// The first place where a text does not parse: line and column from 1, and what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ParseError {
    pub(crate) at: usize,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) what: String,
}

/// Where a text does not parse, in order.
pub(super) fn parse_errors(root: N<'_>, text: &str) -> Vec<ParseError> {
    let mut found = Vec::new();
    if !root.has_error() {
        return found;
    }
    tree::each(root, |node| {
        let missing = node.is_missing();
        if missing || node.is_error() {
            let at = node.start_byte();
            let (line, column) = tree::place(text, at);
            let here = tree::text(node, text)
                .lines()
                .next()
                .unwrap_or_default()
                .trim();
            let what = if missing {
                format!("`{}` is missing", node.kind())
            } else if here.is_empty() {
                "the text ends too early or something before this is not closed".to_owned()
            } else {
                format!("unexpected `{}`", tree::shortened(here, 60))
            };
            found.push(ParseError {
                at,
                line,
                column,
                what,
            });
        }
        found.len() < 200 && node.has_error() && !node.is_error()
    });
    found
}

/// Whether a file with a new region parses as well as it did before.
pub(super) fn still_parses(
    grammar: Grammar,
    old_tree: &tree_sitter::Tree,
    old: &str,
    new: &str,
    placed: std::ops::Range<usize>,
) -> Result<(), Misfit> {
    let Some(tree) = grammar.parse(new) else {
        return Err(Misfit(
            "the file with it takes too long to parse".to_owned(),
        ));
    };
    let before = parse_errors(old_tree.root_node(), old);
    let after = parse_errors(tree.root_node(), new);
    if after.len() <= before.len() {
        return Ok(());
    }
    let inside = after.iter().find(|s| placed.contains(&s.at));
    let (first_line, _) = tree::place(new, placed.start);
    Err(match inside.or(after.first()) {
        Some(ParseError { line, what, .. }) if inside.is_some() => Misfit(format!(
            "it does not parse in its place, line {}: {what}",
            line + 1 - first_line
        )),
        Some(parse_error) => Misfit(format!(
            "the file does not parse any more with it: line {}: {}",
            parse_error.line, parse_error.what
        )),
        None => Misfit("the file does not parse any more with it".to_owned()),
    })
}

//! Syntax colours: lines of code as text with roles, independent of any theme.
//!
//! [`Syntaxes`] is heavy to load and is made on the worker (`workers`), never before the first frame.
//! A [`Painter`] keeps the parser's state from line to line, so that a growing text costs only its new lines.

use std::str::FromStr as _;

use syntect::highlighting::{
    Color, HighlightState, Highlighter, ScopeSelectors, StyleModifier, Theme as SyntectTheme,
    ThemeItem, ThemeSettings,
};
use syntect::parsing::{ParseState, ScopeStack, SyntaxReference, SyntaxSet};

use crate::tui::core::text::{lines, visible};
use crate::tui::core::theme::Role;

/// Longer lines stay plain: nobody reads them and a parser may take for ever.
const LONGEST_LINE: usize = 2_000;
/// Longer texts stay plain.
const LONGEST_TEXT: usize = 2_000_000;

/// One line, safe to draw, with the role of each part (end offset in bytes).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Painted {
    /// The line without its end, made visible.
    pub text: String,
    /// Ends of the parts, ascending, with their roles; what lies beyond the last is plain text.
    pub parts: Vec<(usize, Role)>,
}

impl Painted {
    /// A line without colours.
    #[must_use]
    pub fn plain(line: &str) -> Self {
        Self {
            text: visible(line).into_owned(),
            parts: Vec::new(),
        }
    }

    /// The text in pieces with their roles.
    pub fn pieces(&self) -> impl Iterator<Item = (&str, Role)> {
        let mut start = 0;
        let ends = self
            .parts
            .iter()
            .copied()
            .chain([(self.text.len(), Role::Text)]);
        ends.filter_map(move |(end, role)| {
            let piece = self.text.get(start..end)?;
            start = end;
            (!piece.is_empty()).then_some((piece, role))
        })
    }
}

/// A text without colours, line by line: what is shown until the colours are there.
#[must_use]
pub(crate) fn plain(text: &str) -> Vec<Painted> {
    lines(text).map(Painted::plain).collect()
}

/// All grammars, and the table from scopes to roles.
pub struct Syntaxes {
    set: SyntaxSet,
    table: SyntectTheme,
}

impl Default for Syntaxes {
    fn default() -> Self {
        Self {
            set: two_face::syntax::extra_newlines(),
            table: table(),
        }
    }
}

impl Syntaxes {
    /// Whether a language (id, name or file extension) has a grammar.
    #[must_use]
    pub fn knows(&self, language: &str) -> bool {
        self.find(language).is_some()
    }

    fn find(&self, language: &str) -> Option<&SyntaxReference> {
        let token = match language {
            "cpp" | "c++" | "cxx" => "c++",
            "py" | "python3" => "python",
            "js" | "node" => "javascript",
            other => other,
        };
        self.set
            .find_syntax_by_token(token)
            .filter(|s| s.name != "Plain Text")
    }

    /// Colours a whole text.
    #[must_use]
    pub fn paint(&self, text: &str, language: &str) -> Vec<Painted> {
        if text.len() > LONGEST_TEXT {
            return plain(text);
        }
        let mut painter = Painter::new(self, language);
        lines(text).map(|line| painter.line(self, line)).collect()
    }
}

/// Colours line after line.
#[derive(Clone, Debug)]
pub(crate) struct Painter {
    state: Option<(ParseState, HighlightState)>,
}

impl Painter {
    /// Starts a text in a language; an unknown one stays plain.
    #[must_use]
    pub(crate) fn new(syntaxes: &Syntaxes, language: &str) -> Self {
        let state = syntaxes.find(language).map(|syntax| {
            let highlighter = Highlighter::new(&syntaxes.table);
            (
                ParseState::new(syntax),
                HighlightState::new(&highlighter, ScopeStack::new()),
            )
        });
        Self { state }
    }

    /// The next line.
    pub(crate) fn line(&mut self, syntaxes: &Syntaxes, line: &str) -> Painted {
        let mut painted = Painted::plain(line);
        let Some((parse, highlight)) = &mut self.state else {
            return painted;
        };
        if painted.text.len() > LONGEST_LINE {
            return painted;
        }
        painted.text.push('\n');
        let Ok(ops) = parse.parse_line(&painted.text, &syntaxes.set) else {
            painted.text.pop();
            return painted;
        };
        let highlighter = Highlighter::new(&syntaxes.table);
        let pieces = syntect::highlighting::HighlightIterator::new(
            highlight,
            &ops,
            &painted.text,
            &highlighter,
        );
        let mut end = 0;
        let limit = painted.text.len() - 1;
        let mut parts: Vec<(usize, Role)> = Vec::new();
        for (style, piece) in pieces {
            end = (end + piece.len()).min(limit);
            let role = role_of(style.foreground);
            match parts.last_mut() {
                Some(last) if last.1 == role => last.0 = end,
                _ => parts.push((end, role)),
            }
        }
        painted.text.pop();
        painted.parts = parts;
        painted
    }
}

/// Scopes and what they mean to us. Later, more specific selectors win, as in any TextMate theme.
const SCOPES: &[(&str, Role)] = &[
    ("keyword, storage", Role::Keyword),
    (
        "storage.type.numeric, storage.type.c, storage.type.c++",
        Role::Type,
    ),
    ("keyword.operator, punctuation", Role::Operator),
    (
        "keyword.operator.logical.python, keyword.operator.word",
        Role::Keyword,
    ),
    (
        "entity.name.function, support.function, variable.function, support.macro, meta.function-call.identifier",
        Role::Function,
    ),
    (
        "entity.name.type, entity.name.class, entity.name.struct, entity.name.enum, support.type, support.class, entity.name.impl",
        Role::Type,
    ),
    (
        "constant.numeric, constant.language, constant.character.escape",
        Role::Number,
    ),
    ("string, punctuation.definition.string", Role::Str),
    (
        "comment, punctuation.definition.comment, string.quoted.docstring, comment.block.documentation",
        Role::Comment,
    ),
];

/// Roles travel through syntect as "colours": the red part is the place in [`SCOPES`], plus one.
fn table() -> SyntectTheme {
    let code = |n: u8| Color {
        r: n,
        g: 0,
        b: 0,
        a: 255,
    };
    let scopes = SCOPES
        .iter()
        .zip(1u8..)
        .filter_map(|((selectors, _), n)| {
            Some(ThemeItem {
                scope: ScopeSelectors::from_str(selectors).ok()?,
                style: StyleModifier {
                    foreground: Some(code(n)),
                    ..StyleModifier::default()
                },
            })
        })
        .collect();
    let settings = ThemeSettings {
        foreground: Some(code(0)),
        background: Some(code(0)),
        ..ThemeSettings::default()
    };
    SyntectTheme {
        settings,
        scopes,
        ..SyntectTheme::default()
    }
}

fn role_of(colour: Color) -> Role {
    usize::from(colour.r)
        .checked_sub(1)
        .and_then(|at| SCOPES.get(at))
        .map_or(Role::Text, |(_, role)| *role)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn code_gets_its_roles_and_keeps_its_text() {
        let syntaxes = Syntaxes::default();
        let lines = syntaxes.paint("def f(x):\n\treturn \"é\" + 12  # why\n", "python");
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[1].text, "    return \"é\" + 12  # why");
        let role =
            |line: &Painted, word: &str| line.pieces().find(|(t, _)| t.contains(word)).unwrap().1;
        assert_eq!(role(&lines[0], "def"), Role::Keyword);
        assert_eq!(
            role(&lines[0], "f"),
            Role::Keyword,
            "`def` comes first and holds an f"
        );
        assert_eq!(role(&lines[1], "é"), Role::Str);
        assert_eq!(role(&lines[1], "12"), Role::Number);
        assert_eq!(role(&lines[1], "why"), Role::Comment);
        for line in &lines {
            assert_eq!(line.pieces().map(|(t, _)| t).collect::<String>(), line.text);
        }
    }

    #[test]
    fn our_languages_have_grammars_and_others_stay_plain() {
        let syntaxes = Syntaxes::default();
        for language in [
            "python",
            "javascript",
            "c",
            "cpp",
            "rust",
            "go",
            "java",
            "ruby",
            "typescript",
            "tsx",
        ] {
            assert!(syntaxes.knows(language), "{language}");
        }
        assert_eq!(
            syntaxes.paint("a b", "klingon"),
            vec![Painted::plain("a b")]
        );
    }

    #[test]
    fn a_growing_text_is_coloured_as_the_whole() {
        let syntaxes = Syntaxes::default();
        let text = "fn main() {\n    let s = \"multi\n line\"; /* a\n b */ 1;\n}\n";
        let mut painter = Painter::new(&syntaxes, "rust");
        let grown: Vec<Painted> = text
            .lines()
            .map(|l| {
                // The open line is coloured by a copy, so that it can be coloured again when it has grown.
                let _ = painter.clone().line(&syntaxes, &l[..l.len() / 2]);
                painter.line(&syntaxes, l)
            })
            .collect();
        assert_eq!(grown, syntaxes.paint(text, "rust"));
    }
}

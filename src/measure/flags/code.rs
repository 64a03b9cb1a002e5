//! The code of a version as flags read it: words in lines, without comments and literals.

use crate::task::Language;
use crate::task::region::{Grammar, Syntax};

/// A text by its lines, from which comments and documentation are taken.
pub(super) struct Code {
    /// The language that it is read as, where it has a grammar: JavaScript for TypeScript.
    pub(super) grammar: Option<Grammar>,
    /// The lines without what stands in literals.
    pub(super) bare: Vec<String>,
    /// The lines with their literals.
    pub(super) spoken: Vec<String>,
}

/// A name or keyword in a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'c> {
    /// The line, from 0.
    pub(super) line: usize,
    pub(super) text: &'c str,
    /// What stands before it in its line, and behind it.
    pub(super) before: &'c str,
    pub(super) after: &'c str,
}

impl Code {
    pub(super) fn of(language: &Language, text: &str) -> Self {
        let syntax = Syntax::of(language);
        let lines = |literals| {
            (syntax
                .without_comments(text, literals)
                .lines()
                .map(String::from))
            .collect()
        };
        Self {
            grammar: Grammar::of(language).map(Grammar::family),
            bare: lines(false),
            spoken: lines(true),
        }
    }

    /// All words but those that only bring a name in; a name that is brought in under another one stands for that one's use.
    pub(super) fn words(&self) -> Vec<Word<'_>> {
        let lines = self.bare.iter().enumerate();
        let all: Vec<Word<'_>> = lines.flat_map(|(i, line)| words_of(i, line)).collect();
        let used = |name: &str| {
            let other = |w: &&Word<'_>| w.text == name && !self.is_import(w.line);
            all.iter().any(|w| other(&w))
        };
        let kept = all.iter().filter(|w| {
            !self.is_import(w.line)
                || w.after
                    .trim_start()
                    .strip_prefix("as ")
                    .is_some_and(|alias| used(words_of(0, alias).next().map_or("", |w| w.text)))
        });
        kept.copied().collect()
    }

    /// Whether a line brings names in.
    pub(super) fn is_import(&self, line: usize) -> bool {
        let line = self.bare.get(line).map_or("", |l| l.trim_start());
        let starts = [
            "import ", "use ", "#include", "using ", "package ", "require ",
        ];
        starts.iter().any(|s| line.starts_with(s))
            || line.starts_with("from ") && line.contains(" import ")
            || line.contains("= require(")
    }

    /// Whether a text stands in one of the lines without their blanks, literals included.
    pub(super) fn says(&self, what: &str) -> bool {
        self.spoken.iter().any(|line| squeezed(line).contains(what))
    }

    /// A line of the text, short enough for a sentence.
    pub(super) fn quote(&self, line: usize) -> String {
        let line = self.spoken.get(line).map_or("", |l| l.trim());
        if line.chars().count() <= LONG {
            return line.to_owned();
        }
        line.chars().take(LONG).chain(['…']).collect()
    }
}

/// Characters of a line that a reason quotes at most.
const LONG: usize = 60;

/// A line without its blanks.
pub(super) fn squeezed(line: &str) -> String {
    line.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The words of one line.
pub(super) fn words_of(line: usize, text: &str) -> impl Iterator<Item = Word<'_>> {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let from = at + text.get(at..)?.find(inside)?;
            let rest = &text[from..];
            let end = from + rest.find(|c| !inside(c)).unwrap_or(rest.len());
            at = end;
            if rest.starts_with(|c: char| c.is_ascii_digit()) {
                continue;
            }
            return Some(Word {
                line,
                text: &text[from..end],
                before: &text[..from],
                after: &text[end..],
            });
        }
    })
}

impl<'c> Word<'c> {
    /// Whether it is called, or used as a macro.
    pub(super) fn is_called(&self) -> bool {
        self.after.trim_start().starts_with('(')
            || self.after.starts_with('!') && !self.after.starts_with("!=")
    }

    /// Whether it is defined here.
    pub(super) fn is_defined(&self) -> bool {
        let before = self.before.trim_end();
        ["def", "function", "fn", "func", "class", "function*"]
            .iter()
            .any(|d| before.ends_with(d))
    }

    /// Whether it is a member of something.
    pub(super) fn is_member(&self) -> bool {
        let before = self.before.trim_end();
        [".", "->", "::"].iter().any(|j| before.ends_with(j))
    }

    /// The name that it is a member of; empty where that is no name.
    pub(super) fn owner(&self) -> &'c str {
        let before = self.before.trim_end();
        let joint = [".", "->", "::"]
            .iter()
            .find_map(|j| before.strip_suffix(j));
        let owner = joint.map_or("", |b| b.trim_end_matches('?'));
        let from = owner.rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$')));
        &owner[from.map_or(0, |i| {
            i + owner[i..].chars().next().map_or(1, char::len_utf8)
        })..]
    }

    /// The parts of the name, in lower case: `rate`, `limit` of `rateLimit` and `RATE_LIMIT`.
    pub(super) fn parts(&self) -> Vec<String> {
        parts(self.text)
    }
}

/// The parts of a name, in lower case.
pub(super) fn parts(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut before = '_';
    for c in name.chars() {
        let begins = before == '_' || c.is_uppercase() && before.is_lowercase();
        if c != '_' {
            match parts.last_mut() {
                Some(part) if !begins => part.extend(c.to_lowercase()),
                _ => parts.push(c.to_lowercase().collect()),
            }
        }
        before = c;
    }
    parts
}

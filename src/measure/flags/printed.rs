//! Code that can print what the bench is read for: the figure would then be the version's own word.

use std::collections::HashSet;

use crate::measure::{Flag, FlagKind};
use crate::task::region::Syntax;

/// The mark of our own lines.
const OURS: &str = "METRIC";

/// Parts of the lines that a bench is read for, and what else stands in such a line, of which one is needed.
const LINES: [(&str, &[&str]); 10] = [
    (OURS, &["="]),
    ("ns/iter", &[]),
    ("µs/iter", &[]),
    ("ns/op", &[]),
    ("ops/sec", &[" x "]),
    ("Mean +- std dev", &[]),
    ("per loop", &[" best of ", "±", "+-"]),
    ("time:   [", &[]),
    ("Time (mean", &[]),
    ("(time in ", &[]),
];

/// A flag for the first line of a version that can print such a part, where the original has fewer of them.
#[must_use]
pub(crate) fn printed(syntax: Syntax, original: &str, code: &str) -> Option<Flag> {
    let (before, now) = (texts(syntax, original), texts(syntax, code));
    let known: HashSet<&str> = original.lines().map(str::trim).collect();
    let lines: Vec<&str> = code.lines().collect();
    LINES.iter().find_map(|(part, with)| {
        let has = |(_, text): &&(usize, &str)| has(text, part, with);
        let found: Vec<usize> = now.iter().filter(has).map(|(line, _)| *line).collect();
        if found.len() <= before.iter().filter(has).count() {
            return None;
        }
        let is_new = |line: &&usize| lines.get(**line).is_some_and(|l| !known.contains(l.trim()));
        let line = found.iter().find(is_new).or(found.first())?;
        Some(Flag {
            kind: FlagKind::Printed,
            reason: format!(
                "line {} can print a figure as the bench does ({})",
                line + 1,
                part.trim()
            ),
        })
    })
}

/// What a text may print, with the lines from 0: its literals, or where these are not known all lines but comments.
fn texts(syntax: Syntax, text: &str) -> Vec<(usize, &str)> {
    let is_comment = |line: &str| {
        ["#", "//", "--", "/*", "* "]
            .iter()
            .any(|c| line.starts_with(c))
    };
    syntax.literals(text).unwrap_or_else(|| {
        let lines = text.lines().map(str::trim).enumerate();
        lines.filter(|(_, line)| !is_comment(line)).collect()
    })
}

/// Whether a text has the part as words of their own, and with what belongs to it. The rest of one of our lines may be put
/// behind the text.
fn has(text: &str, part: &str, with: &[&str]) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    let edge = |here: Option<char>, beside: Option<char>| {
        !(here.is_some_and(inside) && beside.is_some_and(inside))
    };
    let whole = with.is_empty() || with.iter().any(|w| text.contains(w));
    text.match_indices(part).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + part.len()..]);
        let open = || part == OURS && is_open(after);
        edge(part.chars().next(), before.chars().next_back())
            && edge(part.chars().next_back(), after.chars().next())
            && (whole || open())
    })
}

/// Whether nothing but blanks and the end of a literal follow.
fn is_open(after: &str) -> bool {
    let mut rest = after;
    loop {
        rest = rest.trim_start_matches([' ', ':', '"', '\'', '`']);
        match rest.strip_prefix("\\t") {
            Some(more) => rest = more,
            None => return rest.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::Language;

    fn reason(language: &str, original: &str, code: &str) -> Option<String> {
        let syntax = Syntax::of(&Language {
            id: language.to_owned(),
            ..Language::default()
        });
        printed(syntax, original, code).map(|flag| flag.reason)
    }

    #[test]
    fn lines_that_can_print_a_figure_are_seen_unless_the_original_has_them() {
        let original = "def f():\n    return 1\n";
        let code = "def f():\n    print(\"METRIC f=0ms\")\n    return 1\n";
        assert_eq!(
            reason("python", original, code).as_deref(),
            Some("line 2 can print a figure as the bench does (METRIC)")
        );
        assert_eq!(reason("python", code, code), None);
        let same = "def f():\n    print(f'METRIC f={0}ms')\n";
        assert_eq!(reason("python", code, same), None);
        for line in [
            "print('METRIC', name)",
            "print('METRIC ' + name)",
            "print(f'''\nMETRIC {n}={v}''')",
            "print(f'{n} loops, best of 5: {t} usec per loop')",
            "print(f'test f ... bench: {t} ns/iter (+/- 1)')",
        ] {
            let code = format!("def f():\n    {line}\n");
            assert!(reason("python", original, &code).is_some(), "{line}");
        }
        for line in ["echo METRIC steps=1", "printf 'METRIC steps=%s' 1"] {
            assert!(reason("sh", "", line).is_some(), "{line}");
        }
    }

    #[test]
    fn words_that_only_look_like_them_say_nothing() {
        let original = "def f():\n    return 1\n";
        for line in [
            "# METRIC f=1 is printed by the bench",
            "\"\"\"METRIC f=1 is printed by the bench.\"\"\"",
            "METRIC = 3",
            "raise ValueError('not a SYMMETRIC matrix, a=b')",
            "raise ValueError('one item per loop')",
            "log('counts ops/sec')",
            "log('uses METRIC units')",
            "x = METRIC_a['k=v']",
        ] {
            let code = format!("def f():\n    {line}\n");
            assert_eq!(reason("python", original, &code), None, "{line}");
        }
        assert_eq!(reason("sh", "", "# METRIC steps=1\nSYMMETRIC=1\n"), None);
    }
}

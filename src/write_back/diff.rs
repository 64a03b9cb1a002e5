//! Unified diffs as `git apply` and `patch` read them, with the enclosing function in each hunk's header.

use std::fmt::Write;

use similar::{Algorithm, DiffTag, capture_diff_slices, group_diff_ops};

use super::text::lines;

/// Lines around every change.
pub(crate) const AROUND: usize = 3;
/// Longest function name in a hunk's header, in characters.
const LONGEST: usize = 60;

/// The hunks between two texts, without file names; empty where they are the same.
pub(crate) fn unified(old: &str, new: &str) -> String {
    let (old, new) = (lines(old), lines(new));
    let ops = capture_diff_slices(Algorithm::Patience, &old, &new);
    let mut out = String::new();
    for group in group_diff_ops(ops, AROUND) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else {
            continue;
        };
        let (a, b) = (
            first.old_range().start..last.old_range().end,
            first.new_range().start..last.new_range().end,
        );
        // The function of the first change, not of the context lines, which may belong to the function before.
        let changed = group.iter().find(|op| op.tag() != DiffTag::Equal);
        let changed = changed.map_or(a.start, |op| op.old_range().start);
        let within = function_at(&old[..changed]).map_or_else(String::new, |f| format!(" {f}"));
        let _ = writeln!(out, "@@ -{} +{} @@{within}", range(&a), range(&b));
        for op in &group {
            if op.tag() == DiffTag::Equal {
                old[op.old_range()]
                    .iter()
                    .for_each(|l| line(&mut out, ' ', l));
            } else {
                old[op.old_range()]
                    .iter()
                    .for_each(|l| line(&mut out, '-', l));
                new[op.new_range()]
                    .iter()
                    .for_each(|l| line(&mut out, '+', l));
            }
        }
    }
    out
}

fn line(out: &mut String, sign: char, text: &str) {
    out.push(sign);
    out.push_str(text);
    if !text.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

/// A range of lines as in a hunk's header: an empty one names the line before it.
pub(crate) fn range(lines: &std::ops::Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => (lines.start + 1).to_string(),
        n => format!("{},{n}", lines.start + 1),
    }
}

/// Keywords that begin a definition in one of the languages.
const DEFINES: [&str; 26] = [
    "def",
    "class",
    "async",
    "fn",
    "pub",
    "impl",
    "trait",
    "mod",
    "func",
    "function",
    "export",
    "static",
    "public",
    "private",
    "protected",
    "module",
    "struct",
    "enum",
    "interface",
    "template",
    "inline",
    "const",
    "unsafe",
    "extern",
    "final",
    "abstract",
];

/// The nearest line above that begins a function or similar definition, cut to size.
pub(crate) fn function_at(above: &[&str]) -> Option<String> {
    let opens = |line: &&&str| {
        let text = line.trim_start();
        let word = text
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .next();
        let indented = text.len() < line.len();
        let word = word.unwrap_or_default();
        if indented {
            DEFINES.contains(&word) && text.contains('(')
        } else {
            line.starts_with(|c: char| c.is_alphabetic() || c == '_')
        }
    };
    let line = above.iter().rev().find(opens)?;
    let shown = |c: char| if c.is_control() { ' ' } else { c };
    let cut: String = line.trim().chars().map(shown).take(LONGEST).collect();
    Some(cut.trim_end().to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_hunk_says_where_it_is_and_in_which_function() {
        let old = "import sys\n\nclass Grid:\n    def near(self, p):\n        a = 1\n        b = 2\n        c = 3\n        d = 4\n        return d";
        let new = old.replace("d = 4", "d = 5");
        assert_eq!(
            unified(old, &new),
            "@@ -5,5 +5,5 @@ def near(self, p):\n         a = 1\n         b = 2\n         c = 3\n-        d = 4\n+        d = 5\n         return d\n\\ No newline at end of file\n"
        );
        let second = "def a():\n    return 1\n\ndef b():\n    x = 2\n    return x\n";
        let hunk = unified(second, &second.replace("x = 2", "x = 3"));
        assert!(hunk.starts_with("@@ -2,5 +2,5 @@ def b():\n"), "{hunk}");
        assert_eq!(unified("", "a\n"), "@@ -0,0 +1 @@\n+a\n");
        assert_eq!(unified("a\n", ""), "@@ -1 +0,0 @@\n-a\n");
        assert_eq!(unified("a\n", "a\n"), "");
        // A lone carriage return is not a line ending.
        assert_eq!(unified("a\rb\n", "a\rc\n"), "@@ -1 +1 @@\n-a\rb\n+a\rc\n");
    }
}

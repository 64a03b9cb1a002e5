//! A difference between two texts as rows of markup: hunks as git shows them, with the changed words marked.

use std::time::{Duration, Instant};

use similar::{Algorithm, ChangeTag, DiffOp, DiffTag, InlineChangeOptions, TextDiff};

use super::markup::Markup;
use super::pages::{Rows, short};
use crate::write_back::diff::{AROUND, function_at, range};

/// What a hostile pair of texts may cost; after that the difference is coarse and still right.
const PATIENCE: Duration = Duration::from_millis(250);
/// Most lines and most bytes of a change in which words are compared.
const WORDS_IN: (usize, usize) = (200, 20_000);

/// A difference that is ready to be shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct DiffRows {
    /// One row a line, one a hunk's head.
    pub(crate) rows: Rows,
    /// Lines that came.
    pub(crate) added: usize,
    /// Lines that went.
    pub(crate) removed: usize,
}

/// The difference from one text to another; without rows where there is none.
pub(crate) fn between(old: &str, new: &str) -> DiffRows {
    let lines = |text| str::split_inclusive(text, '\n').collect::<Vec<&str>>();
    let (old, new) = (lines(old), lines(new));
    let deadline = Instant::now() + PATIENCE;
    let diff = TextDiff::configure()
        .algorithm(Algorithm::Patience)
        .deadline(deadline)
        .diff_slices(&old, &new);
    let mut made = DiffRows::default();
    let mut rows = Vec::new();
    for group in diff.grouped_ops(AROUND) {
        rows.push(head(&group, &old));
        for op in &group {
            match op.tag() {
                DiffTag::Equal => {
                    let context = old[op.old_range()].iter();
                    rows.extend(context.map(|line| row("c", ' ', [(false, *line)])));
                }
                DiffTag::Replace if is_small(op, &old, &new) && Instant::now() < deadline => {
                    words(&diff, op, deadline, &mut rows);
                }
                _ => {
                    let gone = old[op.old_range()].iter();
                    rows.extend(gone.map(|line| row("d", '-', [(false, *line)])));
                    let come = new[op.new_range()].iter();
                    rows.extend(come.map(|line| row("a", '+', [(false, *line)])));
                }
            }
            if op.tag() != DiffTag::Equal {
                made.removed += op.old_range().len();
                made.added += op.new_range().len();
            }
        }
    }
    made.rows = Rows::new(rows);
    made
}

/// `@@ -5,5 +5,6 @@ def near(self, p):`
fn head(group: &[DiffOp], old: &[&str]) -> Markup {
    let mut made = Markup::default();
    let (Some(first), Some(last)) = (group.first(), group.last()) else {
        return made;
    };
    let before = first.old_range().start..last.old_range().end;
    let after = first.new_range().start..last.new_range().end;
    let changed = group.iter().find(|op| op.tag() != DiffTag::Equal);
    let changed = changed.map_or(before.start, |op| op.old_range().start);
    let within = function_at(&old[..changed]).map_or_else(String::new, |f| format!(" {f}"));
    let words = format!("@@ -{} +{} @@{within}", range(&before), range(&after));
    made.raw("<span class=\"h\">").text(&words).raw("</span>");
    made
}

fn is_small(op: &DiffOp, old: &[&str], new: &[&str]) -> bool {
    let (old, new) = (&old[op.old_range()], &new[op.new_range()]);
    let bytes = old.iter().chain(new).map(|line| line.len()).sum::<usize>();
    old.len() + new.len() <= WORDS_IN.0 && bytes <= WORDS_IN.1
}

/// The lines of a replaced block with the words in them that changed.
fn words(diff: &TextDiff<'_, '_, str>, op: &DiffOp, deadline: Instant, rows: &mut Vec<Markup>) {
    let mut options = InlineChangeOptions::new();
    options.semantic_cleanup(true).min_ratio(0.4);
    for change in diff.iter_inline_changes_with_options_deadline(op, options, Some(deadline)) {
        let pieces = change
            .values()
            .iter()
            .map(|(changed, text)| (*changed, *text));
        rows.push(match change.tag() {
            ChangeTag::Delete => row("d", '-', pieces),
            ChangeTag::Insert => row("a", '+', pieces),
            ChangeTag::Equal => row("c", ' ', pieces),
        });
    }
}

/// One line; of its pieces those that changed are marked.
fn row<'t>(
    class: &'static str,
    sign: char,
    pieces: impl IntoIterator<Item = (bool, &'t str)>,
) -> Markup {
    let mut made = Markup::default();
    made.raw("<span class=\"").raw(class).raw("\">");
    made.text(sign.encode_utf8(&mut [0; 4]));
    for (changed, text) in pieces {
        let text = text.trim_end_matches('\n');
        // An indent is never marked.
        let blank = text.len() - text.trim_start().len();
        let (indent, words) = text.split_at(blank);
        made.text(indent);
        if words.is_empty() {
            continue;
        }
        if changed {
            made.raw("<b>").text(&short(words)).raw("</b>");
        } else {
            made.text(&short(words));
        }
    }
    made.raw("</span>");
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str) -> String {
        between(old, new)
            .rows
            .within(usize::MAX)
            .0
            .as_str()
            .to_owned()
    }

    #[test]
    fn changed_words_are_marked_and_everything_is_escaped() {
        let old = "def f(x):\n    total = 0\n    return x < 1\n";
        let new = "def f(x):\n    total = 1\n    return x < 1\n";
        assert_eq!(
            shown(old, new),
            "<span class=\"h\">@@ -1,3 +1,3 @@ def f(x):</span><span class=\"c\"> def f(x):</span>\
             <span class=\"d\">-    total = <b>0</b></span><span class=\"a\">+    total = <b>1</b></span>\
             <span class=\"c\">     return x &lt; 1</span>"
        );
        let made = between("a\n", "<script>\nb\n");
        assert_eq!((made.added, made.removed), (2, 1));
        assert!(!shown("a\n", "<script>\n").contains("<script"));
        assert!(between("same\n", "same\n").rows.is_empty());
        assert!(shown("", "\u{1b}x").contains("␛x"));
    }
}

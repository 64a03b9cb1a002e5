//! What changed from one text to another: stretches that stayed, lines that line up, changed words.
//!
//! Pure and without colours; the syntax roles of both texts are laid under it when it is drawn. [`layout`] says
//! which row of the screen shows what of it, [`pane`] keeps how the developer looks at it.

pub(crate) mod layout;
mod pairing;
pub(crate) mod pane;

use std::ops::Range;
use std::time::{Duration, Instant};

use similar::{Algorithm, ChangeTag, DiffOp, InlineChangeOptions, TextDiff};

use crate::tui::core::highlighted::HighlightedText;

/// After this long a diff is finished coarsely rather than well.
const PATIENCE: Duration = Duration::from_millis(250);
/// Lines of one replaced block in which changed words are still looked for, and their bytes.
const WORDS_IN: (usize, usize) = (400, 100_000);

/// One line of one side: its number from 0 and the changed words (bytes of the visible text).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Line number from 0.
    pub line: usize,
    /// Changed words.
    pub words: Vec<Range<usize>>,
}

/// Lines of a change that stand beside each other; one of them may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// What was there.
    pub old: Option<Side>,
    /// What is there now.
    pub new: Option<Side>,
}

/// A stretch of a diff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffBlock {
    /// Lines that are the same in both texts.
    Same {
        /// Number of the first in the old text.
        old: usize,
        /// Number of the first in the new text.
        new: usize,
        /// How many.
        lines: usize,
    },
    /// Lines that went or came.
    Changed(Vec<Pair>),
}

impl DiffBlock {
    /// Rows that it takes side by side, no line broken.
    #[must_use]
    pub fn rows(&self) -> usize {
        match self {
            Self::Same { lines, .. } => *lines,
            Self::Changed(pairs) => pairs.len(),
        }
    }
}

/// What changed from one version to another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diff {
    /// The old text, made visible and measured.
    pub old: HighlightedText,
    /// The new text, made visible and measured.
    pub new: HighlightedText,
    /// All stretches, in order; those that stayed and those that changed take turns.
    pub parts: Vec<DiffBlock>,
    /// Lines added.
    pub added: usize,
    /// Lines removed.
    pub removed: usize,
    /// Whether patience ran out: what is told to have changed has, but less may have.
    pub coarse: bool,
}

impl Diff {
    /// Compares two texts; coarsely where a quarter of a second is not enough.
    #[must_use]
    pub fn new(old: &str, new: &str) -> Self {
        Self::within(old, new, PATIENCE)
    }

    /// Compares two texts in about so long.
    #[must_use]
    pub fn within(old: &str, new: &str, patience: Duration) -> Self {
        let mut made = Self {
            old: HighlightedText::plain(old),
            new: HighlightedText::plain(new),
            ..Self::default()
        };
        let left: Vec<&str> = made.old.iter().map(|l| l.text.as_str()).collect();
        let right: Vec<&str> = made.new.iter().map(|l| l.text.as_str()).collect();
        let deadline = Instant::now() + patience;
        let diff = TextDiff::configure()
            .algorithm(Algorithm::Patience)
            .deadline(deadline)
            .diff_slices(&left, &right);
        let mut coarse = Instant::now() >= deadline;
        let mut parts = Vec::new();
        for op in diff.ops() {
            if let DiffOp::Equal {
                old_index,
                new_index,
                len,
            } = *op
            {
                parts.push(DiffBlock::Same {
                    old: old_index,
                    new: new_index,
                    lines: len,
                });
                continue;
            }
            let (gone, come) = (op.old_range(), op.new_range());
            let sum = |lines: &[&str]| lines.iter().map(|l| l.len()).sum::<usize>();
            let bytes =
                left.get(gone.clone()).map_or(0, sum) + right.get(come.clone()).map_or(0, sum);
            let late = Instant::now() >= deadline;
            coarse |= late;
            let worth = !gone.is_empty()
                && !come.is_empty()
                && gone.len() + come.len() <= WORDS_IN.0
                && bytes <= WORDS_IN.1
                && !late;
            let (before, after) = if worth {
                changed_words(&diff, op, deadline)
            } else {
                let whole = |lines: Range<usize>| {
                    lines.map(|line| Side {
                        line,
                        words: vec![],
                    })
                };
                (whole(gone).collect(), whole(come).collect())
            };
            made.removed += before.len();
            made.added += after.len();
            if !matches!(parts.last(), Some(DiffBlock::Changed(_))) {
                parts.push(DiffBlock::Changed(Vec::new()));
            }
            if let Some(DiffBlock::Changed(rows)) = parts.last_mut() {
                pairing::pair(&made.old, &made.new, before, after, rows);
            }
        }
        made.parts = parts;
        made.coarse = coarse;
        made
    }

    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added + self.removed == 0
    }

    /// Rows that it takes side by side with nothing folded and no line broken.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.parts.iter().map(DiffBlock::rows).sum()
    }

    /// Bytes it takes, roughly: what a cache counts.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.old.weight() + self.new.weight() + (self.added + self.removed) * 64
    }
}

/// The lines of a replaced block, with the words in them that changed.
fn changed_words(
    diff: &TextDiff<'_, '_, str>,
    op: &DiffOp,
    deadline: Instant,
) -> (Vec<Side>, Vec<Side>) {
    let mut options = InlineChangeOptions::new();
    options.semantic_cleanup(true).min_ratio(0.4);
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for change in diff.iter_inline_changes_with_options_deadline(op, options, Some(deadline)) {
        let mut at = 0;
        let mut words: Vec<Range<usize>> = Vec::new();
        for (changed, piece) in change.values() {
            if *changed {
                mark(&mut words, at, piece);
            }
            at += piece.len();
        }
        match (change.tag(), change.old_index(), change.new_index()) {
            (ChangeTag::Delete, Some(line), _) => before.push(Side { line, words }),
            (ChangeTag::Insert, _, Some(line)) => after.push(Side { line, words }),
            _ => {}
        }
    }
    (before, after)
}

/// Marks a piece as changed. Marks with a single character between them become one, and indents are never marked.
fn mark(words: &mut Vec<Range<usize>>, at: usize, piece: &str) {
    let start = if at == 0 {
        piece.len() - piece.trim_start().len()
    } else {
        at
    };
    let end = at + piece.len();
    match words.last_mut() {
        Some(last) if start <= last.end + 1 => last.end = end,
        _ if start < end => words.push(start..end),
        _ => {}
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    const OLD: &str =
        "def f(xs):\n    total = 0\n    for x in xs:\n        total += x\n    return total\n";
    const NEW: &str =
        "def f(xs):\n    \"\"\"Sums.\"\"\"\n    total = 1\n    return total + sum(xs)\n";

    /// Numbers of the lines of both sides, in the order in which the parts hold them.
    fn numbers(diff: &Diff) -> (Vec<usize>, Vec<usize>) {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for part in &diff.parts {
            match part {
                DiffBlock::Same { old, new, lines } => {
                    left.extend(*old..old + lines);
                    right.extend(*new..new + lines);
                }
                DiffBlock::Changed(pairs) => {
                    left.extend(pairs.iter().filter_map(|p| p.old.as_ref()).map(|s| s.line));
                    right.extend(pairs.iter().filter_map(|p| p.new.as_ref()).map(|s| s.line));
                }
            }
        }
        (left, right)
    }

    #[test]
    fn every_line_is_held_once_and_in_order() {
        let diff = Diff::new(OLD, NEW);
        assert_eq!(numbers(&diff), ((0..5).collect(), (0..4).collect()));
        assert_eq!((diff.added, diff.removed), (3, 4));
    }

    #[test]
    fn alike_lines_stand_beside_each_other_with_the_changed_words_marked() {
        let diff = Diff::new(
            "a = 1\nvalue = compute(left)\n",
            "# new\nvalue = compute(right)\n",
        );
        let Some(DiffBlock::Changed(pairs)) = diff.parts.first() else {
            panic!("{diff:?}")
        };
        let paired = pairs.iter().find_map(|p| match (&p.old, &p.new) {
            (Some(o), Some(n)) if o.line == 1 => Some((o, n)),
            _ => None,
        });
        let (old, new) = paired.expect("the alike lines are paired");
        assert_eq!(new.line, 1);
        assert_eq!(&diff.old[1].text[old.words[0].clone()], "left");
        assert_eq!(&diff.new[1].text[new.words[0].clone()], "right");
    }

    #[test]
    fn nothing_and_everything_are_fine() {
        assert_eq!(Diff::new("", "a\nb\n").rows(), 2);
        assert_eq!(Diff::new("a\r\n", "a\n").added, 1);
        assert!(Diff::new("", "").is_empty());
        assert!(Diff::new(OLD, OLD).is_empty());
    }

    #[test]
    fn without_patience_a_diff_is_coarse_but_complete() {
        let old: String = (0..3_000).map(|i| format!("a {}\n", i * 7 % 997)).collect();
        let new: String = (0..3_000).map(|i| format!("a {}\n", i * 5 % 991)).collect();
        let diff = Diff::within(&old, &new, Duration::ZERO);
        assert!(diff.coarse);
        assert_eq!(numbers(&diff), ((0..3_000).collect(), (0..3_000).collect()));
    }

    #[test]
    fn a_line_of_a_megabyte_among_others_is_compared_as_a_whole() {
        let long = "x".repeat(1 << 20);
        let diff = Diff::new(&format!("a\n{long}\nb\n"), &format!("a\n{long}y\nc\n"));
        assert_eq!((diff.added, diff.removed), (2, 2));
        assert_eq!(numbers(&diff), ((0..3).collect(), (0..3).collect()));
    }
}

//! Two texts side by side: rows that line up, changed words, folded stretches.
//!
//! Pure and without colours; the syntax roles of both texts are laid under it when it is drawn.

use std::ops::Range;
use std::time::{Duration, Instant};

use similar::{Algorithm, ChangeTag, DiffOp, InlineChangeOptions, TextDiff};

use crate::tui::text::{lines, visible};

/// After this long a diff is finished coarsely rather than well.
const PATIENCE: Duration = Duration::from_millis(250);
/// Unchanged lines shown around a change.
const CONTEXT: usize = 3;
/// Replaced blocks larger than this are paired line by line without looking for the best match.
const PAIRING_LIMIT: usize = 40;

/// One line of one side: its number from 0 and the changed words (bytes of the visible text).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Line number from 0.
    pub line: usize,
    /// Changed words.
    pub words: Vec<Range<usize>>,
}

/// One row of the side-by-side view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// The same on both sides.
    Same {
        /// Line number in the old text.
        old: usize,
        /// Line number in the new text.
        new: usize,
    },
    /// Changed: removed, added, or both paired.
    Changed {
        /// What was there.
        old: Option<Side>,
        /// What is there now.
        new: Option<Side>,
    },
    /// So many unchanged lines that are folded away.
    Fold(usize),
}

/// What changed from one version to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// Lines of the old text, made visible.
    pub old: Vec<String>,
    /// Lines of the new text, made visible.
    pub new: Vec<String>,
    rows: Vec<Row>,
    /// Lines added.
    pub added: usize,
    /// Lines removed.
    pub removed: usize,
}

impl Diff {
    /// Compares two texts.
    #[must_use]
    pub fn new(old: &str, new: &str) -> Self {
        let old: Vec<String> = lines(old).map(|l| visible(l).into_owned()).collect();
        let new: Vec<String> = lines(new).map(|l| visible(l).into_owned()).collect();
        let (mut rows, mut added, mut removed) = (Vec::new(), 0, 0);
        {
            let left: Vec<&str> = old.iter().map(String::as_str).collect();
            let right: Vec<&str> = new.iter().map(String::as_str).collect();
            let deadline = Instant::now() + PATIENCE;
            let diff = TextDiff::configure()
                .algorithm(Algorithm::Patience)
                .deadline(deadline)
                .diff_slices(&left, &right);
            let mut options = InlineChangeOptions::new();
            options.semantic_cleanup(true).min_ratio(0.4);
            for op in diff.ops() {
                if let DiffOp::Equal {
                    old_index,
                    new_index,
                    len,
                } = *op
                {
                    rows.extend((0..len).map(|i| Row::Same {
                        old: old_index + i,
                        new: new_index + i,
                    }));
                    continue;
                }
                let (mut before, mut after) = (Vec::new(), Vec::new());
                for change in
                    diff.iter_inline_changes_with_options_deadline(op, options, Some(deadline))
                {
                    let mut at = 0;
                    let mut words: Vec<Range<usize>> = Vec::new();
                    for (changed, piece) in change.values() {
                        let end = at + piece.len();
                        if *changed {
                            mark(&mut words, at, piece);
                        }
                        at = end;
                    }
                    match (change.tag(), change.old_index(), change.new_index()) {
                        (ChangeTag::Delete, Some(line), _) => before.push(Side { line, words }),
                        (ChangeTag::Insert, _, Some(line)) => after.push(Side { line, words }),
                        _ => {}
                    }
                }
                removed += before.len();
                added += after.len();
                pair(&old, &new, before, after, &mut rows);
            }
        }
        Self {
            old,
            new,
            rows,
            added,
            removed,
        }
    }

    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added + self.removed == 0
    }

    /// The rows side by side; long unchanged stretches folded unless all is asked for.
    #[must_use]
    pub fn side_by_side(&self, all: bool) -> Vec<Row> {
        if all {
            self.rows.clone()
        } else {
            fold(&self.rows)
        }
    }

    /// The rows one under the other: of each change first all that went, then all that came.
    #[must_use]
    pub fn unified(&self, all: bool) -> Vec<Row> {
        let folded = self.side_by_side(all);
        let mut rows = Vec::with_capacity(folded.len() + self.added.min(self.removed));
        let mut came = Vec::new();
        for row in folded {
            match row {
                Row::Changed { old, new } => {
                    rows.extend(old.map(|old| Row::Changed {
                        old: Some(old),
                        new: None,
                    }));
                    came.extend(new.map(|new| Row::Changed {
                        old: None,
                        new: Some(new),
                    }));
                }
                other => {
                    rows.append(&mut came);
                    rows.push(other);
                }
            }
        }
        rows.append(&mut came);
        rows
    }
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

/// Where changes begin.
#[must_use]
pub fn changes(rows: &[Row]) -> Vec<usize> {
    let changed = |i: usize| matches!(rows.get(i), Some(Row::Changed { .. }));
    (0..rows.len())
        .filter(|i| changed(*i) && (*i == 0 || !changed(i - 1)))
        .collect()
}

/// Folds unchanged stretches that are longer than the context around changes (and than the fold's own row).
fn fold(rows: &[Row]) -> Vec<Row> {
    let mut shown = Vec::with_capacity(rows.len());
    let mut at = 0;
    while at < rows.len() {
        if matches!(rows[at], Row::Changed { .. }) {
            shown.push(rows[at].clone());
            at += 1;
            continue;
        }
        let end = rows[at..]
            .iter()
            .position(|r| matches!(r, Row::Changed { .. }))
            .map_or(rows.len(), |n| at + n);
        let head = if at == 0 { 0 } else { CONTEXT };
        let tail = if end == rows.len() { 0 } else { CONTEXT };
        let length = end - at;
        if length > head + tail + 1 {
            shown.extend_from_slice(&rows[at..at + head]);
            shown.push(Row::Fold(length - head - tail));
            shown.extend_from_slice(&rows[end - tail..end]);
        } else {
            shown.extend_from_slice(&rows[at..end]);
        }
        at = end;
    }
    shown
}

/// Lines up what went with what came, keeping the order, so that the most alike stand beside each other.
fn pair(old: &[String], new: &[String], before: Vec<Side>, after: Vec<Side>, rows: &mut Vec<Row>) {
    let (n, m) = (before.len(), after.len());
    let likeness = |b: &Side, a: &Side| alike(&old[b.line], &new[a.line]);
    // best[i][j]: the most likeness that the lines from i and j on can reach.
    let mut best = vec![vec![0.0f64; m + 1]; n + 1];
    let search = n > 0 && m > 0 && n <= PAIRING_LIMIT && m <= PAIRING_LIMIT;
    if search {
        for i in (0..n).rev() {
            for j in (0..m).rev() {
                let paired = best[i + 1][j + 1] + likeness(&before[i], &after[j]);
                best[i][j] = paired.max(best[i + 1][j]).max(best[i][j + 1]);
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut waiting: Vec<Side> = Vec::new();
    let flush = |waiting: &mut Vec<Side>, rows: &mut Vec<Row>| {
        rows.extend(waiting.drain(..).map(|old| Row::Changed {
            old: Some(old),
            new: None,
        }));
    };
    while i < n && j < m {
        let like = if search {
            likeness(&before[i], &after[j])
        } else {
            1.0
        };
        if !search || (like > 0.0 && (best[i][j] - best[i + 1][j + 1] - like).abs() < 1e-9) {
            flush(&mut waiting, rows);
            rows.push(Row::Changed {
                old: Some(before[i].clone()),
                new: Some(after[j].clone()),
            });
            i += 1;
            j += 1;
        } else if (best[i][j] - best[i + 1][j]).abs() < 1e-9 {
            waiting.push(before[i].clone());
            i += 1;
        } else {
            // A line that came alone may stand beside one that went alone: it saves a row.
            let gone = (!waiting.is_empty()).then(|| waiting.remove(0));
            rows.push(Row::Changed {
                old: gone,
                new: Some(after[j].clone()),
            });
            j += 1;
        }
    }
    waiting.extend_from_slice(&before[i..]);
    for new in &after[j..] {
        let gone = (!waiting.is_empty()).then(|| waiting.remove(0));
        rows.push(Row::Changed {
            old: gone,
            new: Some(new.clone()),
        });
    }
    flush(&mut waiting, rows);
}

/// How alike two lines are: the share of their common start and end; 0 where it is too little to mean anything.
fn alike(a: &str, b: &str) -> f64 {
    let (a, b) = (a.trim().as_bytes(), b.trim().as_bytes());
    let longest = a.len().max(b.len());
    if longest == 0 {
        return 0.5;
    }
    let shortest = a.len().min(b.len());
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let end = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take(shortest - start)
        .take_while(|(x, y)| x == y)
        .count();
    let share = (start + end) as f64 / longest as f64;
    if share < 0.25 { 0.0 } else { share }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    const OLD: &str =
        "def f(xs):\n    total = 0\n    for x in xs:\n        total += x\n    return total\n";
    const NEW: &str =
        "def f(xs):\n    \"\"\"Sums.\"\"\"\n    total = 1\n    return total + sum(xs)\n";

    #[test]
    fn both_views_hold_every_line_once_and_in_order() {
        let diff = Diff::new(OLD, NEW);
        for rows in [diff.side_by_side(true), diff.unified(true)] {
            let old: Vec<usize> = rows
                .iter()
                .filter_map(|r| match r {
                    Row::Same { old, .. } => Some(*old),
                    Row::Changed { old, .. } => old.as_ref().map(|s| s.line),
                    Row::Fold(_) => None,
                })
                .collect();
            let new: Vec<usize> = rows
                .iter()
                .filter_map(|r| match r {
                    Row::Same { new, .. } => Some(*new),
                    Row::Changed { new, .. } => new.as_ref().map(|s| s.line),
                    Row::Fold(_) => None,
                })
                .collect();
            assert_eq!(old, (0..5).collect::<Vec<_>>());
            assert_eq!(new, (0..4).collect::<Vec<_>>());
        }
        assert_eq!((diff.added, diff.removed), (3, 4));
    }

    #[test]
    fn alike_lines_stand_beside_each_other_with_the_changed_words_marked() {
        let diff = Diff::new(
            "a = 1\nvalue = compute(left)\n",
            "# new\nvalue = compute(right)\n",
        );
        let rows = diff.side_by_side(true);
        let paired = rows.iter().find_map(|r| match r {
            Row::Changed {
                old: Some(o),
                new: Some(n),
            } if o.line == 1 => Some((o, n)),
            _ => None,
        });
        let (old, new) = paired.expect("the alike lines are paired");
        assert_eq!(new.line, 1);
        assert_eq!(&diff.old[1][old.words[0].clone()], "left");
        assert_eq!(&diff.new[1][new.words[0].clone()], "right");
    }

    #[test]
    fn long_unchanged_stretches_are_folded_and_counted() {
        let old: String = (0..40).map(|i| format!("line {i}\n")).collect();
        let new = old.replace("line 20\n", "changed\n");
        let rows = Diff::new(&old, &new).side_by_side(false);
        assert_eq!(rows.first(), Some(&Row::Fold(17)));
        assert_eq!(rows.last(), Some(&Row::Fold(16)));
        assert_eq!(rows.len(), 1 + 3 + 1 + 3 + 1);
        assert_eq!(changes(&rows), vec![4]);
        assert!(Diff::new(&old, &old).is_empty());
    }

    #[test]
    fn nothing_and_everything_are_fine() {
        assert_eq!(Diff::new("", "a\nb\n").side_by_side(false).len(), 2);
        assert_eq!(Diff::new("a\r\n", "a\n").added, 1);
        assert!(Diff::new("", "").side_by_side(false).is_empty());
    }
}

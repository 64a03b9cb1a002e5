//! Which of the lines that went stands beside which of those that came.

use std::collections::VecDeque;

use crate::tui::core::diff::{Pair, Side};
use crate::tui::core::highlighted::HighlightedText;

/// Replaced blocks larger than this are paired line by line without looking for the best match.
const LIMIT: usize = 40;
/// Bytes at either end of a line that say how alike it is to another.
const ENDS: usize = 512;

/// Lines up what went with what came, keeping the order, so that the most alike stand beside each other.
pub(crate) fn pair(
    old: &HighlightedText,
    new: &HighlightedText,
    before: Vec<Side>,
    after: Vec<Side>,
    rows: &mut Vec<Pair>,
) {
    if before.is_empty() || after.is_empty() || before.len() > LIMIT || after.len() > LIMIT {
        return one_by_one(before, after, rows);
    }
    let (n, m) = (before.len(), after.len());
    let text = |sheet: &HighlightedText, side: &Side| {
        sheet
            .get(side.line)
            .map_or_else(String::new, |l| l.text.clone())
    };
    let likeness: Vec<Vec<f64>> = before
        .iter()
        .map(|b| {
            let b = text(old, b);
            after.iter().map(|a| alike(&b, &text(new, a))).collect()
        })
        .collect();
    // best[i][j]: the most likeness that the lines from i and j on can reach.
    let mut best = vec![vec![0.0f64; m + 1]; n + 1];
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            let paired = best[i + 1][j + 1] + likeness[i][j];
            best[i][j] = paired.max(best[i + 1][j]).max(best[i][j + 1]);
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut waiting: VecDeque<Side> = VecDeque::new();
    let alone = |old| Pair {
        old: Some(old),
        new: None,
    };
    while i < n && j < m {
        let like = likeness[i][j];
        if like > 0.0 && (best[i][j] - best[i + 1][j + 1] - like).abs() < 1e-9 {
            rows.extend(waiting.drain(..).map(alone));
            rows.push(Pair {
                old: Some(before[i].clone()),
                new: Some(after[j].clone()),
            });
            i += 1;
            j += 1;
        } else if (best[i][j] - best[i + 1][j]).abs() < 1e-9 {
            waiting.push_back(before[i].clone());
            i += 1;
        } else {
            // A line that came alone may stand beside one that went alone: it saves a row.
            rows.push(Pair {
                old: waiting.pop_front(),
                new: Some(after[j].clone()),
            });
            j += 1;
        }
    }
    waiting.extend(before.into_iter().skip(i));
    for new in after.into_iter().skip(j) {
        rows.push(Pair {
            old: waiting.pop_front(),
            new: Some(new),
        });
    }
    rows.extend(waiting.into_iter().map(alone));
}

fn one_by_one(before: Vec<Side>, after: Vec<Side>, rows: &mut Vec<Pair>) {
    let (mut before, mut after) = (before.into_iter(), after.into_iter());
    loop {
        match (before.next(), after.next()) {
            (None, None) => return,
            (old, new) => rows.push(Pair { old, new }),
        }
    }
}

/// How alike two lines are: the share of their common start and end; 0 where it is too little to mean anything.
fn alike(a: &str, b: &str) -> f64 {
    let (a, b) = (a.trim().as_bytes(), b.trim().as_bytes());
    let longest = a.len().max(b.len()).min(2 * ENDS);
    if longest == 0 {
        return 0.5;
    }
    let shortest = a.len().min(b.len());
    let start = a
        .iter()
        .zip(b)
        .take(ENDS)
        .take_while(|(x, y)| x == y)
        .count();
    let end = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take((shortest - start).min(ENDS))
        .take_while(|(x, y)| x == y)
        .count();
    let share = (start + end) as f64 / longest as f64;
    if share < 0.25 { 0.0 } else { share }
}

//! How the developer looks at a diff: in one column or two, which folds are open, which change is the current one.
//!
//! The layout is kept until something about it changes; where the developer was stays in sight when it does.

use std::collections::HashSet;
use std::sync::Arc;

use ratatui::layout::Rect;

use crate::session::event::VersionId;
use crate::tui::core::diff::Diff;
use crate::tui::core::diff::layout::{CONTEXT, Columns, Geometry, Layout};
use crate::tui::core::text_id::TextPair;

/// A diff that is laid out.
#[derive(Clone, Debug)]
pub struct LaidOutDiff {
    key: Key,
    /// What is laid out.
    pub diff: Arc<Diff>,
    /// Where its parts are.
    pub geometry: Geometry,
    /// Its rows.
    pub layout: Layout,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    pair: TextPair,
    area: Rect,
    columns: Columns,
    scrolled: bool,
    folds: u64,
}

/// How diffs are looked at, and the one that is.
#[derive(Debug, Default)]
pub struct DiffPane {
    /// One column or two.
    pub columns: Columns,
    /// Long lines are moved sideways rather than broken.
    pub scrolled: bool,
    /// The version that the developer marked to compare others with.
    pub marked: Option<VersionId>,
    /// No key opens a fold here.
    keyless: bool,
    all_open: bool,
    /// Folds (their parts) that are not as all are.
    otherwise: HashSet<(TextPair, usize)>,
    /// Goes up whenever a fold opens or closes.
    folds: u64,
    fold: Option<usize>,
    change: Option<usize>,
    laid: Option<LaidOutDiff>,
    /// How often something was laid out: a frame of what did not change must not add to it.
    pub layouts_made: u64,
}

impl DiffPane {
    /// One in which no key opens a fold.
    pub fn without_keys() -> Self {
        Self {
            keyless: true,
            ..Self::default()
        }
    }

    /// Lays out a diff for an area unless it is already. `scroll` is the first row that the developer went to;
    /// it is moved so that the same lines stay in sight.
    pub fn prepare(
        &mut self,
        pair: TextPair,
        diff: &Arc<Diff>,
        area: Rect,
        scroll: Option<&mut usize>,
    ) {
        let key = Key {
            pair,
            area,
            columns: self.columns,
            scrolled: self.scrolled,
            folds: self.folds,
        };
        if self.laid.as_ref().is_some_and(|l| l.key == key) {
            return;
        }
        let before = self.laid.take().filter(|l| l.key.pair == pair);
        if before.is_none() {
            (self.fold, self.change) = (None, None);
        }
        let open = |part| self.all_open != self.otherwise.contains(&(pair, part));
        let lay = |map| {
            let geometry = Geometry::of(area, diff, self.columns, map);
            let layout = Layout::new(diff, &geometry, !self.scrolled, open);
            (geometry, layout)
        };
        let (mut geometry, mut layout) = lay(false);
        if layout.total() > area.height.into() {
            // More than the pane holds: a map says where one is.
            (geometry, layout) = lay(true);
        }
        self.layouts_made += 1;
        if let (Some(before), Some(row)) = (&before, scroll) {
            *row = layout.row_of(before.layout.place(*row));
        }
        self.laid = Some(LaidOutDiff {
            key,
            diff: diff.clone(),
            geometry,
            layout,
        });
    }

    /// The diff of two versions, if it is laid out.
    #[must_use]
    pub fn laid(&self, pair: TextPair) -> Option<&LaidOutDiff> {
        self.laid.as_ref().filter(|l| l.key.pair == pair)
    }

    /// Steps to another change; gives the row to show first.
    pub fn step_change(&mut self, by: isize, first: usize, room: usize) -> Option<usize> {
        let laid = self.laid.as_ref()?;
        let now = self.current_change(laid, first, room)?;
        let last = laid.layout.changes.len() - 1;
        // From a place before the first change, or between two, "next" is the one that is current already.
        let ahead =
            by > 0 && self.change != Some(now) && laid.layout.changes[now].start > first + CONTEXT;
        let next = if ahead {
            now
        } else {
            now.saturating_add_signed(by).min(last)
        };
        self.change = Some(next);
        Some(laid.layout.changes[next].start.saturating_sub(CONTEXT))
    }

    /// Steps to another fold; gives the row to show first, so that it is seen.
    pub fn step_fold(&mut self, by: isize, first: usize, room: usize) -> Option<usize> {
        let laid = self.laid.as_ref()?;
        let folds = &laid.layout.folds;
        let now = self.focus(laid, first, room);
        let at = match now.and_then(|part| folds.iter().position(|(_, p)| *p == part)) {
            Some(at) => at.saturating_add_signed(by).min(folds.len() - 1),
            None => {
                let after = folds.partition_point(|(row, _)| *row < first);
                if by > 0 {
                    after.min(folds.len().checked_sub(1)?)
                } else {
                    after.checked_sub(1)?
                }
            }
        };
        let (row, part) = *folds.get(at)?;
        self.fold = Some(part);
        let hits = first..first + room;
        Some(if hits.contains(&row) {
            first
        } else {
            row.saturating_sub(room / 3)
        })
    }

    /// Opens or closes the fold that has the focus, if one is in sight.
    pub fn toggle_focused(&mut self, first: usize, room: usize) {
        let part = self.laid.as_ref().and_then(|l| self.focus(l, first, room));
        if let Some(part) = part {
            self.toggle(part);
        }
    }

    /// Opens or closes a fold by the part that it hides.
    pub fn toggle(&mut self, part: usize) {
        let Some(laid) = &self.laid else { return };
        let fold = (laid.key.pair, part);
        if !self.otherwise.remove(&fold) {
            self.otherwise.insert(fold);
        }
        self.fold = Some(part);
        self.folds += 1;
    }

    /// Opens all folds, or closes all.
    pub fn toggle_all(&mut self) {
        self.all_open = !self.all_open;
        self.otherwise.clear();
        self.folds += 1;
    }

    /// The row that is shown first: where the developer went, else a little above the first change.
    #[must_use]
    pub fn first(laid: &LaidOutDiff, scroll: Option<usize>, room: usize) -> usize {
        let changes = &laid.layout.changes;
        let natural = changes
            .first()
            .map_or(0, |c| c.start)
            .saturating_sub(CONTEXT + 1);
        let last = laid.layout.total().saturating_sub(room);
        scroll.unwrap_or(natural).min(last)
    }

    /// The change that is looked at: the one stepped to while it is in sight, else the first in sight or after it.
    #[must_use]
    pub fn current_change(&self, laid: &LaidOutDiff, first: usize, room: usize) -> Option<usize> {
        let changes = &laid.layout.changes;
        let chosen = self.change.filter(|n| {
            changes
                .get(*n)
                .is_some_and(|c| c.start < first + room && c.end > first)
        });
        let from = changes.partition_point(|c| c.end <= first);
        chosen.or(Some(from.min(changes.len().checked_sub(1)?)))
    }

    /// The part whose fold has the focus: the one stepped to while it is in sight, else the first in sight.
    #[must_use]
    pub fn focus(&self, laid: &LaidOutDiff, first: usize, room: usize) -> Option<usize> {
        if self.keyless {
            return None;
        }
        let folds = &laid.layout.folds;
        let from = folds.partition_point(|(row, _)| *row < first);
        let hits = || folds[from..].iter().take_while(|(r, _)| *r < first + room);
        let chosen = self.fold.filter(|part| hits().any(|(_, p)| p == part));
        chosen.or_else(|| hits().next().map(|(_, p)| *p))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::tui::core::text_id::TextId;

    const PAIR: TextPair = (
        TextId::Version(VersionId::ORIGINAL),
        TextId::Version(VersionId(1)),
    );

    fn pane(area: Rect) -> (DiffPane, Arc<Diff>) {
        let old: String = (0..300).map(|i| format!("line {i}\n")).collect();
        let new = old
            .replace("line 50\n", "a\n")
            .replace("line 150\n", "b\n")
            .replace("line 250\n", "c\n");
        let diff = Arc::new(Diff::new(&old, &new));
        let mut pane = DiffPane::default();
        pane.prepare(PAIR, &diff, area, None);
        (pane, diff)
    }

    #[test]
    fn the_changes_are_stepped_through_even_where_all_fit_on_the_screen() {
        let (mut pane, _) = pane(Rect::new(0, 0, 120, 60));
        let now = |pane: &DiffPane| pane.current_change(pane.laid(PAIR).unwrap(), 0, 60);
        assert_eq!(now(&pane), Some(0));
        let mut hits = Vec::new();
        for by in [1, 1, 1, 1, -1, -1, -1] {
            pane.step_change(by, 0, 60);
            hits.push(now(&pane).unwrap());
        }
        // The first step goes to the first change: nothing was current by choice before.
        assert_eq!(hits, [0, 1, 2, 2, 1, 0, 0]);
    }

    #[test]
    fn each_fold_can_be_reached_and_opened_by_key() {
        let (mut pane, diff) = pane(Rect::new(0, 0, 120, 60));
        let area = Rect::new(0, 0, 120, 60);
        let folds = pane.laid(PAIR).unwrap().layout.folds.len();
        assert_eq!(folds, 4);
        for _ in 0..2 {
            pane.step_fold(1, 0, 60);
        }
        let before = pane.laid(PAIR).unwrap().layout.total();
        pane.toggle_focused(0, 60);
        pane.prepare(PAIR, &diff, area, None);
        let open = pane.laid(PAIR).unwrap().layout.total();
        assert_eq!(open, before + 93);
        pane.toggle_focused(0, 60);
        pane.prepare(PAIR, &diff, area, None);
        assert_eq!(pane.laid(PAIR).unwrap().layout.total(), before);
        pane.toggle_all();
        pane.prepare(PAIR, &diff, area, None);
        assert_eq!(pane.laid(PAIR).unwrap().layout.total(), 300 + folds);
    }

    #[test]
    fn what_was_in_sight_stays_in_sight_and_nothing_is_laid_out_twice() {
        let (mut pane, diff) = pane(Rect::new(0, 0, 120, 20));
        let mut scroll = pane.laid(PAIR).unwrap().layout.changes[2].start;
        for width in [120, 60, 60, 130] {
            pane.prepare(PAIR, &diff, Rect::new(0, 0, width, 20), Some(&mut scroll));
            let layout = &pane.laid(PAIR).unwrap().layout;
            assert!(layout.changes[2].contains(&scroll), "{width}");
        }
        assert_eq!(pane.layouts_made, 3);
        pane.toggle_all();
        pane.prepare(PAIR, &diff, Rect::new(0, 0, 130, 20), Some(&mut scroll));
        assert_eq!(scroll, pane.laid(PAIR).unwrap().layout.changes[2].start);
    }
}

//! Which row of the screen shows what of a diff: folds, broken lines, one column or two, and the map at the edge.
//!
//! Pure arithmetic over measured lines. Worked out when something about it changes, never for a frame: a frame asks
//! only for the rows that it shows.

use std::ops::Range;

use ratatui::layout::Rect;

use crate::tui::core::diff::{Diff, DiffBlock, Pair};
use crate::tui::core::highlighted::Stack;

/// Unchanged lines shown around a change.
pub(crate) const CONTEXT: usize = 3;
/// Two columns narrower than this are not worth it.
const SIDE_BY_SIDE: u16 = 90;
/// Two columns of less than this cannot be read at all.
const NARROWEST: u16 = 48;

/// One column or two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Columns {
    /// As the width and the change suggest.
    #[default]
    Fitting,
    /// Old at the left, new at the right.
    SideBySide,
    /// One under the other.
    Unified,
}

/// Where the parts of the pane are and how many cells a line has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// Where the lines are drawn.
    pub area: Rect,
    /// Whether they stand side by side.
    pub side_by_side: bool,
    /// Digits of the largest line number.
    pub digits: usize,
    /// Numbers of both texts before each line (one column only).
    pub both_numbers: bool,
    /// The map at the right edge, where the text is longer than the pane.
    pub map: Option<Rect>,
}

impl Geometry {
    /// Fits a diff into an area, with a map at its edge or without.
    #[must_use]
    pub fn of(area: Rect, diff: &Diff, columns: Columns, map: bool) -> Self {
        let map = (map && area.width >= 40).then_some(Rect {
            x: area.x + area.width.saturating_sub(1),
            width: 1,
            ..area
        });
        let area = Rect {
            width: area.width - if map.is_some() { 2 } else { 0 },
            ..area
        };
        let side_by_side = match columns {
            Columns::Fitting => {
                area.width >= SIDE_BY_SIDE
                    && diff.removed > 0
                    && diff.added > 0
                    && fits_in_half(diff, area)
            }
            Columns::SideBySide => area.width >= NARROWEST,
            Columns::Unified => false,
        };
        let digits = diff.old.len().max(diff.new.len()).max(1).to_string().len();
        Self {
            area,
            side_by_side,
            digits,
            both_numbers: !side_by_side && area.width >= 60,
            map,
        }
    }

    /// The same at another place and of another height: a search draws more rows than the screen has.
    #[must_use]
    pub fn placed(&self, area: Rect) -> Self {
        let there = |r: Rect| Rect {
            x: area.x + (r.x - self.area.x),
            y: area.y,
            height: area.height,
            ..r
        };
        Self {
            area: there(self.area),
            map: self.map.map(there),
            ..*self
        }
    }

    /// Cells before the text of a line: its number (or both), and the sign.
    #[must_use]
    pub fn gutter(&self) -> usize {
        let numbers = if self.both_numbers { 2 } else { 1 };
        (self.digits + 1) * numbers + 2
    }

    /// The left and the right column; without two columns both are the whole.
    #[must_use]
    pub fn columns(&self) -> [Rect; 2] {
        if !self.side_by_side {
            return [self.area, self.area];
        }
        let half = self.area.width.saturating_sub(1) / 2;
        let left = Rect {
            width: half,
            ..self.area
        };
        let right = Rect {
            x: self.area.x + half + 1,
            width: self.area.width.saturating_sub(half + 1),
            ..self.area
        };
        [left, right]
    }

    /// Cells for the text of a line in the left and in the right column.
    #[must_use]
    pub fn room(&self) -> [usize; 2] {
        self.columns()
            .map(|c| usize::from(c.width).saturating_sub(self.gutter()).max(1))
    }
}

/// Whether all changed lines are short enough for two columns: broken code is harder to compare than code one below the other.
fn fits_in_half(diff: &Diff, area: Rect) -> bool {
    let digits = diff.old.len().max(diff.new.len()).max(1).to_string().len();
    let room = usize::from(area.width / 2)
        .saturating_sub(digits + 3)
        .max(1);
    let mut pairs = diff.parts.iter().flat_map(|part| match part {
        DiffBlock::Same { .. } => &[][..],
        DiffBlock::Changed(pairs) => pairs,
    });
    pairs.all(|pair| {
        let old = pair.old.as_ref().map(|s| diff.old.rows(s.line, room));
        let new = pair.new.as_ref().map(|s| diff.new.rows(s.line, room));
        [old, new].into_iter().flatten().all(|rows| rows == 1)
    })
}

/// What an item of the layout shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A line that stayed.
    Same,
    /// Two lines side by side.
    Both,
    /// A line that went.
    Gone,
    /// A line that came.
    Come,
    /// The head of a stretch that is folded, or that was and is open.
    Fold {
        /// Lines that it hides or hid.
        lines: u32,
        /// Whether it was opened.
        open: bool,
    },
}

/// One line (or pair of lines) of the pane; broken lines make it several rows high.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it shows.
    pub kind: Kind,
    /// Of which part of the diff.
    pub part: u32,
    /// Which row of that part.
    pub row: u32,
}

/// What a row of the map says about the lines it stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Lines went.
    pub gone: bool,
    /// Lines came.
    pub come: bool,
}

/// A diff laid out in rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    items: Vec<Item>,
    stack: Stack,
    /// Rows of each change, in order.
    pub changes: Vec<Range<usize>>,
    /// Rows of the heads of folds, with the part that each hides.
    pub folds: Vec<(usize, usize)>,
    /// First row of each part where nothing is folded or broken, and the number of all of them.
    starts: Vec<usize>,
    /// The map, one mark a row of it.
    pub map: Vec<Mark>,
}

impl Layout {
    /// Lays a diff out. `wrap` breaks long lines, else each takes one row; `open` says which folds are open.
    #[must_use]
    pub fn new(diff: &Diff, geometry: &Geometry, wrap: bool, open: impl Fn(usize) -> bool) -> Self {
        let mut items = Vec::new();
        let mut spans: Vec<Range<usize>> = Vec::new();
        let mut heads = Vec::new();
        let mut starts = vec![0];
        let last = diff.parts.len().saturating_sub(1);
        for (n, part) in diff.parts.iter().enumerate() {
            let first = items.len();
            match part {
                DiffBlock::Same { lines, .. } => {
                    same(&mut items, &mut heads, n, *lines, n == last, open(n));
                }
                DiffBlock::Changed(pairs) => {
                    changed(&mut items, n, pairs, geometry.side_by_side);
                    spans.push(first..items.len());
                }
            }
            starts.push(starts.last().copied().unwrap_or(0) + part.rows());
        }
        let room = geometry.room();
        let height = |item: &Item| if wrap { height(diff, item, room) } else { 1 };
        let stack = Stack::of(items.iter().map(height));
        let map = geometry
            .map
            .map_or_else(Vec::new, |m| marks(diff, &starts, usize::from(m.height)));
        Self {
            changes: spans
                .into_iter()
                .map(|s| stack.top(s.start)..stack.top(s.end))
                .collect(),
            folds: heads.into_iter().map(|(i, n)| (stack.top(i), n)).collect(),
            items,
            stack,
            starts,
            map,
        }
    }

    /// Rows in all.
    #[must_use]
    pub fn total(&self) -> usize {
        self.stack.total()
    }

    /// What a row shows, and the how manieth row of it.
    #[must_use]
    pub fn at(&self, row: usize) -> Option<(Item, usize)> {
        let (n, sub) = self.stack.at(row)?;
        Some((*self.items.get(n)?, sub))
    }

    /// Where a row stands in the whole text, nothing folded or broken.
    #[must_use]
    pub fn place(&self, row: usize) -> usize {
        let whole = self.starts.last().copied().unwrap_or(0);
        self.at(row).map_or(whole, |(item, _)| self.place_of(&item))
    }

    /// Ascending from item to item. One under the other, what went is the first half of a change, what came the second.
    fn place_of(&self, item: &Item) -> usize {
        let part = item.part as usize;
        let start = self.starts.get(part).copied().unwrap_or(0);
        let rows = self.starts.get(part + 1).map_or(0, |end| end - start);
        let row = item.row as usize;
        match item.kind {
            Kind::Gone => start + row / 2,
            Kind::Come => start + (rows + row) / 2,
            _ => start + row,
        }
    }

    /// The row that shows a place of the whole text, or the nearest before it.
    #[must_use]
    pub fn row_of(&self, place: usize) -> usize {
        let after = self.items.partition_point(|i| self.place_of(i) <= place);
        self.stack.top(after.saturating_sub(1))
    }

    /// Rows of the map that stand for what is between two rows.
    #[must_use]
    pub fn window(&self, first: usize, rows: usize) -> Range<usize> {
        let whole = self.starts.last().copied().unwrap_or(0).max(1);
        let (from, to) = (self.place(first), self.place(first + rows));
        let high = self.map.len();
        let start = (from * high / whole).min(high.saturating_sub(1));
        start
            ..(to * high)
                .div_ceil(whole)
                .clamp(start + 1, high.max(start + 1))
    }
}

/// A stretch that stayed; the middle of a long one is folded, or has its head above it when it is open.
fn same(
    items: &mut Vec<Item>,
    heads: &mut Vec<(usize, usize)>,
    part: usize,
    lines: usize,
    is_last: bool,
    open: bool,
) {
    let head = if part == 0 { 0 } else { CONTEXT };
    let tail = if is_last { 0 } else { CONTEXT };
    let item = |kind, row| Item {
        kind,
        part: small(part),
        row: small(row),
    };
    if lines <= head + tail + 1 {
        items.extend((0..lines).map(|row| item(Kind::Same, row)));
        return;
    }
    let hidden = lines - head - tail;
    items.extend((0..head).map(|row| item(Kind::Same, row)));
    heads.push((items.len(), part));
    items.push(item(
        Kind::Fold {
            lines: small(hidden),
            open,
        },
        head,
    ));
    if open {
        items.extend((head..head + hidden).map(|row| item(Kind::Same, row)));
    }
    items.extend((lines - tail..lines).map(|row| item(Kind::Same, row)));
}

/// A change: pairs side by side, or first all that went, then all that came.
fn changed(items: &mut Vec<Item>, part: usize, pairs: &[Pair], side_by_side: bool) {
    let item = |kind, row| Item {
        kind,
        part: small(part),
        row: small(row),
    };
    if side_by_side {
        items.extend((0..pairs.len()).map(|row| item(Kind::Both, row)));
        return;
    }
    let with = |kind, has: fn(&Pair) -> bool| {
        pairs
            .iter()
            .enumerate()
            .filter(move |(_, p)| has(p))
            .map(move |(row, _)| item(kind, row))
    };
    items.extend(with(Kind::Gone, |p| p.old.is_some()));
    items.extend(with(Kind::Come, |p| p.new.is_some()));
}

fn height(diff: &Diff, item: &Item, [left, right]: [usize; 2]) -> usize {
    let (old, new) = sides(diff, item);
    let old = old.map_or(1, |line| diff.old.rows(line, left));
    let new = new.map_or(1, |line| diff.new.rows(line, right));
    match item.kind {
        Kind::Fold { .. } => 1,
        Kind::Gone => old,
        Kind::Come => new,
        Kind::Same | Kind::Both => old.max(new),
    }
}

/// Numbers of the lines of an item in the old and in the new text.
#[must_use]
pub(crate) fn sides(diff: &Diff, item: &Item) -> (Option<usize>, Option<usize>) {
    let row = item.row as usize;
    match diff.parts.get(item.part as usize) {
        Some(DiffBlock::Same { old, new, .. }) => (Some(old + row), Some(new + row)),
        Some(DiffBlock::Changed(pairs)) => pairs.get(row).map_or((None, None), |p| {
            (
                p.old.as_ref().map(|s| s.line),
                p.new.as_ref().map(|s| s.line),
            )
        }),
        None => (None, None),
    }
}

/// Which rows of a map of so many rows stand for changes.
fn marks(diff: &Diff, starts: &[usize], high: usize) -> Vec<Mark> {
    let mut map = vec![Mark::default(); high];
    let whole = diff.rows().max(1);
    for (part, start) in diff.parts.iter().zip(starts) {
        let DiffBlock::Changed(pairs) = part else {
            continue;
        };
        for (row, pair) in pairs.iter().enumerate() {
            if let Some(mark) = map.get_mut((start + row) * high / whole) {
                mark.gone |= pair.old.is_some();
                mark.come |= pair.new.is_some();
            }
        }
    }
    map
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn lines(count: usize) -> String {
        (0..count).map(|i| format!("line {i}\n")).collect()
    }

    fn laid(diff: &Diff, width: u16, open: bool) -> (Geometry, Layout) {
        let geometry = Geometry::of(Rect::new(0, 0, width, 20), diff, Columns::Fitting, true);
        (geometry, Layout::new(diff, &geometry, true, |_| open))
    }

    fn kinds(layout: &Layout) -> Vec<Kind> {
        (0..layout.total())
            .map(|r| layout.at(r).unwrap().0.kind)
            .collect()
    }

    #[test]
    fn long_unchanged_stretches_are_folded_and_counted() {
        let (old, new) = (lines(40), lines(40).replace("line 20\n", "changed\n"));
        let diff = Diff::new(&old, &new);
        let (_, layout) = laid(&diff, 120, false);
        let all = kinds(&layout);
        let folded = |lines| Kind::Fold { lines, open: false };
        assert_eq!((all[0], all[8]), (folded(17), folded(16)));
        assert_eq!(all.len(), 1 + 3 + 1 + 3 + 1);
        assert_eq!(layout.changes.len(), 1);
        assert_eq!(layout.changes.first(), Some(&(4..5)));
        assert_eq!(layout.folds, [(0, 0), (8, 2)]);
    }

    #[test]
    fn opened_folds_show_every_line_once_in_both_layouts() {
        let diff = Diff::new(&lines(60), &lines(60).replace("line 3", "other 3"));
        for width in [120, 70] {
            let (geometry, layout) = laid(&diff, width, true);
            assert_eq!(geometry.side_by_side, width == 120);
            let items = (0..layout.total()).map(|r| layout.at(r).unwrap().0);
            let shown: Vec<usize> = items
                .filter(|i| !matches!(i.kind, Kind::Fold { .. } | Kind::Gone))
                .filter_map(|i| sides(&diff, &i).1)
                .collect();
            assert_eq!(shown, (0..60).collect::<Vec<_>>());
        }
    }

    #[test]
    fn one_fold_opens_without_the_others() {
        let new = lines(60).replace("line 30\n", "x\n");
        let diff = Diff::new(&lines(60), &new);
        let geometry = Geometry::of(Rect::new(0, 0, 100, 20), &diff, Columns::Fitting, true);
        let layout = Layout::new(&diff, &geometry, true, |part| part == 2);
        let open: Vec<bool> = kinds(&layout)
            .into_iter()
            .filter_map(|k| match k {
                Kind::Fold { open, .. } => Some(open),
                _ => None,
            })
            .collect();
        assert_eq!(open, [false, true]);
    }

    #[test]
    fn broken_lines_take_as_many_rows_as_the_longer_side() {
        let diff = Diff::new("short\n", &format!("short {}\n", "x".repeat(200)));
        let (fitting, _) = laid(&diff, 100, false);
        assert!(!fitting.side_by_side, "it does not fit into a half");
        let area = Rect::new(0, 0, 100, 20);
        let geometry = Geometry::of(area, &diff, Columns::SideBySide, false);
        let layout = Layout::new(&diff, &geometry, true, |_| false);
        let right = geometry.room()[1];
        assert!(geometry.side_by_side);
        assert_eq!(layout.total(), 206usize.div_ceil(right));
        let unwrapped = Layout::new(&diff, &geometry, false, |_| false);
        assert_eq!(unwrapped.total(), 1);
    }

    #[test]
    fn the_map_marks_where_changes_are_and_where_we_look() {
        let new = lines(1_000).replace("line 500\n", "x\n");
        let diff = Diff::new(&lines(1_000), &new);
        let (geometry, layout) = laid(&diff, 120, true);
        assert!(geometry.map.is_some());
        let marked: Vec<usize> = (0..20).filter(|r| layout.map[*r].gone).collect();
        assert_eq!(marked, [10]);
        assert_eq!(layout.window(0, 20), 0..1);
        assert_eq!(layout.window(layout.total() - 20, 20).end, 20);
        let place = layout.place(700);
        assert_eq!(layout.row_of(place), 700);
    }

    #[test]
    fn no_area_is_too_small() {
        let diff = Diff::new(&lines(30), "x\n");
        for (width, height) in [(0, 0), (1, 1), (5, 3), (47, 2)] {
            for columns in [Columns::Fitting, Columns::SideBySide, Columns::Unified] {
                let area = Rect::new(0, 0, width, height);
                let geometry = Geometry::of(area, &diff, columns, true);
                let layout = Layout::new(&diff, &geometry, true, |_| false);
                assert!(layout.total() > 0);
                let _ = layout.window(0, height.into());
            }
        }
    }
}

//! What the panes remember of how they are looked at, and what keys and clicks do to it.
//!
//! One struct a pane; none knows the session's engine. Drawing reads it, [`App::prepare`] brings it up to date.

use std::sync::Arc;

use crate::session::Session;
use crate::session::event::VersionId;
use crate::tui::app::{App, Tab};
use crate::tui::cases::CaseForm;
use crate::tui::diff::Diff;
use crate::tui::diff::pane::DiffPane;
use crate::tui::find::TreePane;
use crate::tui::replies::RepliesPane;
use crate::tui::sheet::{Sheet, Stack};
use crate::tui::stream::Reply;

/// What the panes remember.
#[derive(Debug, Default)]
pub struct Panes {
    /// The diff.
    pub diff: DiffPane,
    /// The code.
    pub code: CodePane,
    /// The cases.
    pub cases: CasesPane,
    /// The version tree.
    pub tree: TreePane,
    /// The charts.
    pub charts: ChartPane,
    /// The reasoning before a reply, laid out while it is shown.
    pub thoughts: Reply,
    /// Several replies of a round.
    pub replies: RepliesPane,
}

/// Something on the screen that opens and closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// An unchanged stretch of the diff: the part that it hides.
    Part(usize),
    /// The reasoning of the reply.
    Reasoning,
    /// One of several replies: a click chooses it.
    Reply(u32),
}

/// What the cases are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CaseOrder {
    /// Their own order, that of the task.
    #[default]
    Own,
    /// Those that fail first.
    Verdict,
    /// Most CPU time first.
    Cpu,
    /// Most memory first.
    Peak,
    /// Most wall-clock time first.
    Wall,
}

/// How the cases are looked at.
#[derive(Debug, Default)]
pub struct CasesPane {
    /// What they are sorted by.
    pub order: CaseOrder,
    /// A case that was being typed when its form was left.
    pub draft: Option<Box<CaseForm>>,
    outputs: Option<(String, String, Diff)>,
}

impl CasesPane {
    /// Sorts by the next column.
    pub fn next_order(&mut self) {
        self.order = match self.order {
            CaseOrder::Own => CaseOrder::Verdict,
            CaseOrder::Verdict => CaseOrder::Cpu,
            CaseOrder::Cpu => CaseOrder::Peak,
            CaseOrder::Peak => CaseOrder::Wall,
            CaseOrder::Wall => CaseOrder::Own,
        };
    }

    /// How the outputs of a failure differ, once worked out.
    #[must_use]
    pub fn outputs(&self, expected: &str, got: &str) -> Option<&Diff> {
        let known = self.outputs.as_ref();
        known
            .filter(|(e, g, _)| e == expected && g == got)
            .map(|(_, _, diff)| diff)
    }
}

/// One of the charts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chart {
    /// Memory over time.
    Memory,
    /// The comparison closing in.
    Comparison,
    /// The times of both as they fell.
    Times,
    /// Gain by version.
    Gains,
}

/// Which chart stands alone, and where its cursor is.
#[derive(Debug, Default)]
pub struct ChartPane {
    /// The chart that stands alone; none shows all that there is room for.
    pub one: Option<Chart>,
    /// The cursor: cells from the left of the chart, or the number of the version. None until it is moved.
    pub cursor: Option<u16>,
}

impl ChartPane {
    /// The next chart alone; after the last one all of them.
    pub fn next(&mut self) {
        self.cursor = None;
        self.one = match self.one {
            None => Some(Chart::Memory),
            Some(Chart::Memory) => Some(Chart::Comparison),
            Some(Chart::Comparison) => Some(Chart::Times),
            Some(Chart::Times) => Some(Chart::Gains),
            Some(Chart::Gains) => None,
        };
    }

    /// Moves the cursor within a chart of so many cells; it begins in the middle.
    pub fn step(&mut self, by: i16, cells: u16) {
        let last = cells.saturating_sub(1);
        let now = self.cursor.unwrap_or(cells / 2).min(last);
        self.cursor = Some(now.saturating_add_signed(by).min(last));
    }
}

/// The code of a version, its long lines broken to fit.
#[derive(Debug, Default)]
pub struct CodePane {
    key: Option<(VersionId, usize, bool)>,
    /// Rows of its lines.
    pub stack: Stack,
}

impl CodePane {
    /// Cells before the text of a line.
    #[must_use]
    pub fn gutter(lines: usize) -> usize {
        lines.max(1).to_string().len() + 2
    }

    /// Stacks the lines for a width, unless they are already.
    pub fn prepare(&mut self, version: VersionId, sheet: &Sheet, width: usize, scrolled: bool) {
        let key = Some((version, width, scrolled));
        if self.key == key {
            return;
        }
        self.key = key;
        let room = width.saturating_sub(Self::gutter(sheet.len())).max(1);
        self.stack =
            Stack::of((0..sheet.len()).map(|n| if scrolled { 1 } else { sheet.rows(n, room) }));
    }

    /// The rows of a version's lines, if they are stacked.
    #[must_use]
    pub fn of(&self, version: VersionId) -> Option<&Stack> {
        self.key.filter(|k| k.0 == version).map(|_| &self.stack)
    }
}

impl App {
    /// To the next or another change of the diff.
    pub fn step_change(&mut self, by: isize) {
        let seen = (self.seen.first, self.seen.room);
        if let Some(row) = self.panes.diff.step_change(by, seen.0, seen.1) {
            self.scroll_within(Tab::Diff, row);
        }
    }

    /// To the next or another fold of the diff.
    pub fn step_fold(&mut self, by: isize) {
        let seen = (self.seen.first, self.seen.room);
        if let Some(row) = self.panes.diff.step_fold(by, seen.0, seen.1) {
            self.scroll_within(Tab::Diff, row);
        }
    }

    fn scroll_within(&mut self, tab: Tab, row: usize) {
        let last = self.seen.total.saturating_sub(self.seen.room);
        self.scroll.insert(tab, row.min(last));
    }

    /// Opens or closes what has the focus in a pane, or what was clicked.
    pub fn toggle_fold(&mut self, session: &Session, pane: Tab, fold: Option<Fold>) {
        match (fold, pane) {
            (Some(Fold::Reply(number)), pane) => {
                if pane != Tab::Stream {
                    // Chosen in the tree: what is chosen is looked at.
                    self.selected = None;
                    crate::tui::explore::show(self, Tab::Stream);
                }
                self.choose_reply(session, number);
            }
            (Some(Fold::Part(part)), _) => {
                self.hold_place(Tab::Diff);
                self.panes.diff.toggle(part);
            }
            (None, Tab::Diff) => {
                self.hold_place(Tab::Diff);
                let (first, room) = (self.seen.first, self.seen.room);
                self.panes.diff.toggle_focused(first, room);
            }
            (None, Tab::Charts) => self.panes.charts.next(),
            (Some(Fold::Reasoning), _) => self.toggle_unfolded(Tab::Stream),
            (None, pane) => self.toggle_unfolded(pane),
        }
    }

    fn toggle_unfolded(&mut self, pane: Tab) {
        self.scroll.remove(&pane);
        if !self.unfolded.remove(&pane) {
            self.unfolded.insert(pane);
            // What was opened is looked at, even while the end of the reply grows.
            self.scroll.insert(pane, 0);
        }
    }

    /// What is seen stays where it is, although the pane was in its natural place.
    fn hold_place(&mut self, pane: Tab) {
        self.scroll.insert(pane, self.seen.first);
    }

    /// Opens all folds of the diff, or closes all.
    pub fn toggle_all_folds(&mut self) {
        self.hold_place(Tab::Diff);
        self.panes.diff.toggle_all();
    }

    /// Marks the version that is looked at, so that others can be compared with it; again: no longer.
    pub fn mark_version(&mut self, session: &Session) {
        let Some(version) = self.version(session) else {
            return;
        };
        let marked = &mut self.panes.diff.marked;
        if *marked == Some(version) {
            *marked = None;
            self.say(format!("{version} is no longer marked"), false);
        } else {
            *marked = Some(version);
            self.against = crate::tui::app::Against::Marked;
            self.say(
                format!("{version} is marked: select another version to compare the two"),
                false,
            );
        }
    }

    /// Side by side, or one under the other, whatever would fit better.
    pub fn toggle_columns(&mut self, session: &Session) {
        if self.pane(session) == Tab::Stream && self.toggle_reply_columns(session) {
            return;
        }
        use crate::tui::diff::layout::Columns;
        let pair = self.diff_pair(session);
        let diff = &mut self.panes.diff;
        let laid = pair.and_then(|p| diff.laid(p));
        let side_by_side = laid.is_some_and(|l| l.geometry.side_by_side);
        let too_narrow = !side_by_side && diff.columns == Columns::SideBySide;
        diff.columns = if side_by_side || too_narrow {
            Columns::Unified
        } else {
            Columns::SideBySide
        };
        if too_narrow {
            self.say("there is no room for two columns here", false);
        }
    }

    /// Long lines are broken, or moved sideways.
    pub fn toggle_wrap(&mut self) {
        let scrolled = &mut self.panes.diff.scrolled;
        *scrolled = !*scrolled;
        self.shift = 0;
        let words = if *scrolled {
            "long lines go on beyond the edge: < and > move them"
        } else {
            "long lines are broken to fit"
        };
        self.say(words, false);
    }

    /// To another case, in the order in which they are shown.
    pub fn step_case(&mut self, session: &Session, by: isize) {
        let order = crate::tui::view::cases::order(session, self);
        let now = self
            .case
            .unwrap_or_else(|| crate::tui::view::cases::natural_case(session, self));
        let at = order.iter().position(|n| *n == now).unwrap_or(0);
        let next = at
            .saturating_add_signed(by)
            .min(order.len().saturating_sub(1));
        self.case = order.get(next).copied().or(self.case);
    }

    /// Compares the outputs of the failure that is shown; they are excerpts, so it is a matter of microseconds.
    fn prepare_outputs(&mut self, session: &Session) {
        let version = self.version(session).and_then(|id| session.version(id));
        let cases = session.task.as_ref().map_or(&[][..], |t| &t.cases);
        let chosen = self
            .case
            .unwrap_or_else(|| crate::tui::view::cases::natural_case(session, self));
        let name = cases.get(chosen).map_or("", |(n, _)| n.as_str());
        let failure = version.and_then(|v| crate::tui::view::cases::shown_failure(v, name));
        let Some(failure) = failure else {
            return;
        };
        let (expected, got) = (&failure.expected, &failure.got);
        if self.panes.cases.outputs(expected, got).is_none() {
            let patience = std::time::Duration::from_millis(5);
            let diff = Diff::within(expected, got, patience);
            self.panes.cases.outputs = Some((expected.clone(), got.clone(), diff));
        }
    }

    /// Lays out the panes that show code for the next drawing.
    pub(super) fn prepare_code(&mut self, session: &Session, pane: Tab) {
        let area = self.plan().main_inner();
        match pane {
            Tab::Diff => {
                let Some(pair) = self.diff_pair(session) else {
                    return;
                };
                if let Some(diff) = self.diffs.get(&pair).map(Arc::clone) {
                    let scroll = self.scroll.get_mut(&Tab::Diff);
                    self.panes.diff.prepare(pair, &diff, area, scroll);
                }
            }
            Tab::Code => {
                if let Some(version) = self.version(session)
                    && let Some(sheet) = self.painted.get(&version)
                {
                    let scrolled = self.panes.diff.scrolled;
                    let width = area.width.into();
                    self.panes.code.prepare(version, sheet, width, scrolled);
                }
            }
            Tab::Cases => self.prepare_outputs(session),
            _ => {}
        }
    }
}

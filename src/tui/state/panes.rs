//! What the panes remember of how they are looked at.
//!
//! One struct a pane; drawing reads it.

use std::collections::BTreeMap;

use tui_textarea::TextArea;

use crate::session::event::VersionId;
use crate::tui::core::diff::Diff;
use crate::tui::core::diff::pane::DiffPane;
use crate::tui::core::highlighted::{HighlightedText, Stack};
use crate::tui::core::parts::CaseOrder;
use crate::tui::core::reply::Reply;
use crate::tui::core::typing::text_area;

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

/// How the cases are looked at.
#[derive(Debug, Default)]
pub struct CasesPane {
    /// What they are sorted by.
    pub order: CaseOrder,
    /// A case that was being typed when its form was left.
    pub draft: Option<CaseDraft>,
    outputs: Option<(String, String, Diff)>,
}

/// A case as it is typed.
#[derive(Clone, Debug)]
pub struct CaseDraft {
    /// Standard input, then the expected output.
    pub texts: [TextArea<'static>; 2],
    /// Whether the model is never shown it.
    pub held_out: bool,
    /// The box that has the keyboard.
    pub at: usize,
}

impl Default for CaseDraft {
    fn default() -> Self {
        Self {
            texts: [text_area(""), text_area("")],
            held_out: false,
            at: 0,
        }
    }
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

    /// Sorts by this; again: in their own order.
    pub fn sort_by(&mut self, order: CaseOrder) {
        self.order = if self.order == order {
            CaseOrder::Own
        } else {
            order
        };
    }

    /// Works out how the outputs of a failure differ, unless that is known.
    pub fn compare_outputs(&mut self, expected: &str, got: &str) {
        if self.outputs(expected, got).is_none() {
            let patience = std::time::Duration::from_millis(5);
            let diff = Diff::within(expected, got, patience);
            self.outputs = Some((expected.to_owned(), got.to_owned(), diff));
        }
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
    pub fn prepare(
        &mut self,
        version: VersionId,
        sheet: &HighlightedText,
        width: usize,
        scrolled: bool,
    ) {
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

/// How the version tree is looked at.
#[derive(Debug, Default)]
pub struct TreePane {
    /// Branches on which nothing passes are hidden.
    pub collapsed: bool,
    /// What is being looked for, while it is typed.
    pub find: Option<Find>,
}

/// A search that is on.
#[derive(Debug)]
pub struct Find {
    /// What was typed.
    pub text: String,
    /// What was selected before.
    pub before: Option<VersionId>,
}

/// How the replies of a round are looked at.
#[derive(Debug, Default)]
pub struct RepliesPane {
    /// The one that the developer chose, and its round.
    pub chosen: Option<(u32, u32)>,
    /// Whether one stands alone although there is room for all.
    pub alone: bool,
    /// The replies beside the chosen one, laid out while they are shown.
    pub beside: BTreeMap<u32, Reply>,
}

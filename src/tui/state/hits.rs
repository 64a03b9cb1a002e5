//! What the last drawing came to: where things are and how far they can be moved, for clicks and scrolling.

use ratatui::layout::{Position, Rect};

use crate::session::event::VersionId;
use crate::tui::core::key::KeySequence;
use crate::tui::core::parts::{CaseOrder, Fold};
use crate::tui::core::tab::Tab;

/// What a click does at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// These keys are pressed.
    Keys(KeySequence),
    /// A row of the list on top.
    Row(usize),
    /// A box of text; it gets the keyboard and its cursor goes to the click.
    Field(usize),
    /// The cases are sorted by this; again: in their own order.
    Sort(CaseOrder),
    /// The line of a recorded session: its moment there is shown.
    Timeline,
    /// A dialog or another sheet on top, where it has nothing to click.
    Sheet,
}

/// Places of one drawing, in cells of the screen.
#[derive(Clone, Debug, Default)]
pub struct HitMap {
    /// Tabs of the main pane.
    pub tabs: Vec<(Rect, Tab)>,
    /// Rows of the version tree.
    pub versions: Vec<(Rect, VersionId)>,
    /// Rows of a list (cases, entries of the start screen) with their numbers.
    pub rows: Vec<(Rect, usize)>,
    /// The steering box.
    pub steer: Rect,
    /// Rows of the main pane in all.
    pub total: usize,
    /// Rows of the main pane that can be seen.
    pub room: usize,
    /// The first row that was seen.
    pub first: usize,
    /// The pane that was seen, and of which version.
    pub pane: Option<(Tab, Option<VersionId>)>,
    /// Row where the current change of the diff begins.
    pub changes: Vec<usize>,
    /// What opens and closes at a click.
    pub folds: Vec<(Rect, Fold)>,
    /// Lines of text that were read to draw the panes of code: as many as are seen, whatever stands behind them.
    pub lines: usize,
    /// Where numbers of lines stand, which are no part of the text: a search leaves them out.
    pub line_numbers: Vec<Rect>,
    /// Places that the cursor of a chart can go to.
    pub chart_cells: u16,
    /// What a click does where; what was drawn last lies above.
    pub targets: Vec<(Rect, Target)>,
}

impl HitMap {
    /// What a click does at a place, and the area that does it.
    #[must_use]
    pub fn target(&self, place: Position) -> Option<(Rect, &Target)> {
        let mut above = self.targets.iter().rev();
        above
            .find(|(area, _)| area.contains(place))
            .map(|(area, target)| (*area, target))
    }

    /// The version whose row of the tree is at a place.
    #[must_use]
    pub fn version(&self, place: Position) -> Option<VersionId> {
        at(&self.versions, place)
    }

    /// The tab at a place.
    #[must_use]
    pub fn tab(&self, place: Position) -> Option<Tab> {
        at(&self.tabs, place)
    }

    /// The number of the row of a list at a place.
    #[must_use]
    pub fn row(&self, place: Position) -> Option<usize> {
        at(&self.rows, place)
    }

    /// What opens and closes at a place.
    #[must_use]
    pub fn fold(&self, place: Position) -> Option<Fold> {
        at(&self.folds, place)
    }
}

fn at<T: Copy>(places: &[(Rect, T)], place: Position) -> Option<T> {
    let mut found = places.iter();
    found.find(|(area, _)| area.contains(place)).map(|p| p.1)
}

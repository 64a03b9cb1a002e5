//! What keys and clicks do to the panes that show code: changes, folds, columns, long lines, the marked version.

use crate::session::Session;
use crate::tui::core::diff::layout::Columns;
use crate::tui::core::parts::Fold;
use crate::tui::core::tab::Tab;
use crate::tui::core::text_id::TextId;
use crate::tui::state::{Against, State};

impl State {
    /// To the next or another change of the diff.
    pub fn step_change(&mut self, by: isize) {
        let hits = (self.hits.first, self.hits.room);
        if let Some(row) = self.panes.diff.step_change(by, hits.0, hits.1) {
            self.scroll_within(Tab::Diff, row);
        }
    }

    /// To the next or another fold of the diff.
    pub fn step_fold(&mut self, by: isize) {
        let hits = (self.hits.first, self.hits.room);
        if let Some(row) = self.panes.diff.step_fold(by, hits.0, hits.1) {
            self.scroll_within(Tab::Diff, row);
        }
    }

    fn scroll_within(&mut self, tab: Tab, row: usize) {
        let last = self.hits.total.saturating_sub(self.hits.room);
        self.nav.scroll.insert(tab, row.min(last));
    }

    /// Opens or closes what was clicked.
    pub fn toggle_fold(&mut self, session: &Session, fold: Fold) {
        match fold {
            Fold::Reply(number) => {
                if self.pane(session) != Tab::Stream {
                    // Chosen in the tree: what is chosen is looked at.
                    self.nav.selected = None;
                    self.show(Tab::Stream);
                }
                self.choose_reply(session, number);
            }
            Fold::Part(part) => {
                self.hold_place(Tab::Diff);
                self.panes.diff.toggle(part);
            }
            Fold::Reasoning => self.toggle_unfolded(Tab::Stream),
        }
    }

    /// Opens or closes what a pane folds away.
    pub fn toggle_unfolded(&mut self, pane: Tab) {
        self.nav.scroll.remove(&pane);
        if !self.nav.unfolded.remove(&pane) {
            self.nav.unfolded.insert(pane);
            // What was opened is looked at, even while the end of the reply grows.
            self.nav.scroll.insert(pane, 0);
        }
    }

    /// What is seen stays where it is, although the pane was in its natural place.
    pub fn hold_place(&mut self, pane: Tab) {
        self.nav.scroll.insert(pane, self.hits.first);
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
            self.nav.against = Against::Marked;
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
        let pair = self.diff_pair(session);
        let diff = &mut self.panes.diff;
        let laid = pair.and_then(|p| diff.laid(TextId::versions(p)));
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
        self.nav.shift = 0;
        let words = if *scrolled {
            "long lines go on beyond the edge: < and > move them"
        } else {
            "long lines are broken to fit"
        };
        self.say(words, false);
    }
}

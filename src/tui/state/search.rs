//! A search of the pane that is shown: what is typed, and where it was found.

use std::ops::Range;

use ratatui::layout::Rect;
use tui_textarea::TextArea;

use crate::session::event::VersionId;
use crate::tui::core::tab::Tab;

/// Stands for cells that are no text: of one cell, and typed by nobody.
pub(crate) const NO_TEXT: char = '\u{e000}';
/// What was searched: when this is another, the rows are drawn anew.
pub(crate) type SearchedPane = (Tab, Option<VersionId>, usize, Rect);

/// A search.
pub struct Search {
    /// What is typed.
    pub input: TextArea<'static>,
    /// Whether it is still being typed.
    pub typing: bool,
    /// What the rows are those of.
    pub searched: Option<SearchedPane>,
    /// All rows of the pane as texts.
    pub rows: Vec<Box<str>>,
    /// The matches: their rows, and cells in them.
    pub hits: Vec<(usize, Range<u16>)>,
    /// The match that was gone to.
    pub at: Option<usize>,
    /// Rows of a list, with the entries that they stand for: a match there chooses its entry.
    pub list: Vec<(u16, usize)>,
    /// Where the pane was when the search began.
    pub before: (Tab, Option<usize>),
}

impl Search {
    /// What is searched.
    #[must_use]
    pub fn query(&self) -> String {
        self.input.lines().concat()
    }

    /// `3 of 17`, or that there is nothing; empty as long as nothing is searched.
    #[must_use]
    pub fn count(&self) -> String {
        match (self.query().is_empty(), self.hits.len(), self.at) {
            (true, ..) => String::new(),
            (_, 0, _) => "no match".into(),
            (_, all, Some(at)) => format!("{} of {all}", at + 1),
            (_, all, None) => format!("{all} matches"),
        }
    }

    /// The line of the match that was gone to.
    #[must_use]
    pub fn line(&self) -> Option<String> {
        let (row, _) = self.hits.get(self.at?)?;
        self.rows.get(*row).map(|r| r.replace(NO_TEXT, " "))
    }
}

//! Looking around: panes, versions, cases, scrolling. Changes only what is looked at, never the session.

use std::path::PathBuf;

use crate::session::Session;
use crate::session::event::VersionId;
use crate::tui::core::home::Choice;
use crate::tui::core::layout::ScreenPart;
use crate::tui::core::tab::Tab;
use crate::tui::core::theme::Theme;
use crate::tui::state::effect::Effect;
use crate::tui::state::{Against, State};

/// How far a key moves what is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// So many rows, or entries of a list.
    Rows(isize),
    /// So many half pages.
    HalfPages(isize),
    /// So many pages.
    Pages(isize),
    /// To the start.
    Start,
    /// To the end.
    End,
}

/// One of two neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The one before.
    Back,
    /// The one after.
    Forward,
}

impl Direction {
    /// The direction of so many steps.
    #[must_use]
    pub fn of(by: isize) -> Self {
        if by < 0 { Self::Back } else { Self::Forward }
    }
}

/// Entries of the start screen that a page of it is.
const HOME_PAGE: isize = 8;

impl State {
    /// Shows a theme; one that cannot be read says why and leaves the one that is shown.
    pub fn show_theme(&mut self, name: &str) {
        let prefs = &self.prefs;
        match Theme::load(name, prefs.theme_folder.as_deref(), prefs.theme.depth()) {
            Ok((theme, warnings)) => {
                self.prefs.theme = theme;
                self.prefs.theme_name = name.to_owned();
                if let Some(warning) = warnings.first() {
                    self.say(warning.clone(), true);
                }
            }
            Err(why) => self.say(why, true),
        }
    }

    /// Opens what was chosen on the start screen, and says so.
    pub fn begin(&mut self, choice: Choice) -> Effect {
        if let Some(home) = &mut self.home {
            home.opening = Some(choice.name());
            self.observed.stage_since = self.now;
        }
        Effect::Open(choice)
    }

    /// Folder with the developer's own languages.
    #[must_use]
    pub fn own_languages(&self) -> Option<PathBuf> {
        let config = self.prefs.config_file.as_deref()?.parent()?;
        Some(config.join("languages"))
    }

    /// Shows a pane.
    pub fn show(&mut self, tab: Tab) {
        self.nav.tab = Some(tab);
        self.nav.shift = 0;
        if self.nav.zoomed.is_some() {
            self.nav.zoomed = Some(ScreenPart::Main);
        }
    }

    /// Looks at a version.
    pub fn select(&mut self, version: VersionId) {
        self.nav.selected = Some(version);
        self.nav.round = None;
        self.nav.case = None;
        for tab in [Tab::Code, Tab::Diff, Tab::Cases, Tab::Stream, Tab::Prompt] {
            self.nav.scroll.remove(&tab);
        }
    }

    /// Lets the screen follow what happens again.
    pub fn follow(&mut self) {
        self.nav.tab = None;
        self.nav.selected = None;
        self.nav.round = None;
        self.nav.case = None;
        self.nav.scroll.clear();
    }

    /// To the version before or after the one that is looked at.
    pub fn step_version(&mut self, session: &Session, to: Direction) {
        let at = self
            .version(session)
            .and_then(|id| session.versions.iter().position(|v| v.id == id))
            .unwrap_or(0);
        let next = match to {
            Direction::Back => at.checked_sub(1),
            Direction::Forward => Some(at + 1),
        };
        if let Some(version) = next.and_then(|n| session.versions.get(n)) {
            self.select(version.id);
        }
    }

    /// Scrolls the pane that is shown, or moves through the entries of the start screen.
    pub fn go(&mut self, session: &Session, motion: Motion) {
        if !self.at_work {
            return self.go_at_home(motion);
        }
        let pane = self.pane(session);
        let page = self.hits.room.saturating_sub(1).max(1) as isize;
        match motion {
            Motion::Rows(by) => self.scroll(pane, by),
            Motion::HalfPages(by) => self.scroll(pane, (page / 2).max(1) * by),
            Motion::Pages(by) => self.scroll(pane, page * by),
            Motion::Start => self.scroll_to(pane, 0),
            Motion::End => self.scroll_to(pane, usize::MAX),
        }
    }

    fn go_at_home(&mut self, motion: Motion) {
        let Some(home) = &mut self.home else { return };
        let before = home.cursor;
        match motion {
            Motion::Rows(by) => home.step(by),
            Motion::HalfPages(by) => home.step(by * HOME_PAGE / 2),
            Motion::Pages(by) => home.step(by * HOME_PAGE),
            Motion::Start => home.cursor = 0,
            Motion::End => home.step(isize::MAX),
        }
        // Whoever goes down from the last entry wants to see what stands below it.
        let down = match motion {
            Motion::Rows(by) | Motion::HalfPages(by) | Motion::Pages(by) => by > 0,
            Motion::Start => false,
            Motion::End => true,
        };
        self.nav.past_entries = down && (motion == Motion::End || home.cursor == before);
    }

    /// Compares with the next of what a version can be compared with.
    pub fn next_comparison(&mut self) {
        self.nav.against = match self.nav.against {
            Against::Parent => Against::Original,
            Against::Original => Against::Best,
            Against::Best if self.panes.diff.marked.is_some() => Against::Marked,
            Against::Best | Against::Marked | Against::Version(_) => Against::Parent,
        };
        self.show(Tab::Diff);
    }

    /// Moves long lines sideways by so many cells.
    pub fn shift(&mut self, by: isize) {
        self.nav.shift = self.nav.shift.saturating_add_signed(by).min(2_000);
    }

    /// Moves from the place that was seen last, within what there is.
    pub fn scroll(&mut self, pane: Tab, by: isize) {
        self.scroll_to(pane, self.hits.first.saturating_add_signed(by));
    }

    fn scroll_to(&mut self, pane: Tab, row: usize) {
        let last = self.hits.total.saturating_sub(self.hits.room);
        // The next key may come before the next drawing.
        self.hits.first = row.min(last);
        // To the end stays to the end: more may come, and what was asked of a worker is not there yet.
        let to = if row == usize::MAX {
            row
        } else {
            row.min(last)
        };
        // At the end of a reply it is followed as it grows.
        let followed = pane == Tab::Stream && row >= last;
        self.nav
            .scroll
            .insert(pane, if followed { usize::MAX } else { to });
    }
}

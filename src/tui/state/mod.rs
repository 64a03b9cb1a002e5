//! The state of the screen: what is looked at, what is being typed, what was worked out for it.
//!
//! Knows the session only by reading it. It holds no dialog (an open one lies beside it, in [`crate::tui::app::App`]),
//! draws nothing and asks nothing of the loop.

pub(crate) mod arrange;
pub(crate) mod caches;
pub(crate) mod cases;
pub(crate) mod decisions;
pub(crate) mod effect;
pub(crate) mod find;
pub(crate) mod folding;
pub(crate) mod hits;
pub(crate) mod messages;
pub(crate) mod model_params;
pub(crate) mod moments;
pub(crate) mod navigation;
pub(crate) mod panes;
pub(crate) mod playback;
pub(crate) mod preparation;
pub(crate) mod prompt;
pub(crate) mod replies;
pub(crate) mod search;
pub(crate) mod shown;
pub(crate) mod tips;
pub(crate) mod travelling;
pub(crate) mod version_status;
pub(crate) mod writes;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::time::Instant;

use jiff::Timestamp;
use ratatui::layout::Rect;
use tui_textarea::TextArea;

use crate::report::played::RecordedFigures;
use crate::session::Session;
use crate::session::event::{Author, Stage, VersionId};
use crate::tui::core::action::{Action, Scope};
use crate::tui::core::bell::Bell;
use crate::tui::core::home::Home;
use crate::tui::core::key::KeySequence;
use crate::tui::core::keymap::Keymap;
use crate::tui::core::layout::{
    Arrangement, Border, LayoutOptions, ScreenLayout, ScreenPart, lay_out, room,
};
use crate::tui::core::memory::Memory;
use crate::tui::core::tab::Tab;
use crate::tui::core::theme::Theme;
use crate::tui::core::typing::{History, text_area};
use crate::tui::state::caches::Caches;
use crate::tui::state::hits::HitMap;
use crate::tui::state::messages::Messages;
use crate::tui::state::panes::Panes;
use crate::tui::state::playback::Playback;
use crate::tui::state::search::Search;

/// What a diff compares the selected version with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Against {
    /// What it was made from.
    #[default]
    Parent,
    /// v0.
    Original,
    /// The best version.
    Best,
    /// The one that the developer marked.
    Marked,
    /// One that was chosen.
    Version(VersionId),
}

/// What the developer set up, and what outlives a session.
pub struct Preferences {
    /// Colours.
    pub theme: Theme,
    /// The name the theme was asked for by: that of its file.
    pub theme_name: String,
    /// Where the developer's own themes are.
    pub theme_folder: Option<PathBuf>,
    /// The config file; `None` where a choice is kept nowhere.
    pub config_file: Option<PathBuf>,
    /// The keys in force.
    pub keys: Keymap,
    /// What outlives this start.
    pub memory: Memory,
    /// Whether clicks and the wheel come to us; else the terminal has them.
    pub mouse: bool,
    /// Whether only ASCII may be drawn.
    pub ascii: bool,
    /// Whether a newcomer gets tips.
    pub tips: bool,
}

/// What is looked at.
#[derive(Default)]
pub struct Navigation {
    /// Pane that the developer chose; none follows the moment.
    pub tab: Option<Tab>,
    /// Version that the developer chose; none follows the moment.
    pub selected: Option<VersionId>,
    /// Round that the developer chose, of those that gave no version; else it is that of the version.
    pub round: Option<u32>,
    /// First row shown, by pane; none is the pane's natural place.
    pub scroll: HashMap<Tab, usize>,
    /// Cells that long lines are moved by.
    pub shift: usize,
    /// Case that the developer chose.
    pub case: Option<usize>,
    /// The part that has the whole screen.
    pub zoomed: Option<ScreenPart>,
    /// On the start screen: past its last entry, where the rest of its rows is.
    pub past_entries: bool,
    /// What diffs compare with.
    pub against: Against,
    /// Panes whose folds are open.
    pub unfolded: HashSet<Tab>,
}

/// Gestures that have begun and not ended.
#[derive(Default)]
pub struct Pending {
    /// The first of keys that are pressed one after the other; empty where none is begun.
    pub keys: KeySequence,
    /// The border that is being dragged.
    pub drag: Option<Border>,
    /// When ctrl-c last stopped something: a second one soon after quits.
    pub interrupt: Option<Timestamp>,
    /// What was asked whether it is meant, since something would be lost by it, and when.
    pub asked: Option<(Action, Timestamp)>,
}

/// The box in which a hint is written.
pub struct HintBox {
    /// Whether it has the keyboard.
    pub active: bool,
    /// What is typed into it.
    pub text: TextArea<'static>,
    /// Where in the earlier hints it is.
    pub history: History,
}

/// What was noticed of the session so far, to tell what is new.
pub struct Observed {
    stage: Option<std::mem::Discriminant<Stage>>,
    /// When the stage became what it is.
    pub stage_since: Timestamp,
    /// Whether the developer holds the loop.
    pub held: bool,
    /// How much of the session was written back (and taken back) when it was last looked at; none before that.
    pub written: Option<(usize, usize)>,
    /// How many decisions had fallen when the session was last looked at; none before that.
    pub decided: Option<usize>,
    /// How many rounds had given no version then.
    pub failed: Option<usize>,
    /// Whether the next round's prompt is to be edited as soon as it is there.
    pub prompt_wanted: bool,
    /// How many versions by hand there are once every edit that was handed over has become one.
    pub edits_due: usize,
    /// When the round that is on began, and whether the developer looks at the terminal (if it tells).
    pub bell: Bell,
}

impl Observed {
    /// Nothing was noticed yet.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            stage: None,
            stage_since: now,
            held: false,
            written: None,
            decided: None,
            failed: None,
            prompt_wanted: false,
            edits_due: 0,
            bell: Bell::default(),
        }
    }
}

/// How many versions the developer made.
fn by_hand(session: &Session) -> usize {
    let versions = session.versions.iter();
    versions.filter(|v| v.author == Author::Hand).count()
}

/// The state of the screen.
pub struct State {
    /// The start screen; absent where the program went straight to work.
    pub home: Option<Home>,
    /// Whether the workbench is shown (else the start screen).
    pub at_work: bool,
    /// Quits without asking.
    pub demo: bool,
    /// Stands where anybody can touch it: no key does anything but the one that leaves.
    pub kiosk: bool,
    /// The figures that came with a tape, shown beside those that are measured here.
    pub recorded: Option<RecordedFigures>,
    /// Now, as far as drawing is concerned.
    pub now: Timestamp,
    /// Size of the screen.
    pub size: Rect,
    /// What the developer set up.
    pub prefs: Preferences,
    /// What is looked at.
    pub nav: Navigation,
    /// What the panes remember of how they are looked at.
    pub panes: Panes,
    /// The search that is on.
    pub search: Option<Search>,
    /// The box in which a hint is written.
    pub hint_box: HintBox,
    /// Gestures that have begun and not ended.
    pub pending: Pending,
    /// What the screen itself says.
    pub messages: Messages,
    /// What was noticed of the session so far.
    pub observed: Observed,
    /// Which moment is shown, where the session is a recorded one.
    pub playback: Option<Playback>,
    /// What was worked out for drawing.
    pub caches: Caches,
    /// Where things were drawn last.
    pub hits: HitMap,
}

impl State {
    /// A fresh screen; on the start screen if there is one.
    #[must_use]
    pub fn new(theme: Theme, home: Option<Home>, now: Timestamp) -> Self {
        Self {
            at_work: home.is_none(),
            home,
            demo: false,
            kiosk: false,
            recorded: None,
            now,
            size: Rect::new(0, 0, 80, 24),
            prefs: Preferences {
                theme_name: theme.name.clone(),
                theme,
                theme_folder: None,
                config_file: None,
                keys: Keymap::default(),
                memory: Memory::default(),
                mouse: true,
                ascii: false,
                tips: false,
            },
            nav: Navigation::default(),
            panes: Panes::default(),
            search: None,
            hint_box: HintBox {
                active: false,
                text: text_area(""),
                history: History::default(),
            },
            pending: Pending::default(),
            messages: Messages::default(),
            observed: Observed::new(now),
            playback: None,
            caches: Caches::default(),
            hits: HitMap::default(),
        }
    }

    /// The workbench for another session: what the developer set up stays, nothing of the last session does.
    pub fn forget_session(&mut self) {
        let fresh = Self::new(self.prefs.theme.clone(), None, self.now);
        let old = std::mem::replace(self, fresh);
        self.prefs = old.prefs;
        self.home = old.home;
        self.demo = old.demo;
        self.kiosk = old.kiosk;
        self.size = old.size;
        self.messages.all = old.messages.all;
        self.messages.banner = old.messages.banner;
        self.observed.bell = old.observed.bell;
        self.caches.syntaxes = old.caches.syntaxes;
        self.caches.warming = old.caches.warming;
    }

    /// Notices when the stage changes, so that the state line can say for how long.
    pub fn observe(&mut self, session: &Session) {
        let stage = std::mem::discriminant(&session.stage);
        if self.observed.stage != Some(stage) {
            self.observed.stage = Some(stage);
            self.observed.stage_since = session.last_at.unwrap_or(self.now);
            if self.nav.tab.is_none() {
                // The screen follows: a new moment is seen from its natural place.
                self.nav.scroll.clear();
                self.nav.case = None;
            }
        }
        self.observed.held = session.held;
        if matches!(session.stage, Stage::Waiting | Stage::Finished) {
            self.observed.edits_due = by_hand(session);
        }
        self.announce_writes(session);
        self.announce_decision(session);
        self.announce_failed_round(session);
        self.observed.bell.observe(session, self.now);
    }

    /// Notes that an edit was handed to the loop.
    pub fn edit_handed_over(&mut self, session: &Session) {
        self.observed.edits_due = self.observed.edits_due.max(by_hand(session)) + 1;
    }

    /// How many edits wait for what is on.
    #[must_use]
    pub fn edits_waiting(&self, session: &Session) -> usize {
        self.observed.edits_due.saturating_sub(by_hand(session))
    }

    /// Whether ctrl-c was pressed within the last two seconds.
    #[must_use]
    pub fn interrupted_lately(&self) -> bool {
        self.pending
            .interrupt
            .is_some_and(|at| self.now.duration_since(at).as_millis() < 2_000)
    }

    /// Whether an action whose key asks first was asked for within the last seconds already; else it is from now on.
    pub fn is_meant(&mut self, action: Action) -> bool {
        let asked = self.pending.asked.take();
        let lately = |at| self.now.duration_since(at).as_secs() < 4;
        if asked.is_some_and(|(what, at)| what == action && lately(at)) {
            return true;
        }
        self.pending.asked = Some((action, self.now));
        false
    }

    /// Says something to the developer.
    pub fn say(&mut self, text: impl Into<String>, error: bool) {
        self.messages.say(self.now, text.into(), error);
    }

    /// The word to show now and whether it is an error: the screen's own, or the engine's last note, while fresh.
    #[must_use]
    pub fn word<'s>(&'s self, session: &'s Session) -> Option<(&'s str, bool)> {
        self.messages
            .word(self.now, self.observed.stage_since, session)
    }

    /// Whether something on the screen moves by itself, and how often it is worth drawing it (milliseconds).
    #[must_use]
    pub fn heartbeat(&self, session: &Session) -> Option<u64> {
        // A word is to go when it was read.
        let tip = self.messages.tip.is_some();
        let fresh = (self.word(session).is_some() || tip).then_some(1_000);
        if !self.at_work {
            let opening = self.home.as_ref().is_some_and(|h| h.opening.is_some());
            return opening.then_some(120).or(fresh);
        }
        if let Some(playback) = &self.playback {
            // Often enough that text flows, and never waiting for the screen.
            let due = playback.due(Instant::now());
            return due.map(|due| u64::try_from(due.as_millis()).unwrap_or(500).clamp(16, 500));
        }
        match session.stage {
            _ if session.held => fresh,
            Stage::Comparing { .. } | Stage::Confirming { .. } => Some(500),
            Stage::Waiting | Stage::Finished | Stage::Paused => fresh,
            _ => Some(120),
        }
    }

    /// The scopes whose keys mean something now, the first that knows a key has it.
    #[must_use]
    pub fn scopes(&self) -> &'static [Scope] {
        match (self.at_work, &self.search, &self.playback) {
            (true, Some(_), None) => &[Scope::Search, Scope::Work, Scope::Both],
            (true, Some(_), Some(_)) => &[Scope::Search, Scope::Recorded, Scope::Work, Scope::Both],
            (true, None, Some(_)) => &[Scope::Recorded, Scope::Work, Scope::Both],
            (true, None, None) => &[Scope::Work, Scope::Both],
            (false, ..) => &[Scope::Start, Scope::Both],
        }
    }

    /// Whether an action can do something here: in a recorded session those of the loop cannot.
    #[must_use]
    pub fn means_something(&self, action: Action) -> bool {
        self.playback.is_none() || !action.is_of_the_loop()
    }

    /// How parts are arranged on a screen of this size.
    #[must_use]
    pub fn arrangement(&self) -> Arrangement {
        self.prefs.memory.arrangement(room(self.size))
    }

    /// The same, to be changed.
    pub fn arrangement_mut(&mut self) -> &mut Arrangement {
        self.prefs.memory.arrangement_mut(room(self.size))
    }

    /// What besides the size decides where things go.
    #[must_use]
    pub fn layout_options(&self) -> LayoutOptions {
        LayoutOptions {
            steering: self.hint_box.active || self.playback.is_some(),
            banner: !self.messages.banner.is_empty(),
            charts_in_main: self.nav.tab == Some(Tab::Charts),
            zoomed: self.nav.zoomed,
            arrangement: self.arrangement(),
        }
    }

    /// Where everything goes on this screen.
    #[must_use]
    pub fn layout(&self) -> ScreenLayout {
        lay_out(self.size, self.layout_options())
    }
}

//! The state of the screen: what is looked at, what is being typed, what was worked out for it.
//!
//! Knows the session only by reading it. It holds no dialog (an open one lies beside it, in [`crate::tui::app::App`]),
//! draws nothing and asks nothing of the loop.

pub mod arrange;
pub mod cases;
pub mod decisions;
pub mod effect;
pub mod find;
pub mod folding;
pub mod hits;
pub mod model_params;
pub mod navigation;
pub mod panes;
pub mod prompt;
pub mod replies;
pub mod search;
pub mod tips;
pub mod version_status;
pub mod writes;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use ratatui::layout::Rect;
use tui_textarea::TextArea;

use crate::session::Session;
use crate::session::event::{Stage, VersionId};
use crate::tui::core::action::Scope;
use crate::tui::core::bell::Bell;
use crate::tui::core::diff::Diff;
use crate::tui::core::highlight::Syntaxes;
use crate::tui::core::highlighted::HighlightedText;
use crate::tui::core::home::Home;
use crate::tui::core::key::KeySequence;
use crate::tui::core::keymap::Keymap;
use crate::tui::core::layout::{
    Arrangement, Border, LayoutOptions, ScreenLayout, ScreenPart, lay_out, room,
};
use crate::tui::core::memory::Memory;
use crate::tui::core::reply::Reply;
use crate::tui::core::tab::Tab;
use crate::tui::core::text;
use crate::tui::core::text_id::{TextId, TextPair};
use crate::tui::core::theme::Theme;
use crate::tui::core::tip::Tip;
use crate::tui::core::typing::{History, text_area};
use crate::tui::core::workers::{Done, Job, LruCache};
use crate::tui::state::hits::HitMap;
use crate::tui::state::panes::Panes;
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

/// A word of the screen itself to the developer.
#[derive(Clone, Debug)]
pub struct Message {
    /// When it was said.
    pub at: Timestamp,
    /// What.
    pub text: String,
    /// Whether something went wrong.
    pub error: bool,
}

/// A long text wrapped for the width it is shown in.
#[derive(Default)]
pub struct Page {
    /// Which text of which pane, its bytes, and the width.
    key: Option<((Tab, u32), usize, u16)>,
    /// Its rows.
    pub rows: Vec<String>,
}

impl Page {
    /// Wraps a text for so many cells, unless it is wrapped already.
    pub fn wrap(&mut self, which: (Tab, u32), text: &str, width: u16) {
        let key = Some((which, text.len(), width));
        if self.key != key {
            self.key = key;
            self.rows = text::wrap_all(text, width.into());
        }
    }
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
    /// First row shown, by pane; none is the pane's natural place.
    pub scroll: HashMap<Tab, usize>,
    /// Cells that long lines are moved by.
    pub shift: usize,
    /// Case that the developer chose.
    pub case: Option<usize>,
    /// The part that has the whole screen.
    pub zoomed: Option<ScreenPart>,
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

/// What the screen itself says.
#[derive(Default)]
pub struct Messages {
    /// All of it, newest last.
    pub all: Vec<Message>,
    /// The last one, until it is taken away.
    pub last: Option<Message>,
    /// A standing line for the developer, such as the demo's.
    pub banner: String,
    /// The tip that is on, and since when.
    pub tip: Option<(Tip, Timestamp)>,
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
    /// Whether the next round's prompt is to be edited as soon as it is there.
    pub prompt_wanted: bool,
    /// When the round that is on began, and whether the developer looks at the terminal (if it tells).
    pub bell: Bell,
}

/// What was worked out for drawing, and what is still to be asked for.
pub struct Caches {
    /// Colours of texts.
    pub painted: LruCache<TextId, HighlightedText>,
    /// Differences between texts.
    pub diffs: LruCache<TextPair, Diff>,
    /// The reply, laid out.
    pub reply: Reply,
    /// The long text on the screen.
    pub page: Page,
    /// Grammars, once loaded.
    pub syntaxes: Option<Arc<Syntaxes>>,
    /// What the workers are to be asked before the next drawing.
    pub jobs: Vec<Job>,
    warming: bool,
}

impl Caches {
    /// Has a text coloured, unless it is or will be.
    pub fn want_colours(
        &mut self,
        of: TextId,
        text: Arc<str>,
        language: &str,
        ask: &mut dyn FnMut(Job),
    ) {
        if self.painted.want(&of) {
            let language = language.to_owned();
            ask(Job::Paint { of, text, language });
        }
    }

    /// Has two texts compared, unless they are or will be.
    pub fn want_diff(
        &mut self,
        old: (TextId, Arc<str>),
        new: (TextId, Arc<str>),
        ask: &mut dyn FnMut(Job),
    ) {
        if self.diffs.want(&(old.0, new.0)) {
            ask(Job::Compare { old, new });
        }
    }
}

/// The state of the screen.
pub struct State {
    /// The start screen; absent where the program went straight to work.
    pub home: Option<Home>,
    /// Whether the workbench is shown (else the start screen).
    pub at_work: bool,
    /// Quits without asking.
    pub demo: bool,
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
            observed: Observed {
                stage: None,
                stage_since: now,
                held: false,
                written: None,
                prompt_wanted: false,
                bell: Bell::default(),
            },
            caches: Caches {
                painted: LruCache::new(SHELF_BYTES),
                diffs: LruCache::new(SHELF_BYTES),
                reply: Reply::default(),
                page: Page::default(),
                syntaxes: None,
                jobs: Vec::new(),
                warming: false,
            },
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
        self.announce_writes(session);
        self.observed.bell.observe(session, self.now);
    }

    /// Whether ctrl-c was pressed within the last two seconds.
    #[must_use]
    pub fn interrupted_lately(&self) -> bool {
        self.pending
            .interrupt
            .is_some_and(|at| self.now.duration_since(at).as_millis() < 2_000)
    }

    /// Says something to the developer.
    pub fn say(&mut self, text: impl Into<String>, error: bool) {
        let message = Message {
            at: self.now,
            text: text.into(),
            error,
        };
        self.messages.all.push(message.clone());
        let over = self.messages.all.len().saturating_sub(SAID);
        self.messages.all.drain(..over);
        self.messages.last = Some(message);
    }

    /// The scopes whose keys mean something now, the first that knows a key has it.
    #[must_use]
    pub fn scopes(&self) -> &'static [Scope] {
        match (self.at_work, &self.search) {
            (true, Some(_)) => &[Scope::Search, Scope::Work, Scope::Both],
            (true, None) => &[Scope::Work, Scope::Both],
            (false, _) => &[Scope::Start, Scope::Both],
        }
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

    /// The version that is looked at.
    #[must_use]
    pub fn version(&self, session: &Session) -> Option<VersionId> {
        let over = session.finished.is_some() && matches!(session.stage, Stage::Aside { .. });
        let busy = !over && !matches!(session.stage, Stage::Finished | Stage::Preparing);
        self.nav
            .selected
            .filter(|id| session.version(*id).is_some())
            .or(session.live.version.filter(|_| busy))
            .or(session.incumbent.filter(|_| !busy))
            .or(session.versions.last().map(|v| v.id))
    }

    /// The pane that is shown: the chosen one, or the one that fits the moment.
    #[must_use]
    pub fn pane(&self, session: &Session) -> Tab {
        if let Some(tab) = self.nav.tab {
            return tab;
        }
        if self.nav.selected.is_some() {
            return Tab::Diff;
        }
        let charts_stand_beside = self.layout().memory.is_some();
        match &session.stage {
            Stage::Preparing => Tab::Task,
            Stage::Asking | Stage::Streaming | Stage::Retrying { .. } => Tab::Stream,
            Stage::Building { .. } | Stage::Checking { .. } => Tab::Cases,
            Stage::Comparing { .. } | Stage::Confirming { .. } if charts_stand_beside => Tab::Diff,
            Stage::Comparing { .. } | Stage::Confirming { .. } => Tab::Charts,
            Stage::Finished => Tab::Summary,
            Stage::Aside { .. } if session.finished.is_some() => Tab::Summary,
            Stage::Waiting | Stage::Paused | Stage::Aside { .. } => self.after_the_fact(session),
        }
    }

    fn after_the_fact(&self, session: &Session) -> Tab {
        if session.round().is_some_and(|r| r.failed.is_some()) {
            return Tab::Stream;
        }
        // Of several candidates the last one need not be the one that it came to.
        let last = self.version(session).and_then(|id| session.version(id));
        match last.and_then(|v| v.verdict()) {
            Some(verdict) if !verdict.accepted() => Tab::Cases,
            Some(_) if last.is_some_and(|v| v.id.0 > 0) => Tab::Diff,
            _ => Tab::Task,
        }
    }

    /// The two versions that a diff shows: what it is compared with, and the selected one.
    #[must_use]
    pub fn diff_pair(&self, session: &Session) -> Option<(VersionId, VersionId)> {
        let version = session.version(self.version(session)?)?;
        let old = match self.nav.against {
            Against::Parent => version.parent?,
            Against::Original => VersionId::ORIGINAL,
            Against::Best => session.incumbent?,
            Against::Marked => self.panes.diff.marked?,
            Against::Version(id) => id,
        };
        (old != version.id && session.version(old).is_some()).then_some((old, version.id))
    }

    /// The round that the stream and prompt panes show.
    #[must_use]
    pub fn round<'s>(&self, session: &'s Session) -> Option<&'s crate::session::fold::Round> {
        match self.nav.selected.and_then(|id| session.version(id)) {
            Some(version) => session.rounds.iter().find(|r| r.number == version.round),
            None => session.round(),
        }
    }

    /// What besides the size decides where things go.
    #[must_use]
    pub fn layout_options(&self) -> LayoutOptions {
        LayoutOptions {
            steering: self.hint_box.active,
            banner: !self.messages.banner.is_empty(),
            zoomed: self.nav.zoomed,
            arrangement: self.arrangement(),
        }
    }

    /// Where everything goes on this screen.
    #[must_use]
    pub fn layout(&self) -> ScreenLayout {
        lay_out(self.size, self.layout_options())
    }

    /// Works out what the next drawing needs, or asks the workers for it. Call before drawing.
    pub fn prepare(&mut self, session: &Session, ask: &mut dyn FnMut(Job)) {
        for job in std::mem::take(&mut self.caches.jobs) {
            ask(job);
        }
        let Some(task) = session.task.as_ref().filter(|_| self.at_work) else {
            return;
        };
        let language = task.language.as_str();
        if !self.caches.warming {
            self.caches.warming = true;
            ask(Job::Warm {
                language: language.to_owned(),
            });
        }
        self.prepare_versions(session, self.pane(session), language, ask);
    }

    fn prepare_versions(
        &mut self,
        session: &Session,
        pane: Tab,
        language: &str,
        ask: &mut dyn FnMut(Job),
    ) {
        let pair = self.diff_pair(session).filter(|_| pane == Tab::Diff);
        let mut wanted: Vec<VersionId> = pair.map(|(a, b)| vec![a, b]).unwrap_or_default();
        if pane == Tab::Code {
            wanted.extend(self.version(session));
        }
        let text = |id: VersionId| Some(session.version(id)?.source.text.clone());
        if let Some((old, new)) = pair
            && let (Some(a), Some(b)) = (text(old), text(new))
        {
            let (old, new) = TextId::versions((old, new));
            self.caches.want_diff((old, a), (new, b), ask);
        }
        for id in wanted {
            if let Some(text) = text(id) {
                self.caches
                    .want_colours(TextId::Version(id), text, language, ask);
            }
        }
    }

    /// Takes in what the workers worked out; gives back what is a dialog's.
    #[must_use]
    pub fn take(&mut self, done: Done) -> Option<Done> {
        match done {
            Done::Warm(syntaxes) => self.caches.syntaxes = Some(syntaxes),
            Done::Painted(of, sheet) => {
                let weight = sheet.weight();
                self.caches.painted.insert(of, sheet, weight);
            }
            Done::Compared(pair, diff) => {
                let weight = diff.weight();
                self.caches.diffs.insert(pair, diff, weight);
            }
            Done::Edited(_) | Done::Listed(..) | Done::Inspected(..) | Done::Beside(..) => {
                return Some(done);
            }
        }
        None
    }

    /// Whether something on the screen moves by itself, and how often it is worth drawing it (milliseconds).
    #[must_use]
    pub fn heartbeat(&self, session: &Session) -> Option<u64> {
        if !self.at_work {
            // Something is being opened, or a word is to go when it was read; else nothing moves.
            let opening = self.home.as_ref().is_some_and(|h| h.opening.is_some());
            let fresh = self.word(session).is_some();
            return opening.then_some(120).or(fresh.then_some(1_000));
        }
        match session.stage {
            _ if session.held => self.fresh_words(session).then_some(1_000),
            Stage::Comparing { .. } | Stage::Confirming { .. } => Some(500),
            Stage::Waiting | Stage::Finished | Stage::Paused => {
                self.fresh_words(session).then_some(1_000)
            }
            _ => Some(120),
        }
    }

    /// Whether a message or a note is recent enough to be shown.
    fn fresh_words(&self, session: &Session) -> bool {
        self.word(session).is_some()
    }

    /// The word to show now: the screen's own, or the engine's last note, while fresh.
    #[must_use]
    pub fn word<'s>(&'s self, session: &'s Session) -> Option<(&'s str, bool)> {
        let fresh = |at: Timestamp, text: &str| {
            let shown = self.now.duration_since(at).as_secs();
            shown < MESSAGE_SECONDS + i64::try_from(text.len() / PER_SECOND).unwrap_or(0)
        };
        let own = self
            .messages
            .last
            .as_ref()
            .filter(|m| fresh(m.at, &m.text))
            .map(|m| (m.at, m.text.as_str(), m.error));
        let note = session
            .notes
            .last()
            .filter(|n| fresh(n.at, &n.text))
            .map(|n| (n.at, n.text.as_str(), n.error));
        own.into_iter()
            .chain(note)
            .max_by_key(|w| w.0)
            .map(|w| (w.1, w.2))
    }
}

/// Bytes of coloured and of compared texts that are kept; what was not looked at for longest goes first.
const SHELF_BYTES: usize = 8 << 20;
/// Words of the screen that are kept.
const SAID: usize = 200;
/// How long the shortest word stays on the screen.
const MESSAGE_SECONDS: i64 = 8;
/// Bytes that are read in a second: a long word stays longer.
const PER_SECOND: usize = 20;

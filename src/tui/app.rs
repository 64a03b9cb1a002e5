//! The state of the screen: what is looked at, what is being typed, what was worked out for it.
//!
//! Knows the session only by reading it. What a key does to it stands in `act`; drawing it stands in `view`.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use ratatui::layout::{Position, Rect};
use tui_textarea::TextArea;

use crate::session::Session;
use crate::session::event::{Stage, VersionId};
use crate::tui::bell::Bell;
use crate::tui::cases::CaseForm;
use crate::tui::desk::{Done, Job, Shelf};
use crate::tui::diff::Diff;
use crate::tui::editor::Editor;
use crate::tui::files::Files;
use crate::tui::functions::Functions;
use crate::tui::goal::Form;
use crate::tui::highlight::Syntaxes;
use crate::tui::home::Home;
use crate::tui::judged;
use crate::tui::keys::{Context, Keymap};
use crate::tui::layout::{Arrangement, Border, Look, Part, Plan, plan, room};
use crate::tui::memory::Memory;
use crate::tui::mouse::Target;
use crate::tui::note::NoteBox;
use crate::tui::palette::Palette;
use crate::tui::panes::{Fold, Panes};
use crate::tui::prompt_edit::{self, PromptEditor};
use crate::tui::search::Search;
use crate::tui::settings::Settings;
use crate::tui::sheet::Sheet;
use crate::tui::stream::Reply;
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::tips::Tip;
use crate::tui::typing::History;
use crate::tui::view::overlay::edit;
use crate::tui::write::{self, WriteBox};

/// A pane of the main area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tab {
    /// What the program must do.
    Task,
    /// The reply as it comes.
    Stream,
    /// The selected version's text.
    Code,
    /// What it changed.
    Diff,
    /// Its cases.
    Cases,
    /// The prompt it came from.
    Prompt,
    /// The charts, large.
    Charts,
    /// All versions with their figures; the end of a session.
    Summary,
}

impl Tab {
    /// All, in order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Task,
        Self::Stream,
        Self::Code,
        Self::Diff,
        Self::Cases,
        Self::Prompt,
        Self::Charts,
        Self::Summary,
    ];

    /// Its name.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Stream => "stream",
            Self::Code => "code",
            Self::Diff => "diff",
            Self::Cases => "cases",
            Self::Prompt => "prompt",
            Self::Charts => "charts",
            Self::Summary => "summary",
        }
    }
}

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

/// What lies on top and has the keyboard.
pub enum Overlay {
    /// The help of what is being done.
    Help {
        /// What was typed to search it.
        filter: String,
        /// The chosen row among those that match.
        cursor: usize,
    },
    /// Everything that can be done.
    Palette(Box<Palette>),
    /// When the session ends.
    Goal(Box<Form>),
    /// What was said lately.
    Messages {
        /// Rows that the end is moved up by.
        back: usize,
    },
    /// The editor for a version by hand.
    Edit(Box<Editor>),
    /// The themes; the one under the cursor is shown at once.
    Themes {
        /// All names.
        names: Vec<String>,
        /// The chosen one.
        cursor: usize,
        /// The one to go back to.
        before: Box<(String, Theme)>,
    },
    /// The prompt of the next round, before it goes out.
    Prompt(Box<PromptEditor>),
    /// The settings.
    Settings(Box<Settings>),
    /// Chooses a program, then its cases.
    Files(Box<Files>),
    /// Chooses a function of a file.
    Functions(Box<Functions>),
    /// Asks by what a function is judged.
    Judged(Box<judged::Form>),
    /// A case by hand.
    Case(Box<CaseForm>),
    /// Writes a note on a version.
    Note(Box<NoteBox>),
    /// What writing a version into the user's file would do, and whether to.
    Write(Box<WriteBox>),
    /// Asks for a file name.
    Save {
        /// The name so far.
        name: Box<TextArea<'static>>,
    },
    /// Asks whether a file may be replaced.
    Overwrite {
        /// Which.
        path: PathBuf,
    },
    /// Asks whether to quit while something is on.
    Quit,
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

/// What the last drawing came to: where things are, how far they can be moved. For clicks and scrolling.
#[derive(Clone, Debug, Default)]
pub struct Seen {
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
    /// Places that the cursor of a chart can go to.
    pub chart_cells: u16,
    /// Keys that a click presses, and rows, boxes and sheets on top; what was drawn last lies above.
    pub targets: Vec<(Rect, Target)>,
}

/// A long text wrapped for the width it is shown in.
#[derive(Default)]
pub struct Page {
    key: (Option<Tab>, u32, usize, u16),
    /// Its rows.
    pub rows: Vec<String>,
}

/// The state of the screen.
pub struct App {
    /// The start screen; absent where the program went straight to work.
    pub home: Option<Home>,
    /// Whether the workbench is shown (else the start screen).
    pub at_work: bool,
    /// Colours.
    pub theme: Theme,
    /// The config file; `None` where a choice is kept nowhere.
    pub config_file: Option<PathBuf>,
    /// The name it was asked for by: that of its file.
    pub theme_name: String,
    /// Where the developer's own themes are.
    pub theme_folder: Option<PathBuf>,
    /// A standing line for the developer, such as the demo's.
    pub banner: String,
    /// Quits without asking.
    pub demo: bool,
    /// Now, as far as drawing is concerned.
    pub now: Timestamp,
    /// When the stage became what it is.
    pub stage_since: Timestamp,
    stage: Option<std::mem::Discriminant<Stage>>,
    /// Size of the screen.
    pub size: Rect,
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
    pub zoomed: Option<Part>,
    /// The keys in force.
    pub keys: Keymap,
    /// The first of keys that are pressed one after the other; empty where none is begun.
    pub begun: String,
    /// The search that is on.
    pub search: Option<Search>,
    /// What outlives this start.
    pub memory: Memory,
    /// Whether clicks and the wheel come to us; else the terminal has them.
    pub mouse: bool,
    /// The border that is being dragged.
    pub dragged: Option<Border>,
    /// Where in the earlier hints the steering box is.
    pub history: History,
    /// All words of the screen itself, newest last.
    pub said: Vec<Message>,
    /// What the desk is to be asked before the next drawing.
    pub jobs: Vec<Job>,
    /// When the round that is on began, and whether the developer looks at the terminal (if it tells).
    pub bell: Bell,
    /// What diffs compare with.
    pub against: Against,
    /// Panes whose folds are open.
    pub unfolded: HashSet<Tab>,
    /// Whether the steering box has the keyboard.
    pub steering: bool,
    /// What is typed into it.
    pub steer: TextArea<'static>,
    /// What lies on top.
    pub overlay: Option<Overlay>,
    /// The last word of the screen itself.
    pub message: Option<Message>,
    /// Whether the next round's prompt is to be edited as soon as it is there.
    pub prompt_wanted: bool,
    /// Whether the developer holds the loop.
    pub held: bool,
    /// How much of the session was written back (and taken back) when it was last looked at; none before that.
    pub written: Option<(usize, usize)>,
    /// When ctrl-c last stopped something: a second one soon after quits.
    pub interrupted_at: Option<Timestamp>,
    /// The last drawing.
    pub seen: Seen,
    /// Colours of versions.
    pub painted: Shelf<VersionId, Sheet>,
    /// Differences between versions.
    pub diffs: Shelf<(VersionId, VersionId), Diff>,
    /// What the panes remember of how they are looked at.
    pub panes: Panes,
    /// Whether only ASCII may be drawn.
    pub ascii: bool,
    /// Whether a newcomer gets tips.
    pub tips: bool,
    /// The tip that is on, and since when.
    pub tip_since: Option<(Tip, Timestamp)>,
    /// The reply, laid out.
    pub reply: Reply,
    /// The long text on the screen.
    pub page: Page,
    /// Grammars, once loaded.
    pub syntaxes: Option<Arc<Syntaxes>>,
    warming: bool,
}

impl App {
    /// A fresh screen; on the start screen if there is one.
    #[must_use]
    pub fn new(theme: Theme, home: Option<Home>, now: Timestamp) -> Self {
        Self {
            at_work: home.is_none(),
            home,
            theme_name: theme.name.clone(),
            theme,
            theme_folder: None,
            config_file: None,
            banner: String::new(),
            demo: false,
            now,
            stage_since: now,
            stage: None,
            size: Rect::new(0, 0, 80, 24),
            tab: None,
            selected: None,
            scroll: HashMap::new(),
            shift: 0,
            case: None,
            zoomed: None,
            keys: Keymap::default(),
            begun: String::new(),
            search: None,
            memory: Memory::default(),
            mouse: true,
            dragged: None,
            history: History::default(),
            said: Vec::new(),
            jobs: Vec::new(),
            bell: Bell::default(),
            against: Against::default(),
            unfolded: HashSet::new(),
            steering: false,
            steer: text_area(""),
            overlay: None,
            message: None,
            prompt_wanted: false,
            held: false,
            written: None,
            interrupted_at: None,
            seen: Seen::default(),
            painted: Shelf::new(SHELF_BYTES),
            diffs: Shelf::new(SHELF_BYTES),
            panes: Panes::default(),
            ascii: false,
            tips: false,
            tip_since: None,
            reply: Reply::default(),
            page: Page::default(),
            syntaxes: None,
            warming: false,
        }
    }

    /// Opens the workbench on another session: nothing of the last one stays.
    pub fn open_work(&mut self) {
        let fresh = Self::new(self.theme.clone(), self.home.take(), self.now);
        let old = std::mem::replace(self, fresh);
        self.banner = old.banner;
        self.demo = old.demo;
        self.size = old.size;
        self.ascii = old.ascii;
        self.tips = old.tips;
        self.syntaxes = old.syntaxes;
        self.warming = old.warming;
        self.theme_name = old.theme_name;
        self.theme_folder = old.theme_folder;
        self.config_file = old.config_file;
        self.keys = old.keys;
        self.memory = old.memory;
        self.mouse = old.mouse;
        self.said = old.said;
        self.bell = old.bell;
        self.at_work = true;
    }

    /// Notices when the stage changes, so that the state line can say for how long.
    pub fn observe(&mut self, session: &Session) {
        let stage = std::mem::discriminant(&session.stage);
        if self.stage != Some(stage) {
            self.stage = Some(stage);
            self.stage_since = session.last_at.unwrap_or(self.now);
            if self.tab.is_none() {
                // The screen follows: a new moment is seen from its natural place.
                self.scroll.clear();
                self.case = None;
            }
        }
        self.held = session.held;
        prompt_edit::observe(self, session);
        write::observe(self, session);
        self.bell.observe(session, self.now);
    }

    /// Whether ctrl-c was pressed within the last two seconds.
    #[must_use]
    pub fn interrupted_lately(&self) -> bool {
        self.interrupted_at
            .is_some_and(|at| self.now.duration_since(at).as_millis() < 2_000)
    }

    /// Says something to the developer.
    pub fn say(&mut self, text: impl Into<String>, error: bool) {
        let message = Message {
            at: self.now,
            text: text.into(),
            error,
        };
        self.said.push(message.clone());
        let over = self.said.len().saturating_sub(SAID);
        self.said.drain(..over);
        self.message = Some(message);
    }

    /// The contexts whose keys mean something now, the first that knows a key has it.
    #[must_use]
    pub fn contexts(&self) -> &'static [Context] {
        match (self.at_work, &self.search) {
            (true, Some(_)) => &[Context::Search, Context::Work, Context::Both],
            (true, None) => &[Context::Work, Context::Both],
            (false, _) => &[Context::Start, Context::Both],
        }
    }

    /// How parts are arranged on a screen of this size.
    #[must_use]
    pub fn arrangement(&self) -> Arrangement {
        self.memory.arrangement(room(self.size))
    }

    /// The same, to be changed.
    pub fn arrangement_mut(&mut self) -> &mut Arrangement {
        self.memory.arrangement_mut(room(self.size))
    }

    /// The version that is looked at.
    #[must_use]
    pub fn version(&self, session: &Session) -> Option<VersionId> {
        let over = session.finished.is_some() && matches!(session.stage, Stage::Aside { .. });
        let busy = !over && !matches!(session.stage, Stage::Finished | Stage::Preparing);
        self.selected
            .filter(|id| session.version(*id).is_some())
            .or(session.live.version.filter(|_| busy))
            .or(session.incumbent.filter(|_| !busy))
            .or(session.versions.last().map(|v| v.id))
    }

    /// The pane that is shown: the chosen one, or the one that fits the moment.
    #[must_use]
    pub fn pane(&self, session: &Session) -> Tab {
        if let Some(tab) = self.tab {
            return tab;
        }
        if self.selected.is_some() {
            return Tab::Diff;
        }
        let charts_stand_beside = self.plan().memory.is_some();
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
        let old = match self.against {
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
        match self.selected.and_then(|id| session.version(id)) {
            Some(version) => session.rounds.iter().find(|r| r.number == version.round),
            None => session.round(),
        }
    }

    /// What besides the size decides where things go.
    #[must_use]
    pub fn look(&self) -> Look {
        Look {
            steering: self.steering,
            banner: !self.banner.is_empty(),
            zoomed: self.zoomed,
            arrangement: self.arrangement(),
        }
    }

    /// Where everything goes on this screen.
    #[must_use]
    pub fn plan(&self) -> Plan {
        plan(self.size, self.look())
    }

    /// What was seen last, brought up to date where something was changed since: keys that come at once must not be
    /// judged by a screen that is no more.
    pub fn look_again(&mut self, session: &Session) {
        let pane = (self.pane(session), self.version(session));
        if !self.at_work || self.seen.pane == Some(pane) {
            return;
        }
        let mut jobs = Vec::new();
        self.prepare(session, &mut |job| jobs.push(job));
        self.jobs.append(&mut jobs);
        let mut buffer = ratatui::buffer::Buffer::empty(self.size);
        self.seen = crate::tui::view::paint(&mut buffer, session, self);
    }

    /// Works out what the next drawing needs, or asks the desk for it. Call before drawing.
    pub fn prepare(&mut self, session: &Session, ask: &mut dyn FnMut(Job)) {
        for job in std::mem::take(&mut self.jobs) {
            ask(job);
        }
        let Some(task) = session.task.as_ref().filter(|_| self.at_work) else {
            return;
        };
        let language = task.language.as_str();
        if !self.warming {
            self.warming = true;
            ask(Job::Warm {
                language: language.to_owned(),
            });
        }
        if let Some(Overlay::Edit(editor)) = &mut self.overlay {
            edit::dress(&mut editor.area, &self.theme);
            editor.job(language).into_iter().for_each(&mut *ask);
        }
        if let Some(Overlay::Prompt(editor)) = &mut self.overlay {
            edit::dress(&mut editor.area, &self.theme);
        }
        write::prepare(self, language, ask);
        let pane = self.pane(session);
        let inner = self.plan().main_inner();
        self.prepare_versions(session, pane, language, ask);
        self.prepare_code(session, pane);
        if pane == Tab::Stream {
            self.prepare_stream(session, usize::from(inner.width), language);
        }
        let (id, long): (u32, Arc<str>) = match pane {
            Tab::Task => (0, task.statement.clone()),
            Tab::Prompt => self.shown_prompt(session).map_or((0, Arc::from("")), |p| {
                (p.round.unwrap_or(0), p.text.clone())
            }),
            _ => return,
        };
        let key = (Some(pane), id, long.len(), inner.width);
        if self.page.key != key {
            self.page = Page {
                key,
                rows: text::wrap_all(&long, inner.width.into()),
            };
        }
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
        if let Some((old, new)) = pair.filter(|pair| self.diffs.want(pair))
            && let (Some(a), Some(b)) = (session.version(old), session.version(new))
        {
            ask(Job::Compare {
                old: (old, a.source.text.clone()),
                new: (new, b.source.text.clone()),
            });
        }
        for id in wanted {
            if let Some(version) = session.version(id).filter(|_| self.painted.want(&id)) {
                ask(Job::Paint {
                    version: id,
                    text: version.source.text.clone(),
                    language: language.to_owned(),
                });
            }
        }
    }

    /// Takes in what the desk worked out.
    pub fn take(&mut self, done: Done) {
        match done {
            Done::Warm(syntaxes) => self.syntaxes = Some(syntaxes),
            Done::Edited(sheet) => {
                if let Some(Overlay::Edit(editor)) = &mut self.overlay {
                    editor.paint(sheet);
                }
            }
            Done::Painted(version, sheet) => {
                let weight = sheet.weight();
                self.painted.insert(version, sheet, weight);
            }
            Done::Compared(old, new, diff) => {
                let weight = diff.weight();
                self.diffs.insert((old, new), diff, weight);
            }
        }
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
            .message
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

    /// What of the last drawing is at a place of the screen.
    #[must_use]
    pub fn version_at(&self, place: Position) -> Option<VersionId> {
        self.seen
            .versions
            .iter()
            .find(|(r, _)| r.contains(place))
            .map(|(_, v)| *v)
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

/// A plain text box without line underlining.
#[must_use]
pub fn text_area(text: &str) -> TextArea<'static> {
    let mut area = TextArea::new(text.lines().map(str::to_owned).collect());
    area.set_cursor_line_style(ratatui::style::Style::new());
    area
}

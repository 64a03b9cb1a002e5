//! The palette: everything that can be done here, found by a few letters of it, and done.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use tui_textarea::TextArea;
use unicode_segmentation::UnicodeSegmentation;

use crate::engine::Command;
use crate::model::MOST_AT_ONCE;
use crate::session::Session;
use crate::session::event::{Mode, VersionId};
use crate::task::Objective;
use crate::tui::component::{Context, Dialog, List, Outcome, View};
use crate::tui::core::action::{Action, DialogName, Scope};
use crate::tui::core::hint::{Hint, Hints};
use crate::tui::core::key::{Key, KeySequence, key};
use crate::tui::core::layout::centred;
use crate::tui::core::tab::Tab;
use crate::tui::core::text::{pad, pad_left, visible, width};
use crate::tui::core::theme::{Role, Theme};
use crate::tui::core::typing::{line, place_cursor, type_into};
use crate::tui::state::effect::Effect;
use crate::tui::state::hits::{HitMap, Target};
use crate::tui::state::model_params::TEMPERATURES;
use crate::tui::state::version_status::version_status;
use crate::tui::state::{Against, State};
use crate::tui::widgets::put;
use crate::tui::widgets::sheet::{choose, sheet, typed};

/// Rows of things that are shown at most.
const ROWS: u16 = 18;

/// Something that can be done.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PaletteCommand {
    /// What a key would do.
    Do(Action),
    /// LayoutOptions at a version.
    Select(VersionId),
    /// Compare the version that is looked at with another one.
    Compare(VersionId),
    /// Let the next round start from a version.
    Branch(VersionId),
    /// Use a theme from now on.
    Theme(String),
    /// Change what is to become better.
    Objective(Objective),
    /// Change how it goes on.
    Mode(Mode),
    /// Change how many replies a round asks for.
    Candidates(u32),
    /// Change the temperature; none is the model's own.
    Temperature(Option<f64>),
    /// Open an entry of the start screen.
    Open(usize),
    /// Give an earlier hint once more.
    Hint(String),
}

impl PaletteCommand {
    /// A name that outlives a session, for those commands where that makes sense.
    fn id(&self) -> Option<String> {
        match self {
            Self::Do(action) => Some(action.name()),
            Self::Theme(name) => Some(format!("theme {name}")),
            Self::Objective(objective) => Some(format!("objective {objective}")),
            Self::Mode(mode) => Some(format!("mode {mode:?}")),
            _ => None,
        }
    }
}

/// One row of the palette.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// What it does.
    pub command: PaletteCommand,
    /// In a few words; what is searched first.
    pub name: String,
    /// In a sentence.
    pub about: String,
    /// Its key, where it has one.
    pub key: String,
    /// Characters of `name` that were found.
    pub marked: Vec<u32>,
}

/// The open palette.
pub(crate) struct Palette {
    /// What is typed.
    pub input: TextArea<'static>,
    /// The chosen row among those found.
    pub cursor: usize,
    /// What was found, best first.
    pub found: Vec<Entry>,
    all: Vec<Entry>,
    matcher: Matcher,
}

/// Opens it.
pub(crate) fn open(cx: &mut Context<'_>) -> Outcome {
    let mut palette = Palette {
        input: line(""),
        cursor: 0,
        found: Vec::new(),
        all: entries(cx.state, cx.session),
        matcher: Matcher::new(Config::DEFAULT),
    };
    palette.find(&cx.state.prefs.memory.used);
    Outcome::open(palette)
}

/// Everything that can be done now.
fn entries(state: &State, session: &Session) -> Vec<Entry> {
    let entry = |command, name: String, about: String| Entry {
        command,
        name,
        about,
        key: String::new(),
        marked: Vec::new(),
    };
    let mut all: Vec<Entry> = state
        .prefs
        .keys
        .rows()
        .iter()
        .filter(|b| b.row.scope != Scope::Search && state.scopes().contains(&b.row.scope))
        .filter(|b| state.means_something(b.row.action))
        .filter(|b| b.row.action != Action::Dialog(DialogName::Palette))
        .map(|b| Entry {
            key: b.keys.first().map(KeySequence::symbols).unwrap_or_default(),
            ..entry(
                PaletteCommand::Do(b.row.action),
                b.row.short.into(),
                b.row.help.into(),
            )
        })
        .collect();
    if state.at_work {
        for version in session.versions.iter().rev() {
            let id = version.id;
            let word = version_status(session, state, version).word;
            all.push(entry(
                PaletteCommand::Select(id),
                format!("select {id}"),
                word.clone(),
            ));
            if state.version(session) != Some(id) {
                all.push(entry(
                    PaletteCommand::Compare(id),
                    format!("compare with {id}"),
                    "the difference from it to the selected version".into(),
                ));
            }
            all.push(entry(
                PaletteCommand::Branch(id),
                format!("start the next round from {id}"),
                word,
            ));
        }
        for objective in [Objective::Time, Objective::Memory, Objective::Integral] {
            all.push(entry(
                PaletteCommand::Objective(objective),
                format!("objective: {objective}"),
                format!("make it {} from the next round on", objective.comparative()),
            ));
        }
        for (mode, word, about) in [
            (
                Mode::Auto,
                "auto",
                "rounds follow one another until the goal",
            ),
            (Mode::Step, "step", "every round waits for you"),
            (Mode::Manual, "manual", "nothing happens without you"),
        ] {
            all.push(entry(
                PaletteCommand::Mode(mode),
                format!("mode: {word}"),
                about.into(),
            ));
        }
        for (command, name, about) in asking(session) {
            all.push(entry(command, name, about));
        }
        let hints = state.prefs.memory.hints(session.task_name());
        for hint in hints.into_iter().rev().take(12) {
            let words = hint.replace('\n', " ");
            all.push(entry(
                PaletteCommand::Hint(hint),
                format!("hint: {words}"),
                "give this hint once more".into(),
            ));
        }
    } else if let Some(home) = &state.home {
        for (n, session) in home.sessions.iter().enumerate() {
            all.push(entry(
                PaletteCommand::Open(n),
                format!("go on with {}", session.task),
                format!("{} {}", session.when, session.state),
            ));
        }
        for (n, task) in home.tasks.iter().enumerate() {
            all.push(entry(
                PaletteCommand::Open(home.sessions.len() + n),
                format!("try {}", task.name),
                format!("{} · {}", task.language, task.title),
            ));
        }
    }
    for name in Theme::names(state.prefs.theme_folder.as_deref()) {
        let about = if name == state.prefs.theme_name {
            "the one in use"
        } else {
            "use it and keep it"
        };
        all.push(entry(
            PaletteCommand::Theme(name.clone()),
            format!("theme: {name}"),
            about.into(),
        ));
    }
    if !state.at_work {
        // What can be opened comes first, and how one moves last: whoever looks here has found that out.
        all.sort_by_key(|e| match e.command {
            PaletteCommand::Open(_) => 0,
            PaletteCommand::Do(action) if moves(action) => 2,
            _ => 1,
        });
    }
    all
}

/// Whether an action only moves about.
fn moves(action: Action) -> bool {
    use Action::{Bottom, Down, Open, PageDown, PageUp, Top, Up};
    matches!(action, Down | Up | PageDown | PageUp | Top | Bottom | Open)
}

impl Palette {
    /// Finds what fits: the name counts more than the sentence, what was used lately a little.
    fn find(&mut self, used: &[String]) {
        let typed = self.input.lines().concat();
        let lately = |command: &PaletteCommand| {
            let id = command.id()?;
            used.iter().position(|u| *u == id)
        };
        if typed.trim().is_empty() {
            let mut found = self.all.clone();
            // Stable: what was never used stays in the table's order.
            found.sort_by_key(|e| lately(&e.command).unwrap_or(usize::MAX));
            self.found = found;
            self.cursor = 0;
            return;
        }
        let pattern = Pattern::parse(&typed, CaseMatching::Smart, Normalization::Smart);
        let mut characters = Vec::new();
        let mut scored: Vec<(u32, Entry)> = Vec::new();
        for entry in &self.all {
            let mut marked = Vec::new();
            let name = Utf32Str::new(&entry.name, &mut characters);
            let by_name = pattern.indices(name, &mut self.matcher, &mut marked);
            let whole = format!("{} {} {}", entry.name, entry.about, entry.key);
            let mut more = Vec::new();
            let by_all = pattern.score(Utf32Str::new(&whole, &mut more), &mut self.matcher);
            let Some(score) = by_name.map(|s| s * 2).into_iter().chain(by_all).max() else {
                continue;
            };
            let bonus = lately(&entry.command).map_or(0, |n| 12_u32.saturating_sub(n as u32));
            marked.sort_unstable();
            scored.push((
                score + bonus,
                Entry {
                    marked,
                    ..entry.clone()
                },
            ));
        }
        scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        self.found = scored.into_iter().map(|(_, e)| e).collect();
        self.cursor = 0;
    }
}

/// How the model can be asked from the next round on.
fn asking(session: &Session) -> Vec<(PaletteCommand, String, String)> {
    let candidates = (1..=MOST_AT_ONCE).filter(|n| *n != session.asks_for());
    let mut all: Vec<_> = candidates
        .map(|n| {
            let about = match n {
                1 => "one reply a round",
                _ => "replies side by side from the next round on; the best is confirmed",
            };
            (
                PaletteCommand::Candidates(n),
                format!("candidates: {n}"),
                about.into(),
            )
        })
        .collect();
    let own = session.temperature.is_some().then_some(None);
    let temperatures = TEMPERATURES.into_iter().map(Some);
    for t in own.into_iter().chain(temperatures) {
        if t != session.temperature {
            let name = t.map_or("the model's own".into(), |t| t.to_string());
            all.push((
                PaletteCommand::Temperature(t),
                format!("temperature: {name}"),
                "from the next question on".into(),
            ));
        }
    }
    all
}

impl Dialog for Palette {
    fn hints(&self, _: View<'_>) -> Hints {
        vec![
            Hint::new(key!(enter), "do it"),
            Hint::up_down("choose"),
            Hint::new(key!(esc), "close"),
        ]
    }

    fn on_key(&mut self, key: Key, cx: &mut Context<'_>) -> Outcome {
        let last = self.found.len().saturating_sub(1);
        match key {
            key!(esc) | key!(ctrl - 'c') | key!(ctrl - 'g') => return Outcome::close(),
            key!(enter) => {
                return match self.found.get(self.cursor) {
                    Some(entry) => perform(entry.command.clone(), cx),
                    None => Outcome::close(),
                };
            }
            key!(up) | key!(ctrl - 'p') => {
                self.cursor = self.cursor.checked_sub(1).unwrap_or(last);
            }
            key!(down) | key!(ctrl - 'n') | key!(tab) => {
                self.cursor = if self.cursor >= last {
                    0
                } else {
                    self.cursor + 1
                };
            }
            key!(pgup) => self.cursor = self.cursor.saturating_sub(10),
            key!(pgdn) => self.cursor = (self.cursor + 10).min(last),
            key!(backspace) if self.input.is_empty() => return Outcome::close(),
            _ => {
                let before = self.input.lines().concat();
                type_into(&mut self.input, key);
                if self.input.lines().concat() != before {
                    self.find(&cx.state.prefs.memory.used);
                }
            }
        }
        Outcome::stay()
    }

    fn on_paste(&mut self, text: &str, cx: &mut Context<'_>) {
        self.input
            .insert_str(text.lines().next().unwrap_or_default());
        self.find(&cx.state.prefs.memory.used);
    }

    fn list(&mut self, _: &Context<'_>) -> Option<List<'_>> {
        Some(List {
            rows: self.found.len(),
            cursor: &mut self.cursor,
        })
    }

    fn on_field(&mut self, _: usize, area: Rect, click: Position) {
        place_cursor(&mut self.input, area, click);
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        let height = (self.found.len() as u16).clamp(1, ROWS) + 3;
        let place = centred(area, 92, height.max(6));
        // It keeps its upper edge while what is found grows and shrinks.
        let top = centred(area, 92, ROWS + 3).y;
        let inner = sheet(cx, Rect { y: top, ..place }, "do anything", buffer, hits);
        if inner.height < 2 {
            return;
        }
        put(buffer, inner, 0, &Line::from(cx.span(": ", Role::Key)));
        let box_ = Rect {
            x: inner.x + 2.min(inner.width),
            width: inner.width.saturating_sub(2),
            height: 1,
            ..inner
        };
        typed(cx, box_, &self.input, true, buffer);
        hits.targets.push((box_, Target::Field(0)));
        if self.input.is_empty() && box_.width > 30 {
            let hint = Rect {
                x: box_.x + 2,
                width: box_.width - 2,
                ..box_
            };
            let whole = match cx.state.at_work {
                true => "a few letters of it: a version, a pane, a theme, anything",
                false => "a few letters of it: a task, a session, a theme, anything",
            };
            let fits = width(whole) <= usize::from(hint.width);
            let words = if fits { whole } else { "a few letters of it" };
            put(buffer, hint, 0, &Line::from(cx.span(words, Role::Faint)));
        }
        let rows = Rect {
            y: inner.y + 1,
            height: inner.height - 1,
            ..inner
        };
        if self.found.is_empty() {
            let words = Line::from(cx.span("nothing is called so", Role::Muted));
            return put(buffer, rows, 0, &words);
        }
        let keys = self.found.iter().map(|e| width(&e.key)).max();
        let keys = keys.unwrap_or(0).min(10);
        let names = self.found.iter().map(|e| width(&visible(&e.name))).max();
        let names = names.unwrap_or(0).clamp(12, 34);
        let room = usize::from(rows.height);
        let first = (self.cursor + 1).saturating_sub(room);
        for (n, entry) in self.found.iter().skip(first).take(room).enumerate() {
            let chosen = first + n == self.cursor;
            let line = row(cx, entry, chosen, [names, keys], rows.width.into());
            put(buffer, rows, n as u16, &line);
            choose(rows, n, first + n, hits);
        }
    }
}

/// Does it, and remembers that it was done.
fn perform(command: PaletteCommand, cx: &mut Context<'_>) -> Outcome {
    let mut effects = Vec::new();
    if let Some(id) = command.id() {
        cx.state.prefs.memory.keep_used(&id);
        effects.push(Effect::Remember);
    }
    let mut outcome = Outcome::close();
    match command {
        PaletteCommand::Do(action) => outcome = Outcome::perform(action),
        PaletteCommand::Select(version) => cx.state.select(version),
        PaletteCommand::Compare(version) => {
            cx.state.nav.against = Against::Version(version);
            cx.state.show(Tab::Diff);
        }
        PaletteCommand::Branch(version) => {
            effects.push(Effect::Send(Command::Parent(Some(version))));
        }
        PaletteCommand::Theme(name) => {
            cx.state.show_theme(&name);
            if cx.state.prefs.theme_name == name {
                cx.state.say(format!("the theme is {name}"), false);
                effects.push(Effect::KeepTheme(name));
            }
        }
        PaletteCommand::Objective(objective) => {
            effects.push(Effect::Send(Command::Objective(objective)));
        }
        PaletteCommand::Mode(mode) => effects.push(Effect::Send(Command::Mode(mode))),
        PaletteCommand::Candidates(n) => effects.push(Effect::Send(Command::Candidates(n))),
        PaletteCommand::Temperature(t) => effects.push(Effect::Send(Command::Temperature(t))),
        PaletteCommand::Open(entry) => {
            if let Some(home) = &mut cx.state.home {
                home.cursor = entry;
            }
            outcome = Outcome::perform(Action::Open);
        }
        PaletteCommand::Hint(hint) => {
            let task = cx.session.task_name();
            cx.state.prefs.memory.keep_hint(task, &hint);
            cx.state.hint_box.text = line(&hint);
            cx.state.say("the hint goes into the next prompt", false);
            effects.push(Effect::Send(Command::Hint(hint)));
        }
    }
    outcome.effects = effects;
    outcome
}

/// One row; `names` and `keys` are the cells that the longest of both take.
fn row<'a>(
    cx: View<'a>,
    entry: &Entry,
    chosen: bool,
    [names, keys]: [usize; 2],
    room: usize,
) -> Line<'a> {
    let ground = if chosen {
        cx.theme.bg(Role::Selection)
    } else {
        Style::new()
    };
    let of = |role| cx.theme.fg(role).patch(ground);
    let left = room.saturating_sub(keys + 2);
    let mut spans = vec![Span::styled(
        if chosen { "▸ " } else { "  " },
        of(Role::Key),
    )];
    let name_room = match room > 60 {
        true => left.min(names + 2),
        false => left.saturating_sub(1),
    };
    let mut used = 2;
    let most = name_room.saturating_sub(2);
    let mut at = 0_u32;
    for grapheme in visible(&entry.name).graphemes(true) {
        let cells = width(grapheme);
        if used + cells > most + 2 {
            break;
        }
        // Positions are characters of the name; what is made visible differs only where it is hostile anyway.
        let found = entry.marked.binary_search(&at).is_ok();
        at += u32::try_from(grapheme.chars().count()).unwrap_or(1);
        let style = if found {
            of(Role::Heat3).add_modifier(Modifier::BOLD)
        } else {
            of(Role::Text)
        };
        spans.push(Span::styled(grapheme.to_owned(), style));
        used += cells;
    }
    let gap = name_room.saturating_sub(used) + 1;
    spans.push(Span::styled(" ".repeat(gap), ground));
    used += gap;
    let about = visible(&entry.about).replace('␊', " ");
    spans.push(Span::styled(
        pad(&about, left.saturating_sub(used)),
        of(Role::Muted),
    ));
    let key = pad_left(&entry.key, keys);
    spans.push(Span::styled(format!(" {key} "), of(Role::Key)));
    Line::from(spans)
}

//! The palette: everything that can be done here, found by a few letters of it, and done.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::crossterm::event::KeyEvent;
use tui_textarea::TextArea;

use crate::engine::Command;
use crate::session::Session;
use crate::session::event::{Mode, VersionId};
use crate::task::Objective;
use crate::tui::act::{Effect, act};
use crate::tui::app::{Against, App, Overlay, Tab};
use crate::tui::asking;
use crate::tui::explore;
use crate::tui::keys::{Action, Context, name_of, shown};
use crate::tui::picker;
use crate::tui::theme::Theme;
use crate::tui::typing::{line, type_into};
use crate::tui::view::mark::mark;

/// Something that can be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// What a key would do.
    Do(Action),
    /// Look at a version.
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

impl Deed {
    /// A name that outlives a session, for those deeds where that makes sense.
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
pub struct Entry {
    /// What it does.
    pub deed: Deed,
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
pub struct Palette {
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
pub fn open(app: &mut App, session: &Session) {
    let mut palette = Palette {
        input: line(""),
        cursor: 0,
        found: Vec::new(),
        all: entries(app, session),
        matcher: Matcher::new(Config::DEFAULT),
    };
    palette.find(&app.memory.used);
    app.overlay = Some(Overlay::Palette(Box::new(palette)));
}

/// Everything that can be done now.
fn entries(app: &App, session: &Session) -> Vec<Entry> {
    let entry = |deed, name: String, about: String| Entry {
        deed,
        name,
        about,
        key: String::new(),
        marked: Vec::new(),
    };
    let here = if app.at_work {
        Context::Work
    } else {
        Context::Start
    };
    let mut all: Vec<Entry> = app
        .keys
        .rows()
        .iter()
        .filter(|b| b.row.context == here || b.row.context == Context::Both)
        .filter(|b| b.row.action != Action::Palette)
        .map(|b| Entry {
            key: b.keys.first().map(|k| shown(k)).unwrap_or_default(),
            ..entry(
                Deed::Do(b.row.action),
                b.row.short.into(),
                b.row.help.into(),
            )
        })
        .collect();
    if app.at_work {
        for version in session.versions.iter().rev() {
            let id = version.id;
            let word = mark(session, app, version).word;
            all.push(entry(
                Deed::Select(id),
                format!("select {id}"),
                word.clone(),
            ));
            if app.version(session) != Some(id) {
                all.push(entry(
                    Deed::Compare(id),
                    format!("compare with {id}"),
                    "the difference from it to the selected version".into(),
                ));
            }
            all.push(entry(
                Deed::Branch(id),
                format!("start the next round from {id}"),
                word,
            ));
        }
        for objective in [Objective::Time, Objective::Memory, Objective::Integral] {
            all.push(entry(
                Deed::Objective(objective),
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
                Deed::Mode(mode),
                format!("mode: {word}"),
                about.into(),
            ));
        }
        for (deed, name, about) in asking::deeds(session) {
            all.push(entry(deed, name, about));
        }
        for hint in app.memory.hints.iter().rev().take(12) {
            let words = hint.replace('\n', " ");
            all.push(entry(
                Deed::Hint(hint.clone()),
                format!("hint: {words}"),
                "give this hint once more".into(),
            ));
        }
    } else if let Some(home) = &app.home {
        for (n, session) in home.sessions.iter().enumerate() {
            all.push(entry(
                Deed::Open(n),
                format!("go on with {}", session.task),
                format!("{} {}", session.when, session.state),
            ));
        }
        for (n, task) in home.tasks.iter().enumerate() {
            all.push(entry(
                Deed::Open(home.sessions.len() + n),
                format!("try {}", task.name),
                format!("{} · {}", task.language, task.title),
            ));
        }
    }
    for name in Theme::names(app.theme_folder.as_deref()) {
        let about = if name == app.theme_name {
            "the one in use"
        } else {
            "use it and keep it"
        };
        all.push(entry(
            Deed::Theme(name.clone()),
            format!("theme: {name}"),
            about.into(),
        ));
    }
    all
}

impl Palette {
    /// Finds what fits: the name counts more than the sentence, what was used lately a little.
    fn find(&mut self, used: &[String]) {
        let typed = self.input.lines().concat();
        let lately = |deed: &Deed| {
            let id = deed.id()?;
            used.iter().position(|u| *u == id)
        };
        if typed.trim().is_empty() {
            let mut found = self.all.clone();
            // Stable: what was never used stays in the table's order.
            found.sort_by_key(|e| lately(&e.deed).unwrap_or(usize::MAX));
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
            let bonus = lately(&entry.deed).map_or(0, |n| 12_u32.saturating_sub(n as u32));
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

    /// Takes in pasted text.
    pub fn paste(&mut self, text: &str, used: &[String]) {
        self.input
            .insert_str(text.lines().next().unwrap_or_default());
        self.find(used);
    }
}

/// What a key does in it.
pub fn key(
    app: &mut App,
    session: &Session,
    key: &KeyEvent,
    mut palette: Box<Palette>,
) -> Vec<Effect> {
    let last = palette.found.len().saturating_sub(1);
    match name_of(key).as_str() {
        "esc" | "ctrl-c" | "ctrl-g" => return Vec::new(),
        "enter" => {
            return match palette.found.get(palette.cursor) {
                Some(entry) => done(app, session, entry.deed.clone()),
                None => Vec::new(),
            };
        }
        "up" | "ctrl-p" => palette.cursor = palette.cursor.checked_sub(1).unwrap_or(last),
        "down" | "ctrl-n" | "tab" => {
            palette.cursor = if palette.cursor >= last {
                0
            } else {
                palette.cursor + 1
            };
        }
        "pgup" => palette.cursor = palette.cursor.saturating_sub(10),
        "pgdn" => palette.cursor = (palette.cursor + 10).min(last),
        "backspace" if palette.input.is_empty() => return Vec::new(),
        _ => {
            let before = palette.input.lines().concat();
            type_into(&mut palette.input, key);
            if palette.input.lines().concat() != before {
                palette.find(&app.memory.used);
            }
        }
    }
    app.overlay = Some(Overlay::Palette(palette));
    Vec::new()
}

/// Does it, and remembers that it was done.
pub fn done(app: &mut App, session: &Session, deed: Deed) -> Vec<Effect> {
    let mut effects = Vec::new();
    if let Some(id) = deed.id() {
        app.memory.keep_used(&id);
        effects.push(Effect::Remember);
    }
    match deed {
        Deed::Do(action) => effects.extend(act(app, session, action)),
        Deed::Select(version) => explore::select(app, version),
        Deed::Compare(version) => {
            app.against = Against::Version(version);
            explore::show(app, Tab::Diff);
        }
        Deed::Branch(version) => effects.push(Effect::Send(Command::Parent(Some(version)))),
        Deed::Theme(name) => {
            picker::show(app, &name);
            if app.theme_name == name {
                app.say(format!("the theme is {name}"), false);
                effects.push(Effect::KeepTheme(name));
            }
        }
        Deed::Objective(objective) => {
            effects.push(Effect::Send(Command::Objective(objective)));
        }
        Deed::Mode(mode) => effects.push(Effect::Send(Command::Mode(mode))),
        Deed::Candidates(n) => effects.push(Effect::Send(Command::Candidates(n))),
        Deed::Temperature(t) => effects.push(Effect::Send(Command::Temperature(t))),
        Deed::Open(entry) => {
            if let Some(home) = &mut app.home {
                home.cursor = entry;
            }
            effects.extend(explore::at_home(app, Action::Open));
        }
        Deed::Hint(hint) => {
            app.memory.keep_hint(&hint);
            app.steer = line(&hint);
            app.say("the hint goes into the next prompt", false);
            effects.push(Effect::Send(Command::Hint(hint)));
        }
    }
    effects
}

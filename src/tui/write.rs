//! Writing a version back: what it would do is asked of the loop and shown, and then it is done, or left.

use std::path::Path;
use std::sync::Arc;

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use tui_textarea::TextArea;

use crate::engine::Command;
use crate::engine::write_requests::WriteRequest;
use crate::session::Session;
use crate::session::event::{VersionId, WritePlan};
use crate::session::written::Standing;
use crate::tui::act::Effect;
use crate::tui::app::{App, Overlay};
use crate::tui::desk::Job;
use crate::tui::diff::pane::DiffPane;
use crate::tui::keys::{Action, name_of};
use crate::tui::layout::centred;
use crate::tui::text::{visible, wrap};
use crate::tui::theme::Role;
use crate::tui::typing::{line, type_into, typed};

/// Widest sheet: a diff side by side, and no more.
const WIDEST: u16 = 160;
/// Rows of the difference that are seen even where much is to be said above it.
const AT_LEAST: u16 = 5;
/// How long after it something written is told of (seconds): what an earlier sitting wrote is history.
const FRESH: i64 = 10;

/// What is made instead of writing the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A patch; its file is asked for.
    Patch,
    /// A branch; its name is asked for.
    Branch,
}

/// What is asked before a version goes into the user's file.
pub struct WriteBox {
    /// Number of the plan that was there when this one was asked for.
    before: Option<u32>,
    /// What would be done, as soon as the loop has said it.
    pub plan: Option<Arc<WritePlan>>,
    /// Whether enter was pressed although something should be looked at first.
    pub sure: bool,
    /// The name that is typed.
    pub typing: Option<(Kind, TextArea<'static>)>,
    /// How the difference is looked at.
    pub pane: DiffPane,
    /// The row that was scrolled to.
    pub scroll: Option<usize>,
    room: usize,
}

impl WriteBox {
    /// Stand-ins for the two texts among the versions that are compared and coloured: no session has so many.
    #[must_use]
    pub fn pair(&self) -> Option<(VersionId, VersionId)> {
        let number = self.plan.as_ref()?.number.saturating_mul(2);
        let old = u32::MAX.checked_sub(number)?;
        Some((VersionId(old), VersionId(old.checked_sub(1)?)))
    }

    /// Moves the difference by so many rows.
    pub fn move_by(&mut self, rows: isize) {
        let Some(laid) = self.pair().and_then(|pair| self.pane.laid(pair)) else {
            return;
        };
        let last = laid.layout.total().saturating_sub(self.room);
        let first = DiffPane::first(laid, self.scroll, self.room);
        self.scroll = Some(first.saturating_add_signed(rows).min(last));
    }

    /// Pastes into the name that is typed.
    pub fn paste(&mut self, text: &str) {
        if let Some((_, area)) = &mut self.typing {
            area.insert_str(text.replace('\n', " "));
        }
    }

    fn cautious(&self) -> bool {
        let cautions = self.plan.as_ref().is_some_and(|p| !p.cautions.is_empty());
        cautions && !self.sure
    }
}

/// Asks what writing the chosen version, else the best one, would do.
pub fn open(app: &mut App, session: &Session) -> Vec<Effect> {
    app.overlay = Some(Overlay::Write(Box::new(WriteBox {
        before: session.write_plan.as_ref().map(|p| p.number),
        plan: None,
        sure: false,
        typing: None,
        pane: DiffPane::default(),
        scroll: None,
        room: 0,
    })));
    let chosen = app.selected.filter(|id| session.version(*id).is_some());
    send(WriteRequest::Plan(chosen))
}

fn send(wish: WriteRequest) -> Vec<Effect> {
    vec![Effect::Send(Command::Write(wish))]
}

/// Takes in what the loop said of it, and tells what was done.
pub fn observe(app: &mut App, session: &Session) {
    if let Some(Overlay::Write(open)) = &mut app.overlay
        && open.plan.is_none()
    {
        let fresh = |p: &&Arc<WritePlan>| open.before != Some(p.number);
        open.plan = session.write_plan.as_ref().filter(fresh).cloned();
    }
    let undone = session
        .written
        .iter()
        .filter(|w| w.undone.is_some())
        .count();
    let now = (session.written.len(), undone);
    let before = app.written.replace(now).unwrap_or(now);
    if before == now {
        return;
    }
    let changed = if now.0 > before.0 {
        session.written.last()
    } else {
        session.written.iter().rev().find(|w| w.undone.is_some())
    };
    let recent = session
        .last_at
        .is_some_and(|at| app.now.duration_since(at).as_secs() < FRESH);
    let Some(written) = changed.filter(|_| recent) else {
        return;
    };
    let record = &written.record;
    let words = match &written.undone {
        Some(why) => format!("taken back ({why}): {} is as it was", short(&record.path)),
        None if record.touched_the_file() => {
            let key = app.keys.shown(Action::WriteBack);
            format!("{}; {key}, then u, takes it back", record.in_words())
        }
        None => record.in_words(),
    };
    app.say(words, false);
}

/// A path from the folder that the program was started in, where it lies in it.
fn short(path: &str) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let inside = Path::new(path).strip_prefix(&here);
    let shown = inside.map_or_else(|_| path.to_owned(), |p| p.display().to_string());
    visible(&shown).into_owned()
}

/// What is said above the difference, each with its colour, what matters most first. In little room (cells) a file goes
/// by its bare name.
#[must_use]
pub fn head(open: &WriteBox, cells: usize) -> Vec<(String, Role)> {
    let Some(plan) = &open.plan else {
        return vec![("looking at the file …".into(), Role::Muted)];
    };
    let (v, path) = (plan.version, short(&plan.path));
    let name = Path::new(&path)
        .file_name()
        .map(|n| n.to_string_lossy().into_owned());
    let path = name.filter(|_| path.len() * 2 > cells).unwrap_or(path);
    let gain = match plan.gain.as_str() {
        "" => String::new(),
        gain => format!(": {gain} than the original"),
    };
    let mut said = match &plan.standing {
        Standing::Ready => vec![(format!("{v} goes into {path}{gain}"), Role::Title)],
        Standing::Changed => vec![(
            format!(
                "{path} has changed since the session began. m merges {v} into it; nobody has measured the two together"
            ),
            Role::Warn,
        )],
        Standing::Conflicts { lines } => {
            let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
            vec![(
                format!(
                    "{path} has changed since the session began, in the same places as {v} (line {}): it is not written. p makes a patch against what it was",
                    lines.join(", ")
                ),
                Role::Error,
            )]
        }
        Standing::Written => vec![(format!("{path} holds {v} already"), Role::Title)],
        Standing::Refused { why } => vec![(visible(why).into_owned(), Role::Error)],
    };
    let caution = |c: &String| (format!("⚑ {}", visible(c)), Role::Warn);
    drop(said.splice(0..0, plan.cautions.iter().map(caution)));
    if open.sure {
        let again = "enter once more writes it all the same";
        said.insert(0, (again.into(), Role::Warn));
    }
    said.extend(
        plan.notes
            .iter()
            .map(|n| (visible(n).into_owned(), Role::Info)),
    );
    if !plan.check.is_empty() && matches!(plan.standing, Standing::Ready | Standing::Changed) {
        let check = visible(&plan.check).into_owned();
        said.push((
            format!(
                "then `{check}` runs outside of the sandbox; if it fails the change is taken back"
            ),
            Role::Muted,
        ));
    }
    said
}

/// Where things are on a screen of this size.
#[derive(Clone, Copy, Debug)]
pub struct Places {
    /// The sheet with its frame.
    pub sheet: Rect,
    /// What is said above.
    pub head: Rect,
    /// The difference.
    pub diff: Rect,
    /// The name that is typed, and the keys below it.
    pub foot: Rect,
}

/// Where things are; the lowest row of the screen is not ours.
#[must_use]
pub fn places(size: Rect, open: &WriteBox) -> Places {
    let area = Rect {
        height: size.height.saturating_sub(1),
        ..size
    };
    let sheet = centred(area, WIDEST, area.height);
    let inner = Rect {
        x: sheet.x + 2,
        y: sheet.y + 1,
        width: sheet.width.saturating_sub(4),
        height: sheet.height.saturating_sub(2),
    };
    let rows: usize = head(open, inner.width.into())
        .iter()
        .map(|(text, _)| wrap(text, inner.width.into()).len())
        .sum();
    let foot = if open.typing.is_some() { 2 } else { 1 };
    let above = inner.height.saturating_sub(foot + AT_LEAST).max(2);
    let rows = (rows as u16).min(above).min(inner.height);
    let rest = inner.height - rows;
    let foot = foot.min(rest);
    Places {
        sheet,
        head: Rect {
            height: rows,
            ..inner
        },
        diff: Rect {
            y: inner.y + rows,
            height: rest - foot,
            ..inner
        },
        foot: Rect {
            y: inner.y + inner.height - foot,
            height: foot,
            ..inner
        },
    }
}

/// Has the difference worked out and laid out. To be called before it is drawn.
pub fn prepare(app: &mut App, language: &str, ask: &mut dyn FnMut(Job)) {
    let Some(Overlay::Write(open)) = &mut app.overlay else {
        return;
    };
    let (Some(pair), Some(plan)) = (open.pair(), open.plan.clone()) else {
        return;
    };
    let texts = [(pair.0, &plan.old), (pair.1, &plan.new)];
    if app.diffs.want(&pair) {
        let [(a, old), (b, new)] = texts;
        ask(Job::Compare {
            old: (a, old.clone()),
            new: (b, new.clone()),
        });
    }
    for (version, text) in texts {
        if app.painted.want(&version) {
            ask(Job::Paint {
                version,
                text: text.clone(),
                language: language.to_owned(),
            });
        }
    }
    let area = places(app.size, open).diff;
    open.room = area.height.into();
    if let Some(diff) = app.diffs.get(&pair) {
        open.pane.prepare(pair, diff, area, open.scroll.as_mut());
    }
}

/// The keys that mean something now.
#[must_use]
pub fn keys(open: &WriteBox, session: &Session) -> Vec<(&'static str, &'static str)> {
    if open.typing.is_some() {
        return vec![("⏎", "make it"), ("ctrl-u", "clear"), ("esc", "back")];
    }
    let mut keys = Vec::new();
    let Some(plan) = &open.plan else {
        return vec![("esc", "leave")];
    };
    match plan.standing {
        Standing::Ready => keys.push(("⏎", "write")),
        Standing::Changed => keys.push(("m", "merge")),
        _ => {}
    }
    if !plan.version.is_original() && plan.standing != Standing::Written {
        keys.push(("p", "patch"));
        if !plan.path.is_empty() {
            keys.push(("b", "branch"));
        }
    }
    if session.last_written().is_some() {
        keys.push(("u", "take back"));
    }
    keys.push(("esc", "leave"));
    keys
}

/// What a key does.
pub fn key(
    app: &mut App,
    session: &Session,
    key: &KeyEvent,
    mut open: Box<WriteBox>,
) -> Vec<Effect> {
    let name = name_of(key);
    if let Some((kind, text)) = &mut open.typing {
        match name.as_str() {
            "esc" | "ctrl-c" => open.typing = None,
            "enter" => {
                let (kind, name) = (*kind, typed(text));
                return named(&open, kind, &name);
            }
            _ => type_into(text, key),
        }
        app.overlay = Some(Overlay::Write(open));
        return Vec::new();
    }
    let keys = keys(&open, session);
    let may = |key: &str| keys.iter().any(|(k, _)| *k == key);
    let page = isize::try_from(open.room.max(2) - 1).unwrap_or(1);
    match name.as_str() {
        "esc" | "ctrl-c" | "q" => return Vec::new(),
        "enter" if may("⏎") => return write(app, open, false),
        "m" if may("m") => return write(app, open, true),
        "u" if may("u") => return send(WriteRequest::TakeBack),
        "p" if may("p") => ask_name(&mut open, session, Kind::Patch),
        "b" if may("b") => ask_name(&mut open, session, Kind::Branch),
        "j" | "down" => open.move_by(1),
        "k" | "up" => open.move_by(-1),
        "pgdn" | "ctrl-f" | "space" => open.move_by(page),
        "pgup" | "ctrl-b" => open.move_by(-page),
        "g" | "home" => open.move_by(isize::MIN),
        "G" | "end" => open.move_by(isize::MAX),
        _ => {}
    }
    app.overlay = Some(Overlay::Write(open));
    Vec::new()
}

/// Writes it, or asks once more.
fn write(app: &mut App, mut open: Box<WriteBox>, merge: bool) -> Vec<Effect> {
    if open.cautious() {
        open.sure = true;
        app.overlay = Some(Overlay::Write(open));
        return Vec::new();
    }
    match &open.plan {
        Some(plan) => send(WriteRequest::File {
            version: plan.version,
            merge,
        }),
        None => Vec::new(),
    }
}

fn ask_name(open: &mut WriteBox, session: &Session, kind: Kind) {
    let task = session.task.as_ref().map_or("version", |t| t.name.as_str());
    let plain = |c: char| {
        if c.is_alphanumeric() || c == '-' {
            c
        } else {
            '_'
        }
    };
    let task: String = task.chars().map(plain).collect();
    let version = open
        .plan
        .as_ref()
        .map_or(VersionId::ORIGINAL, |p| p.version);
    let name = match kind {
        Kind::Patch => format!("{task}.{version}.patch"),
        Kind::Branch => format!("reheat/{task}-{version}"),
    };
    open.typing = Some((kind, line(&name)));
}

/// A patch or a branch of this name. A name is typed on purpose: nothing is asked once more.
fn named(open: &WriteBox, kind: Kind, name: &str) -> Vec<Effect> {
    let Some(plan) = &open.plan else {
        return Vec::new();
    };
    let version = plan.version;
    send(match kind {
        Kind::Patch => WriteRequest::Patch {
            version,
            to: name.into(),
        },
        Kind::Branch => WriteRequest::Branch {
            version,
            name: name.to_owned(),
            merge: plan.standing == Standing::Changed,
        },
    })
}

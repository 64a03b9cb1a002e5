//! Writing a version back: what it would do is asked of the loop and shown in words and as a difference, and then it is
//! done, or left.

use std::path::Path;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use tui_textarea::TextArea;

use crate::engine::Command;
use crate::engine::write_requests::WriteRequest;
use crate::session::Session;
use crate::session::event::{VersionId, WritePlan};
use crate::session::fold::Version;
use crate::session::written::Standing;
use crate::tui::component::{Context, Dialog, Outcome, View};
use crate::tui::core::action::TypingKeys;
use crate::tui::core::diff::pane::DiffPane;
use crate::tui::core::hint::{Hint, Hints, Press};
use crate::tui::core::key::{Key, key};
use crate::tui::core::layout::centred;
use crate::tui::core::text::{cut, visible, width, wrap};
use crate::tui::core::text_id::{TextId, TextPair};
use crate::tui::core::theme::Role;
use crate::tui::core::typing::{line, place_cursor, type_into, typed};
use crate::tui::core::workers::Job;
use crate::tui::state::effect::Effect;
use crate::tui::state::hits::{HitMap, Target};
use crate::tui::state::writes::short;
use crate::tui::widgets::diff_view::draw_laid;
use crate::tui::widgets::hint_line::HintLine;
use crate::tui::widgets::put;
use crate::tui::widgets::sheet::{sheet, typed as text_box};

/// Widest sheet: a diff side by side, and no more.
const WIDEST: u16 = 160;
/// Rows of the difference that are seen even where much is to be said above it.
const AT_LEAST: u16 = 5;

/// Its keys, for the help.
#[rustfmt::skip]
pub(crate) const TYPING: TypingKeys = (
    "While writing back",
    &[
        ("enter", "Write it into the file; a second time where something should be looked at first"),
        ("m", "Merge, where the file changed since the session began"),
        ("p  b", "Make a patch, or a git branch, and leave the file alone"),
        ("u", "Put back what the file held before the last write"),
        ("esc", "Leave; nothing is written"),
    ],
);

/// What is made instead of writing the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A patch; its file is asked for.
    Patch,
    /// A branch; its name is asked for.
    Branch,
}

/// What is asked before a version goes into the user's file.
pub(crate) struct Write {
    /// Number of the plan that was there when this one was asked for.
    before: Option<u32>,
    /// What would be done, as soon as the loop has said it.
    plan: Option<Arc<WritePlan>>,
    /// Whether enter was pressed although something should be looked at first.
    sure: bool,
    /// The name that is typed.
    typing: Option<(Kind, TextArea<'static>)>,
    /// How the difference is looked at.
    pane: DiffPane,
    /// The row that was scrolled to.
    scroll: Option<usize>,
    room: usize,
}

impl Write {
    /// The file before the write and after it, as the caches know the two texts.
    fn pair(&self) -> Option<TextPair> {
        let number = self.plan.as_ref()?.number;
        Some((TextId::FileBefore(number), TextId::FileAfter(number)))
    }

    /// Moves the difference by so many rows.
    pub(crate) fn move_by(&mut self, rows: isize) {
        let Some(laid) = self.pair().and_then(|pair| self.pane.laid(pair)) else {
            return;
        };
        let last = laid.layout.total().saturating_sub(self.room);
        let first = DiffPane::first(laid, self.scroll, self.room);
        self.scroll = Some(first.saturating_add_signed(rows).min(last));
    }

    fn cautious(&self) -> bool {
        let cautions = self.plan.as_ref().is_some_and(|p| !p.cautions.is_empty());
        cautions && !self.sure
    }
}

/// Asks what writing the chosen version would do; where that cannot be written, the best one.
pub(crate) fn open(cx: &mut Context<'_>) -> Outcome {
    let selected = cx.state.nav.selected.and_then(|id| cx.session.version(id));
    let passes = |v: &&Version| v.verdict().is_some_and(|verdict| verdict.accepted());
    let writable = |v: &&Version| !v.id.is_original() && passes(v);
    let best = cx.session.best().filter(writable);
    // The best version needs no name where it is really better; where it was made so by hand, it is written if that is meant.
    let by_rule = |v: &&Version| v.decided_over_original().is_some_and(|c| c.confirmed);
    let chosen = selected.filter(writable).or(best).map(|v| v.id);
    let asked = (selected.filter(writable)).or(best.filter(|v| !by_rule(v)));
    let asked = asked.map(|v| v.id);
    if let (Some(other), Some(chosen)) = (selected.filter(|v| !writable(v)), chosen) {
        let why = if other.id.is_original() {
            "is what the file holds"
        } else {
            "does not pass"
        };
        let words = format!("{} {why}: this is {chosen}, the best version", other.id);
        cx.state.say(words, false);
    }
    if chosen.is_none() {
        let other = cx.session.versions.iter().rfind(writable);
        let words = match other.map(|v| v.id) {
            Some(id) => format!(
                "no version is better than the original yet; select one that passes, as {id}, to write it all the same"
            ),
            None => "there is nothing to write yet: no version but the original passes".into(),
        };
        cx.state.say(words, false);
        return Outcome::close();
    }
    Outcome::open(Write {
        before: cx.session.write_plan.as_ref().map(|p| p.number),
        plan: None,
        sure: false,
        typing: None,
        pane: DiffPane::without_keys(),
        scroll: None,
        room: 0,
    })
    .and(ask(WriteRequest::Plan(asked)))
}

fn ask(request: WriteRequest) -> Effect {
    Effect::Send(Command::Write(request))
}

fn send(request: WriteRequest) -> Outcome {
    Outcome::close().and(ask(request))
}

impl Dialog for Write {
    fn hints(&self, cx: View<'_>) -> Hints {
        keys(self, cx.session)
    }

    fn on_key(&mut self, key: Key, cx: &mut Context<'_>) -> Outcome {
        if let Some((kind, text)) = &mut self.typing {
            match key {
                key!(esc) | key!(ctrl - 'c') => self.typing = None,
                key!(enter) => {
                    let (kind, name) = (*kind, typed(text));
                    return named(self, kind, &name);
                }
                _ => type_into(text, key),
            }
            return Outcome::stay();
        }
        let hints = keys(self, cx.session);
        let may = |key: Key| hints.iter().any(|h| h.press == Press::One(key.into()));
        let page = isize::try_from(self.room.max(2) - 1).unwrap_or(1);
        match key {
            key!(esc) | key!(ctrl - 'c') | key!('q') => return Outcome::close(),
            key!(enter) if may(key) => return write(self, false),
            key!('m') if may(key) => return write(self, true),
            key!('u') if may(key) => return send(WriteRequest::TakeBack),
            key!('p') if may(key) => ask_name(self, cx.session, Kind::Patch),
            key!('b') if may(key) => ask_name(self, cx.session, Kind::Branch),
            key!('j') | key!(down) => self.move_by(1),
            key!('k') | key!(up) => self.move_by(-1),
            key!(pgdn) | key!(ctrl - 'f') | key!(space) => self.move_by(page),
            key!(pgup) | key!(ctrl - 'b') => self.move_by(-page),
            key!('g') | key!(home) => self.move_by(isize::MIN),
            key!('G') | key!(end) => self.move_by(isize::MAX),
            _ => {}
        }
        Outcome::stay()
    }

    /// Pastes into the name that is typed.
    fn on_paste(&mut self, text: &str, _: &mut Context<'_>) {
        if let Some((_, area)) = &mut self.typing {
            area.insert_str(text.replace('\n', " "));
        }
    }

    fn on_field(&mut self, _: usize, area: Rect, click: Position) {
        if let Some((_, text)) = &mut self.typing {
            place_cursor(text, area, click);
        }
    }

    fn on_wheel(&mut self, rows: isize, _: &mut Context<'_>) -> Outcome {
        self.move_by(rows);
        Outcome::stay()
    }

    fn on_session(&mut self, cx: &mut Context<'_>) {
        if self.plan.is_none() {
            let fresh = |p: &&Arc<WritePlan>| self.before != Some(p.number);
            self.plan = cx.session.write_plan.as_ref().filter(fresh).cloned();
        }
    }

    /// Has the difference worked out and laid out.
    fn prepare(&mut self, cx: &mut Context<'_>, ask: &mut dyn FnMut(Job)) {
        let (Some(pair), Some(plan)) = (self.pair(), self.plan.clone()) else {
            return;
        };
        let language = cx.session.task.as_ref().map_or("", |t| t.language.as_str());
        let caches = &mut cx.state.caches;
        let (old, new) = ((pair.0, plan.old.clone()), (pair.1, plan.new.clone()));
        caches.want_diff(old.clone(), new.clone(), ask);
        caches.want_colours(old.0, old.1, language, ask);
        caches.want_colours(new.0, new.1, language, ask);
        let area = places(cx.state.size, self).diff;
        self.room = area.height.into();
        if let Some(diff) = cx.state.caches.diffs.get(&pair) {
            self.pane.prepare(pair, diff, area, self.scroll.as_mut());
        }
    }

    fn draw(&self, cx: View<'_>, _: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        let places = places(cx.state.size, self);
        let pair = self.pair();
        let laid = pair.and_then(|pair| self.pane.laid(pair));
        let mut title = match &self.plan {
            Some(plan) if plan.version.0 > 0 => format!("write back {}", plan.version),
            _ => "write back".to_owned(),
        };
        if let Some(laid) = laid.filter(|l| !l.diff.is_empty()) {
            title = format!(
                "{title} · +{} −{} in the file",
                laid.diff.added, laid.diff.removed
            );
        }
        let room = usize::from(places.sheet.width).saturating_sub(6);
        sheet(cx, places.sheet, &cut(&title, room), buffer, hits);
        let said = head(self, places.head.width.into())
            .into_iter()
            .flat_map(|(text, role)| {
                wrap(&text, places.head.width.into())
                    .into_iter()
                    .map(move |row| (row, role))
            });
        let said: Vec<(String, Role)> = said.collect();
        let rows = usize::from(places.head.height);
        for (n, (row, role)) in said.iter().take(rows).enumerate() {
            let more = n + 1 == rows && said.len() > rows;
            let row = if more {
                let kept = cut(row, usize::from(places.head.width).saturating_sub(1));
                format!("{}…", kept.trim_end_matches('…'))
            } else {
                row.clone()
            };
            put(
                buffer,
                places.head,
                n as u16,
                &Line::from(cx.span(row, *role)),
            );
        }
        if let (Some(pair), Some(laid)) = (pair, laid.filter(|l| !l.diff.is_empty())) {
            // What is scrolled and clicked below the sheet is not this.
            let mut own = HitMap::default();
            let at = (pair, laid);
            draw_laid(
                cx,
                &self.pane,
                at,
                self.scroll,
                places.diff,
                buffer,
                &mut own,
            );
            hits.lines += own.lines;
        }
        foot(cx, places.foot, self, buffer, hits);
    }
}

/// What is said above the difference, each with its colour, what matters most first. In little room (cells) a file goes
/// by its bare name.
fn head(open: &Write, cells: usize) -> Vec<(String, Role)> {
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
struct Places {
    /// The sheet with its frame.
    sheet: Rect,
    /// What is said above.
    head: Rect,
    /// The difference.
    diff: Rect,
    /// The name that is typed, and the keys below it.
    foot: Rect,
}

/// Where things are; the lowest row of the screen is not ours.
fn places(size: Rect, open: &Write) -> Places {
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

/// The keys that mean something now.
fn keys(open: &Write, session: &Session) -> Hints {
    if open.typing.is_some() {
        return vec![
            Hint::new(key!(enter), "make it"),
            Hint::new(key!(ctrl - 'u'), "clear"),
            Hint::new(key!(esc), "back"),
        ];
    }
    let mut keys = Vec::new();
    let Some(plan) = &open.plan else {
        return vec![Hint::new(key!(esc), "leave")];
    };
    match plan.standing {
        Standing::Ready => keys.push(Hint::new(key!(enter), "write")),
        Standing::Changed => keys.push(Hint::new(key!('m'), "merge")),
        _ => {}
    }
    if !plan.version.is_original() && plan.standing != Standing::Written {
        keys.push(Hint::new(key!('p'), "patch"));
        if !plan.path.is_empty() {
            keys.push(Hint::new(key!('b'), "branch"));
        }
    }
    if session.last_written().is_some() {
        keys.push(Hint::new(key!('u'), "take back"));
    }
    keys.push(Hint::new(key!(esc), "leave"));
    keys
}

/// Writes it, or asks once more.
fn write(open: &mut Write, merge: bool) -> Outcome {
    if open.cautious() {
        open.sure = true;
        return Outcome::stay();
    }
    match &open.plan {
        Some(plan) => send(WriteRequest::File {
            version: plan.version,
            merge,
        }),
        None => Outcome::close(),
    }
}

fn ask_name(open: &mut Write, session: &Session, kind: Kind) {
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
fn named(open: &Write, kind: Kind, name: &str) -> Outcome {
    let Some(plan) = &open.plan else {
        return Outcome::close();
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

/// The name that is typed, and the keys that there is room for.
fn foot(cx: View<'_>, area: Rect, open: &Write, buffer: &mut Buffer, hits: &mut HitMap) {
    if area.height == 0 {
        return;
    }
    if let Some((kind, text)) = &open.typing {
        let name = match kind {
            Kind::Patch => "patch ",
            Kind::Branch => "branch ",
        };
        put(buffer, area, 0, &Line::from(cx.span(name, Role::Muted)));
        let used = (width(name) as u16).min(area.width);
        let place = Rect {
            x: area.x + used,
            width: area.width - used,
            height: 1,
            ..area
        };
        text_box(cx, place, text, true, buffer);
        hits.targets.push((place, Target::Field(0)));
        if area.height < 2 {
            return;
        }
    }
    let all = keys(open, cx.session);
    let cells = |hints: &[Hint]| -> usize { hints.iter().map(|h| h.width() + 3).sum() };
    let mut shown = all.clone();
    // The last one, which leaves, always stays.
    while shown.len() > 1 && cells(&shown) > usize::from(area.width) + 3 {
        shown.remove(shown.len() - 2);
    }
    HintLine::of(cx, &shown).put(buffer, area, area.height - 1, hits);
}

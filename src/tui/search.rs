//! Searching the pane that is shown, whatever it shows: what is searched is what is drawn, row by row.
//!
//! The pane is drawn beside the screen, all of it, once a search begins; from then on a search is a search of texts.
//! So every pane can be searched, and a match is always a thing that can be seen. Line numbers, which are drawn
//! faintly, are no part of the text.

mod query;

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use tui_textarea::TextArea;

use self::query::Query;
use crate::session::Session;
use crate::session::event::VersionId;
use crate::tui::app::{App, Seen, Tab};
use crate::tui::keys::name_of;
use crate::tui::text::width;
use crate::tui::theme::Role;
use crate::tui::typing::{line, type_into, typed};
use crate::tui::view::{Context, main_pane};

/// Stands for cells that are no text: of one cell, and typed by nobody.
const NO_TEXT: char = '\u{e000}';
/// Rows drawn at once beside the screen.
const ROWS_AT_ONCE: u16 = 400;
/// Rows that are searched at most.
const MOST_ROWS: usize = 300_000;

/// What was searched: when this is another, the rows are drawn anew.
type Ground = (Tab, Option<VersionId>, usize, Rect);

/// A search.
pub struct Search {
    /// What is typed.
    pub input: TextArea<'static>,
    /// Whether it is still being typed.
    pub typing: bool,
    ground: Option<Ground>,
    rows: Vec<Box<str>>,
    hits: Vec<(usize, Range<u16>)>,
    at: Option<usize>,
    /// Rows of a list, with the entries that they stand for: a match there chooses its entry.
    list: Vec<(u16, usize)>,
    /// Where the pane was when the search began.
    before: (Tab, Option<usize>),
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

/// Begins a search of the pane that is shown.
pub fn begin(app: &mut App, session: &Session) {
    let pane = app.pane(session);
    let query = app.search.as_ref().map_or_else(String::new, Search::query);
    let mut input = line(&query);
    if !query.is_empty() {
        // As in an editor: typing replaces the old words, moving keeps them.
        input.select_all();
    }
    app.tab = Some(pane);
    app.search = Some(Search {
        input,
        typing: true,
        ground: None,
        rows: Vec::new(),
        hits: Vec::new(),
        at: None,
        list: Vec::new(),
        before: (pane, app.scroll.get(&pane).copied()),
    });
}

/// A key while it is being typed.
pub fn key(app: &mut App, session: &Session, key: &KeyEvent) {
    let Some(search) = &mut app.search else {
        return;
    };
    match name_of(key).as_str() {
        "esc" | "ctrl-c" => {
            let (pane, scroll) = search.before;
            match scroll {
                Some(row) => drop(app.scroll.insert(pane, row)),
                None => drop(app.scroll.remove(&pane)),
            }
            app.search = None;
        }
        "enter" => {
            search.typing = false;
            if typed(&search.input).is_empty() {
                app.search = None;
            } else if search.hits.is_empty() {
                look(app, session);
            }
        }
        "down" | "ctrl-n" => step(app, session, true),
        "up" | "ctrl-p" => step(app, session, false),
        _ => {
            type_into(&mut search.input, key);
            look(app, session);
        }
    }
}

/// Takes in pasted text: its first line.
pub fn paste(app: &mut App, session: &Session, text: &str) {
    if let Some(search) = &mut app.search {
        search
            .input
            .insert_str(text.lines().next().unwrap_or_default());
        look(app, session);
    }
}

/// Searches from where the search began, and goes to the first match.
fn look(app: &mut App, session: &Session) {
    collect(app, session);
    let Some(search) = &mut app.search else {
        return;
    };
    let from = search.before.1.unwrap_or(app.seen.first);
    search.at = None;
    let next = search.hits.iter().position(|(row, _)| *row >= from);
    go(app, next.unwrap_or(0));
}

/// To the next match or the one before; at the end it goes round, and says so.
pub fn step(app: &mut App, session: &Session, on: bool) {
    collect(app, session);
    let first = app.seen.first;
    let Some(search) = &app.search else { return };
    let all = search.hits.len();
    if all == 0 {
        return app.say("no match in this pane", false);
    }
    let next = match (search.at, on) {
        (Some(at), true) => (at + 1) % all,
        (Some(at), false) => (at + all - 1) % all,
        (None, true) => search
            .hits
            .iter()
            .position(|(row, _)| *row >= first)
            .unwrap_or(0),
        (None, false) => search
            .hits
            .iter()
            .rposition(|(row, _)| *row < first)
            .unwrap_or(all - 1),
    };
    if all > 1 && search.at.is_some_and(|at| (next < at) == on) {
        app.say(
            if on {
                "on from the start"
            } else {
                "on from the end"
            },
            false,
        );
    }
    go(app, next);
}

/// Goes to a match: scrolls as little as needed for it to be seen with its surroundings.
fn go(app: &mut App, hit: usize) {
    let Some(search) = &mut app.search else {
        return;
    };
    let Some((row, _)) = search.hits.get(hit) else {
        return;
    };
    search.at = Some(hit);
    let (row, pane) = (*row, search.before.0);
    let entry = search.list.iter().find(|(at, _)| usize::from(*at) == row);
    if let Some((_, entry)) = entry
        && pane == Tab::Cases
    {
        app.case = Some(*entry);
    }
    if !search.list.is_empty() {
        return;
    }
    let room = app.seen.room.max(1);
    let seen = app.seen.first + 1..app.seen.first + room.saturating_sub(1).max(2);
    if app.seen.total > room && !seen.contains(&row) {
        let last = app.seen.total.saturating_sub(room);
        let first = row.saturating_sub(room / 3).min(last);
        app.scroll.insert(pane, first);
        app.seen.first = first;
    }
}

/// Draws the pane beside the screen if what it shows is not what was searched last, and searches it.
fn collect(app: &mut App, session: &Session) {
    let Some(mut search) = app.search.take() else {
        return;
    };
    let pane = app.pane(session);
    search.before.0 = pane;
    let (rows, ground) = rows(app, session, pane, search.ground);
    if let Some((rows, list)) = rows {
        search.rows = rows;
        search.list = list;
        search.at = None;
    }
    search.ground = Some(ground);
    let query = Query::new(&search.query());
    let old = search.at.and_then(|at| search.hits.get(at).cloned());
    search.hits = search
        .rows
        .iter()
        .enumerate()
        .flat_map(|(n, row)| query.find(row).into_iter().map(move |range| (n, range)))
        .collect();
    search.at = old.and_then(|old| search.hits.iter().position(|h| *h == old));
    app.search = Some(search);
}

/// The rows of a pane, and which of them are entries of a list.
type Drawn = (Vec<Box<str>>, Vec<(u16, usize)>);

/// All rows of a pane, drawn piece by piece; none where they are known already.
fn rows(
    app: &mut App,
    session: &Session,
    pane: Tab,
    known: Option<Ground>,
) -> (Option<Drawn>, Ground) {
    let mut jobs = Vec::new();
    app.prepare(session, &mut |job| jobs.push(job));
    app.jobs.append(&mut jobs);
    let mut plan = app.plan();
    let main = plan.main;
    let kept = app.scroll.get(&pane).copied();
    let mut all: Vec<Box<str>> = Vec::new();
    let mut list: Vec<(u16, usize)>;
    let version = app.version(session);
    let mut ground = (pane, version, 0, main);
    plan.main = Rect {
        x: 0,
        y: 0,
        // Charts fill whatever height they are given: another would have its words elsewhere.
        height: match pane {
            Tab::Charts => main.height,
            _ => ROWS_AT_ONCE.max(main.height),
        },
        ..main
    };
    loop {
        app.scroll.insert(pane, all.len());
        let mut buffer = Buffer::empty(plan.main);
        let mut seen = Seen::default();
        let cx = Context {
            session,
            app,
            theme: &app.theme,
        };
        main_pane::draw(cx, &plan, &mut buffer, &mut seen);
        ground.2 = seen.total;
        if all.is_empty() && known == Some(ground) {
            restore(app, pane, kept);
            return (None, ground);
        }
        let body = body(plan.main_inner(), &seen);
        list = seen
            .rows
            .iter()
            .map(|(r, n)| (r.y.saturating_sub(body.y), *n))
            .collect();
        // What came before the piece asked for was drawn already: at the end a pane moves no further.
        let before = all.len().saturating_sub(seen.first);
        let total = seen.total.max(usize::from(body.height)).min(MOST_ROWS);
        let had = all.len();
        for y in (body.y..body.y + body.height).skip(before) {
            if all.len() >= total {
                break;
            }
            all.push(row(&buffer, body, y, app).into());
        }
        let whole = all.len() >= seen.total.min(MOST_ROWS) || !list.is_empty();
        if whole || all.len() == had || seen.first > had {
            break;
        }
    }
    restore(app, pane, kept);
    (Some((all, list)), ground)
}

fn restore(app: &mut App, pane: Tab, kept: Option<usize>) {
    match kept {
        Some(row) => drop(app.scroll.insert(pane, row)),
        None => drop(app.scroll.remove(&pane)),
    }
}

/// Where in a pane the rows are that move: below what stands still above them.
fn body(inner: Rect, seen: &Seen) -> Rect {
    let room = u16::try_from(seen.room).unwrap_or(u16::MAX);
    // A list has its heading above it and its entry below, and all of it is searched.
    let still = if seen.total > 0 && seen.rows.is_empty() {
        inner.height.saturating_sub(room)
    } else {
        0
    };
    Rect {
        y: inner.y + still,
        height: inner.height - still,
        ..inner
    }
}

/// A row of the screen as a text, one character or more for each cell; faint figures are no text.
fn row(buffer: &Buffer, area: Rect, y: u16, app: &App) -> String {
    let faint = app.theme.fg(Role::Faint).fg;
    let plain = app.theme.fg(Role::Text).fg;
    let mut text = String::new();
    let mut x = area.x;
    while x < area.x + area.width {
        let Some(cell) = buffer.cell((x, y)) else {
            break;
        };
        let symbol = cell.symbol();
        let is_faint = faint != plain && faint.unwrap_or(Color::Reset) == cell.fg;
        let cells = u16::try_from(width(symbol)).unwrap_or(1).max(1);
        if is_faint && symbol.bytes().all(|b| b.is_ascii_digit()) {
            text.extend(std::iter::repeat_n(NO_TEXT, cells.into()));
        } else {
            text.push_str(symbol);
        }
        x += cells;
    }
    text.truncate(text.trim_end_matches([' ', NO_TEXT]).len());
    text
}

/// Marks all matches that can be seen, the one that was gone to more than the others, and writes the search onto the
/// lower edge of the pane.
pub fn draw(cx: Context<'_>, main: Rect, inner: Rect, seen: &Seen, buffer: &mut Buffer) {
    let Some(search) = &cx.app.search else { return };
    let body = body(inner, seen);
    let query = Query::new(&search.query());
    let current = search.at.and_then(|at| search.hits.get(at));
    let others = cx
        .theme
        .bg(Role::Selection)
        .add_modifier(Modifier::UNDERLINED);
    let this = cx
        .theme
        .fg(Role::Key)
        .add_modifier(Modifier::REVERSED | Modifier::BOLD);
    for y in body.y..body.y + body.height {
        let number = seen.first + usize::from(y - body.y);
        for range in query.find(&row(buffer, body, y, cx.app)) {
            let style = if current.is_some_and(|(r, c)| *r == number && *c == range) {
                this
            } else {
                others
            };
            let place = Rect {
                x: body.x + range.start,
                y,
                width: range.end - range.start,
                height: 1,
            };
            buffer.set_style(place.intersection(body), style);
        }
    }
    if main.width < 12 || main.height == 0 {
        return;
    }
    let y = main.y + main.height - 1;
    let room = usize::from(main.width).saturating_sub(4);
    let words = search.query();
    let count = search.count();
    let least = room.saturating_sub(width(&count) + 5);
    // While it is typed the end is what matters.
    let over = width(&words).saturating_sub(least);
    let shown = crate::tui::text::skip(&words, over);
    let caret = if search.typing { "▏" } else { "" };
    let mut x = main.x + 2;
    for (text, role) in [
        (" /", Role::Key),
        (shown, Role::Text),
        (caret, Role::Key),
        (" ", Role::Text),
        (
            count.as_str(),
            if search.hits.is_empty() {
                Role::Warn
            } else {
                Role::Muted
            },
        ),
        (" ", Role::Muted),
    ] {
        let left = usize::from((main.x + main.width).saturating_sub(x + 2));
        x = buffer.set_stringn(x, y, text, left, cx.theme.fg(role)).0;
    }
}

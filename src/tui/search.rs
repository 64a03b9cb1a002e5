//! Searching the pane that is shown, whatever it shows: what is searched is what is drawn, row by row.
//!
//! The pane is drawn beside the screen, all of it, once a search begins; from then on a search is a search of texts.
//! So every pane can be searched, and a match is always a thing that can be seen. Line numbers, which are drawn
//! faintly, are no part of the text.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::session::Session;
use crate::tui::component::{Context, View};
use crate::tui::core::key::{Key, key};
use crate::tui::core::query::Query;
use crate::tui::core::tab::Tab;
use crate::tui::core::typing::{line, type_into, typed};
use crate::tui::panes::{main_pane, registry};
use crate::tui::state::State;
use crate::tui::state::hits::HitMap;
use crate::tui::state::search::{Search, SearchedPane};
use crate::tui::widgets::search_marks::{body, row};

/// Rows drawn at once beside the screen.
const ROWS_AT_ONCE: u16 = 400;
/// Rows that are searched at most.
const MOST_ROWS: usize = 300_000;

/// Begins a search of the pane that is shown.
pub(crate) fn begin(state: &mut State, session: &Session) {
    let pane = state.pane(session);
    let query = state
        .search
        .as_ref()
        .map_or_else(String::new, Search::query);
    let mut input = line(&query);
    if !query.is_empty() {
        // As in an editor: typing replaces the old words, moving keeps them.
        input.select_all();
    }
    state.nav.tab = Some(pane);
    state.search = Some(Search {
        input,
        typing: true,
        searched: None,
        rows: Vec::new(),
        hits: Vec::new(),
        at: None,
        list: Vec::new(),
        before: (pane, state.nav.scroll.get(&pane).copied()),
    });
}

/// A key while it is being typed.
pub(crate) fn on_key(state: &mut State, session: &Session, key: Key) {
    let Some(search) = &mut state.search else {
        return;
    };
    match key {
        key!(esc) | key!(ctrl - 'c') => {
            let (pane, scroll) = search.before;
            match scroll {
                Some(row) => drop(state.nav.scroll.insert(pane, row)),
                None => drop(state.nav.scroll.remove(&pane)),
            }
            state.search = None;
        }
        key!(enter) => {
            search.typing = false;
            if typed(&search.input).is_empty() {
                state.search = None;
            } else if search.hits.is_empty() {
                look(state, session);
            }
        }
        key!(down) | key!(ctrl - 'n') => step(state, session, true),
        key!(up) | key!(ctrl - 'p') => step(state, session, false),
        _ => {
            type_into(&mut search.input, key);
            look(state, session);
        }
    }
}

/// Takes in pasted text: its first line.
pub(crate) fn paste(state: &mut State, session: &Session, text: &str) {
    if let Some(search) = &mut state.search {
        search
            .input
            .insert_str(text.lines().next().unwrap_or_default());
        look(state, session);
    }
}

/// Searches from where the search began, and goes to the first match.
fn look(state: &mut State, session: &Session) {
    collect(state, session);
    let Some(search) = &mut state.search else {
        return;
    };
    let from = search.before.1.unwrap_or(state.hits.first);
    search.at = None;
    let next = search.hits.iter().position(|(row, _)| *row >= from);
    go(state, next.unwrap_or(0));
}

/// To the next match or the one before; at the end it goes round, and says so.
pub(crate) fn step(state: &mut State, session: &Session, on: bool) {
    collect(state, session);
    let first = state.hits.first;
    let Some(search) = &state.search else { return };
    let all = search.hits.len();
    if all == 0 {
        return state.say("no match in this pane", false);
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
        state.say(
            if on {
                "on from the start"
            } else {
                "on from the end"
            },
            false,
        );
    }
    go(state, next);
}

/// Goes to a match: scrolls as little as needed for it to be seen with its surroundings.
fn go(state: &mut State, hit: usize) {
    let Some(search) = &mut state.search else {
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
        state.nav.case = Some(*entry);
    }
    if !search.list.is_empty() {
        return;
    }
    let room = state.hits.room.max(1);
    let hits = state.hits.first + 1..state.hits.first + room.saturating_sub(1).max(2);
    if state.hits.total > room && !hits.contains(&row) {
        let last = state.hits.total.saturating_sub(room);
        let first = row.saturating_sub(room / 3).min(last);
        state.nav.scroll.insert(pane, first);
        state.hits.first = first;
    }
}

/// Draws the pane beside the screen if what it shows is not what was searched last, and searches it.
fn collect(state: &mut State, session: &Session) {
    let Some(mut search) = state.search.take() else {
        return;
    };
    let pane = state.pane(session);
    search.before.0 = pane;
    let (rows, searched) = rows(state, session, pane, search.searched);
    if let Some((rows, list)) = rows {
        search.rows = rows;
        search.list = list;
        search.at = None;
    }
    search.searched = Some(searched);
    let query = Query::new(&search.query());
    let old = search.at.and_then(|at| search.hits.get(at).cloned());
    search.hits = search
        .rows
        .iter()
        .enumerate()
        .flat_map(|(n, row)| query.find(row).into_iter().map(move |range| (n, range)))
        .collect();
    search.at = old.and_then(|old| search.hits.iter().position(|h| *h == old));
    state.search = Some(search);
}

/// The rows of a pane, and which of them are entries of a list.
type Drawn = (Vec<Box<str>>, Vec<(u16, usize)>);

/// All rows of a pane, drawn piece by piece; none where they are known already.
fn rows(
    state: &mut State,
    session: &Session,
    pane: Tab,
    known: Option<SearchedPane>,
) -> (Option<Drawn>, SearchedPane) {
    let mut jobs = Vec::new();
    state.prepare(session, &mut |job| jobs.push(job));
    state.caches.jobs.append(&mut jobs);
    let area = state.layout().main_inner();
    registry::pane(pane).prepare(&mut Context { state, session }, area);
    let mut plan = state.layout();
    let main = plan.main;
    let kept = state.nav.scroll.get(&pane).copied();
    let mut all: Vec<Box<str>> = Vec::new();
    let mut list: Vec<(u16, usize)>;
    let version = state.version(session);
    let mut searched = (pane, version, 0, main);
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
        state.nav.scroll.insert(pane, all.len());
        let mut buffer = Buffer::empty(plan.main);
        let mut hits = HitMap::default();
        let cx = View::new(session, state, None);
        main_pane::draw(cx, &plan, &mut buffer, &mut hits);
        searched.2 = hits.total;
        if all.is_empty() && known == Some(searched) {
            restore(state, pane, kept);
            return (None, searched);
        }
        let body = body(plan.main_inner(), &hits);
        list = hits
            .rows
            .iter()
            .map(|(r, n)| (r.y.saturating_sub(body.y), *n))
            .collect();
        // What came before the piece asked for was drawn already: at the end a pane moves no further.
        let before = all.len().saturating_sub(hits.first);
        let total = hits.total.max(usize::from(body.height)).min(MOST_ROWS);
        let had = all.len();
        for y in (body.y..body.y + body.height).skip(before) {
            if all.len() >= total {
                break;
            }
            all.push(row(&buffer, body, y, &hits).into());
        }
        let whole = all.len() >= hits.total.min(MOST_ROWS) || !list.is_empty();
        if whole || all.len() == had || hits.first > had {
            break;
        }
    }
    restore(state, pane, kept);
    (Some((all, list)), searched)
}

fn restore(state: &mut State, pane: Tab, kept: Option<usize>) {
    match kept {
        Some(row) => drop(state.nav.scroll.insert(pane, row)),
        None => drop(state.nav.scroll.remove(&pane)),
    }
}

//! The help of what is being done, which also does it; and all that was said lately.

use ratatui::crossterm::event::KeyEvent;

use crate::session::Session;
use crate::tui::act::{Effect, act};
use crate::tui::app::{App, Overlay};
use crate::tui::keys::{Bound, Context, TYPING, name_of, shown};

/// One row of the help.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// The heading that it stands under.
    pub group: &'static str,
    /// Its keys, two spaces between them.
    pub keys: String,
    /// What they do.
    pub help: &'static str,
    /// The action; none where the keys only help in typing.
    pub bound: Option<&'a Bound>,
}

/// Rows of the help that match what was typed and mean something here, those of the moment first.
#[must_use]
pub fn rows<'a>(app: &'a App, filter: &str) -> Vec<Row<'a>> {
    let contexts = app.contexts();
    let searching = contexts.contains(&Context::Search);
    let table = app.keys.rows();
    let mut found: Vec<&Bound> = table
        .iter()
        .filter(|b| contexts.contains(&b.row.context))
        .collect();
    // The table need not be written in the order of its headings.
    found.sort_by_key(|b| {
        let elsewhere = searching && b.row.context != Context::Search;
        let place = table.iter().position(|t| t.row.group == b.row.group);
        (elsewhere, place)
    });
    let actions = found.into_iter().map(|b| Row {
        group: b.row.group,
        keys: match b.keys.iter().map(|k| shown(k)).collect::<Vec<_>>() {
            keys if keys.is_empty() => "–".to_owned(),
            keys => keys.join("  "),
        },
        help: b.row.help,
        bound: Some(b),
    });
    let typing = TYPING.iter().flat_map(|(group, rows)| {
        rows.iter().map(|(keys, help)| Row {
            group,
            keys: keys.split("  ").map(shown).collect::<Vec<_>>().join("  "),
            help,
            bound: None,
        })
    });
    let all: Vec<Row<'a>> = if app.steering {
        typing.chain(actions).collect()
    } else {
        actions.chain(typing).collect()
    };
    let words: Vec<String> = filter
        .to_lowercase()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let matches = |row: &Row<'_>| {
        let action = row.bound.map(|b| (b.row.short, b.row.action.name()));
        let (short, name) = action.unwrap_or_default();
        let text = format!("{} {} {short} {name}", row.keys, row.help).to_lowercase();
        words.iter().all(|w| text.contains(w))
    };
    all.into_iter().filter(|r| matches(r)).collect()
}

/// What a key does in the help.
pub fn key(
    app: &mut App,
    session: &Session,
    key: &KeyEvent,
    mut filter: String,
    mut cursor: usize,
) -> Vec<Effect> {
    let found = rows(app, &filter);
    match name_of(key).as_str() {
        "esc" | "ctrl-c" => return Vec::new(),
        "?" if filter.is_empty() => return Vec::new(),
        "enter" => {
            return match found.get(cursor) {
                Some(Row {
                    bound: Some(bound), ..
                }) => {
                    let action = bound.row.action;
                    act(app, session, action)
                }
                Some(_) => Vec::new(),
                None => Vec::new(),
            };
        }
        "up" => cursor = cursor.saturating_sub(1),
        "down" => cursor = (cursor + 1).min(found.len().saturating_sub(1)),
        "pgup" => cursor = cursor.saturating_sub(10),
        "pgdn" => cursor = (cursor + 10).min(found.len().saturating_sub(1)),
        "backspace" => {
            filter.pop();
            cursor = 0;
        }
        "space" => filter.push(' '),
        name if name.chars().count() == 1 => {
            filter.push_str(name);
            cursor = 0;
        }
        _ => {}
    }
    app.overlay = Some(Overlay::Help { filter, cursor });
    Vec::new()
}

/// What a key does where all that was said is shown.
pub fn messages_key(app: &mut App, name: &str, back: usize) -> Vec<Effect> {
    let back = match name {
        "up" | "k" => back + 1,
        "down" | "j" => back.saturating_sub(1),
        "pgup" | "ctrl-b" | "ctrl-u" => back + 10,
        "pgdn" | "ctrl-f" | "ctrl-d" => back.saturating_sub(10),
        "home" | "g" => usize::MAX / 2,
        "end" | "G" => 0,
        _ => return Vec::new(),
    };
    app.overlay = Some(Overlay::Messages { back });
    Vec::new()
}

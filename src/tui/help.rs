//! The help of what is being done, which also does it; and all that was said lately.

use ratatui::crossterm::event::KeyEvent;

use crate::session::Session;
use crate::tui::act::{Effect, act};
use crate::tui::app::{App, Overlay};
use crate::tui::keys::{Bound, Context, name_of};

/// Rows of the help that match what was typed and mean something here; those of the moment first.
#[must_use]
pub fn rows<'a>(app: &'a App, filter: &str) -> Vec<&'a Bound> {
    let words: Vec<String> = filter
        .to_lowercase()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let matches = |b: &Bound| {
        let (keys, row) = (b.keys.join(" "), b.row);
        let text = format!("{keys} {} {} {}", row.short, row.help, row.action.name());
        let text = text.to_lowercase();
        words.iter().all(|w| text.contains(w))
    };
    let contexts = app.contexts();
    let mut rows: Vec<&Bound> = app
        .keys
        .rows()
        .iter()
        .filter(|b| contexts.contains(&b.row.context) && matches(b))
        .collect();
    let searching = contexts.contains(&Context::Search);
    // The table need not be written in the order of its headings.
    rows.sort_by_key(|b| {
        let elsewhere = searching && b.row.context != Context::Search;
        (elsewhere, place_of(app, b.row.group))
    });
    rows
}

/// Where in the table a heading comes first.
fn place_of(app: &App, group: &str) -> usize {
    app.keys
        .rows()
        .iter()
        .position(|b| b.row.group == group)
        .unwrap_or(usize::MAX)
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
                Some(bound) => {
                    let action = bound.row.action;
                    act(app, session, action)
                }
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

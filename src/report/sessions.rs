//! A list of sessions, as a table and as a JSON array.

use std::time::SystemTime;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::text::{clip, columns};
use crate::base::text::harmless_line;
use crate::base::units::{Bytes, Gain};
use crate::session::library::{State, Summary};

/// Characters of a model's name that the table shows.
const MODEL: usize = 28;

/// The table, a line a session.
pub(crate) fn table(sessions: &[Summary]) -> String {
    let head = [
        "session",
        "task",
        "date",
        "model",
        "gain over v0",
        "best",
        "rounds",
        "size",
        "state",
    ];
    let rows: Vec<[String; 9]> = [head.map(String::from)]
        .into_iter()
        .chain(sessions.iter().map(row))
        .collect();
    columns(&rows)
}

fn row(s: &Summary) -> [String; 9] {
    let known = |text: String| if s.task.is_empty() { none() } else { text };
    [
        harmless_line(&s.id).into_owned(),
        known(clip(&s.task, MODEL)),
        Timestamp::try_from(s.changed)
            .map_or_else(|_| none(), |t| t.strftime("%Y-%m-%d %H:%M").to_string()),
        known(clip(&s.model, MODEL)),
        s.gain.map_or_else(none, |(gain, low, high)| {
            let told = format!("{gain} {}", Gain::interval(low, high));
            told.trim_end().to_owned()
        }),
        s.best.map_or_else(none, |v| v.to_string()),
        known(s.rounds.to_string()),
        Bytes(s.bytes).to_string(),
        standing(s),
    ]
}

fn none() -> String {
    "–".to_owned()
}

/// How it stands, and what the developer says of it.
fn standing(s: &Summary) -> String {
    let mut words = Vec::new();
    if matches!(s.state, State::Finished | State::Open | State::Running) {
        words.push(s.state.word().to_owned());
    }
    if !s.trouble.is_empty() {
        words.push(s.trouble.clone());
    }
    if s.marks.pinned {
        words.push("pinned".to_owned());
    }
    if s.marks.archived {
        words.push("archived".to_owned());
    }
    words.extend(s.marks.tags.iter().map(|tag| format!("#{tag}")));
    if !s.marks.title.is_empty() {
        words.push(format!("“{}”", s.marks.title));
    }
    harmless_line(&words.join(" · ")).into_owned()
}

/// One array of objects, an object a line. Names and their meaning are a contract: `docs/library.md`.
pub(crate) fn json(sessions: &[Summary]) -> String {
    if sessions.is_empty() {
        return "[]\n".to_owned();
    }
    let objects: Vec<String> = sessions.iter().map(|s| object(s).to_string()).collect();
    format!("[\n{}\n]\n", objects.join(",\n"))
}

fn object(s: &Summary) -> Value {
    let said = |text: &String| (!text.is_empty()).then(|| text.clone());
    json!({
        "session": s.id,
        "task": said(&s.task),
        "language": said(&s.language),
        "model": said(&s.model),
        "date": moment(s.changed),
        "started": s.started,
        "state": s.state,
        "gain": s.gain.map(|(value, low, high)| json!({"value": value, "low": low, "high": high})),
        "objective": s.objective,
        "best": s.best,
        "rounds": s.rounds,
        "bytes": s.bytes,
        "pinned": s.marks.pinned,
        "archived": s.marks.archived,
        "tags": s.marks.tags,
        "title": said(&s.marks.title),
        "trouble": said(&s.trouble),
    })
}

/// UTC, RFC 3339, milliseconds, as in journals; nothing beyond what a calendar has.
fn moment(time: SystemTime) -> Option<Timestamp> {
    let exact = Timestamp::try_from(time).ok()?;
    exact.round(jiff::Unit::Millisecond).ok()
}

//! The journal of the fabricated session, which the integration tests read, since they cannot see the session itself.

use std::path::{Path, PathBuf};

use crate::session::{EventRecord, Journal, journal};
use crate::tui::sample;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/fabricated")
}

/// The events that a journal keeps, in one form.
fn kept(events: &[EventRecord]) -> Vec<serde_json::Value> {
    let durable = events.iter().filter(|e| e.event.durable());
    durable.map(|e| serde_json::to_value(e).unwrap()).collect()
}

#[test]
fn the_journal_holds_the_fabricated_session() {
    let read = journal::read(&folder()).unwrap();
    assert!(
        kept(&read.events) == kept(&sample::events()),
        "write it anew: cargo test --lib -- --ignored write_the_journal_anew"
    );
}

#[test]
#[ignore = "writes into the source tree"]
fn write_the_journal_anew() {
    let _ = std::fs::remove_dir_all(folder());
    let mut journal = Journal::create(&folder()).unwrap();
    for happened in sample::events() {
        journal.write(&happened).unwrap();
    }
}

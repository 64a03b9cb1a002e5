//! Journals of released formats stay readable: what they come to, word for word what they hold, and the page about them.
//!
//! The journals in `fixtures/journals` were written by reheat 0.1.0 (`workbench` was put together by hand from the events that
//! only the workbench causes, and read by it). A change that breaks one of these tests breaks the sessions of users.
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use reheat::measure::Comparison;
use reheat::session::event::{Author, Decision};
use reheat::session::{EventRecord, Session, journal};
use serde_json::Value;

const JOURNALS: [(&str, &str); 13] = [
    (
        "candidates",
        "\
v0 original r0.0 accepted accepted
v1 tape r1.1 accepted rejected | v0 1.701 [1.612, 1.947] undecided
v2 tape r1.2 accepted accepted | v0 12.335 [11.413, 15.520] better | v0 12.335 [11.413, 15.520] better
v3 tape r2.1 wrong answer rejected
rounds 2 tokens 1438 decisions 4 notes 1 written 0
incumbent v2 best v2 ended rounds",
    ),
    (
        "commands",
        "\
v0 original r0.0 accepted accepted
v1 tape r1.0 accepted accepted | v0 1.708 [1.588, 1.874] better | v0 1.708 [1.588, 1.874] better
rounds 1 tokens 297 decisions 2 notes 0 written 0
incumbent v1 best v1 ended rounds",
    ),
    (
        "demo",
        "\
v0 original r0.0 accepted accepted
v1 tape r1.0 accepted accepted | v0 1.230 [1.060, 1.359] better | v0 1.230 [1.060, 1.359] better
v2 tape r2.0 wrong answer rejected
v3 tape r3.0 accepted accepted | v1 1.255 [1.021, 1.504] better | v0 1.700 [1.413, 2.029] better
v4 tape r4.0 runtime error rejected
v5 tape r5.0 accepted accepted | v3 1.957 [1.065, 2.404] better | v0 3.798 [2.372, 5.335] better
v6 tape r6.0 accepted rejected | v5 1.023 [0.981, 1.059] undecided
rounds 6 tokens 5716 decisions 7 notes 1 written 0
incumbent v5 best v5 ended rounds",
    ),
    (
        "function",
        "\
v0 original r0.0 accepted accepted
v1 tape r1.0 accepted accepted | v0 31.251 [21.046, 2396.038] better | v0 31.251 [21.046, 2396.038] better
rounds 1 tokens 433 decisions 2 notes 1 written 1
incumbent v1 best v1 ended rounds",
    ),
    (
        "goal",
        "\
v0 original r0.0 accepted accepted
v1 tape r1.0 accepted accepted | v0 17.345 [14.925, 27.061] better | v0 17.345 [14.925, 27.061] better
rounds 1 tokens 293 decisions 2 notes 1 written 0
incumbent v1 best v1 ended goal",
    ),
    (
        "memory",
        "\
v0 original r0.0 accepted accepted
v1 tape r1.0 accepted rejected | v0 1.008 [0.996, 1.011] no difference
rounds 1 tokens 286 decisions 2 notes 1 written 0
incumbent v0 best v0 ended rounds",
    ),
    (
        "provider",
        "\
v0 original r0.0 accepted accepted
rounds 3 tokens 864 decisions 1 notes 1 written 0
incumbent v0 best v0 ended provider",
    ),
    (
        "stopped",
        "\
v0 original r0.0 accepted accepted
rounds 1 tokens 543 decisions 1 notes 3 written 0
incumbent v0 best v0 ended rounds",
    ),
    (
        "tape_ended",
        "\
v0 original r0.0 accepted accepted
v1 tape r1.0 accepted rejected | v0 5.430 [5.430, 5.430] undecided
rounds 2 tokens 272 decisions 2 notes 0 written 0
incumbent v0 best v0 ended tape_ended",
    ),
    (
        "time",
        "\
v0 original r0.0 unmeasured
rounds 0 tokens 0 decisions 0 notes 2 written 0
incumbent none best none ended time",
    ),
    (
        "tokens",
        "\
v0 original r0.0 accepted accepted
v1 tape r1.0 accepted accepted | v0 4.866 [4.051, 5.610] better | v0 4.866 [4.051, 5.610] better
rounds 1 tokens 283 decisions 2 notes 1 written 0
incumbent v1 best v1 ended tokens",
    ),
    (
        "workbench",
        "\
v0 original r0.0 accepted accepted
v1 tape r1.0 accepted accepted | v0 17.345 [14.925, 27.061] better
v2 hand r0.0 unmeasured
rounds 2 tokens 320 decisions 6 notes 2 written 0
incumbent v1 best v1 ended stopped",
    ),
    (
        "wrong_answers",
        "\
v0 original r0.0 accepted accepted
v1 tape r1.0 wrong answer rejected
v2 tape r2.0 runtime error rejected
v3 tape r4.0 accepted accepted | v0 12.679 [11.057, 14.409] better | v0 12.679 [11.057, 14.409] better
rounds 4 tokens 1291 decisions 4 notes 1 written 0
incumbent v3 best v3 ended rounds",
    ),
];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/journals")
        .join(name)
}

/// The lines of a journal behind its header.
fn lines(name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(folder(name).join("journal.jsonl")).unwrap();
    text.lines().skip(1).map(str::to_owned).collect()
}

/// What a journal comes to, in a form that can be written down here.
fn summary(session: &Session) -> String {
    let mut text = String::new();
    for v in &session.versions {
        let author = match &v.author {
            Author::Original => "original",
            Author::Model { .. } => "model",
            Author::Tape { .. } => "tape",
            Author::Hand => "hand",
        };
        let verdict = v
            .verdict()
            .map_or("unmeasured", |verdict| verdict.in_words());
        write!(
            text,
            "{} {author} r{}.{} {verdict}",
            v.id, v.round, v.candidate
        )
        .unwrap();
        if let Some((decision, _)) = &v.decision {
            let accepted = *decision == Decision::Accepted;
            text += if accepted { " accepted" } else { " rejected" };
        }
        let of = |c: &Comparison| {
            format!(
                "{} {:.3} [{:.3}, {:.3}] {}",
                c.incumbent,
                c.gain.0,
                c.low.0,
                c.high.0,
                c.answer.in_words()
            )
        };
        for c in v.comparison.iter().chain(&v.against_original) {
            write!(text, " | {}", of(c)).unwrap();
        }
        text.push('\n');
    }
    let id = |v: Option<_>| {
        v.map_or("none".to_owned(), |v: reheat::session::event::VersionId| {
            v.to_string()
        })
    };
    let ended = session.finished.as_ref().unwrap();
    writeln!(
        text,
        "rounds {} tokens {} decisions {} notes {} written {}",
        session.rounds.len(),
        session.usage.prompt_tokens + session.usage.reply_tokens,
        session.decisions.len(),
        session.notes.len(),
        session.written.len()
    )
    .unwrap();
    let reason = serde_json::to_value(&ended.reason).unwrap();
    writeln!(
        text,
        "incumbent {} best {} ended {}",
        id(session.incumbent),
        id(ended.best),
        reason.as_str().unwrap()
    )
    .unwrap();
    text
}

#[test]
fn every_journal_comes_to_what_it_came_to_when_it_was_written() {
    for (name, expected) in JOURNALS {
        let read = journal::read(&folder(name)).unwrap();
        let skipped = usize::from(name == "workbench");
        assert_eq!(read.skipped, skipped, "{name}");
        let found = summary(&Session::of(&read.events));
        assert_eq!(found.trim(), expected.trim(), "{name}:\n{found}");
    }
}

#[test]
fn every_event_is_written_again_as_it_was_read() {
    for (name, _) in JOURNALS {
        for line in lines(name) {
            let value: Value = serde_json::from_str(&line).unwrap();
            if value["event"] == "a_later_event" || line.contains("$text") {
                continue;
            }
            let record: EventRecord = serde_json::from_str(&line).unwrap();
            assert_eq!(serde_json::to_value(&record).unwrap(), value, "{name}");
        }
    }
}

#[test]
fn a_large_text_is_read_from_its_file() {
    let read = journal::read(&folder("workbench")).unwrap();
    let session = Session::of(&read.events);
    let text = &session.versions.last().unwrap().source.text;
    assert!(text.len() > journal::LARGE && text.starts_with("print(1)\n"));
}

/// The names of all fields of a value, at any depth.
fn fields(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                found.insert(name.clone());
                // The keys of this table are the developer's flags.
                if name != "reached_by" {
                    fields(inner, found);
                }
            }
        }
        Value::Array(all) => all.iter().for_each(|v| fields(v, found)),
        _ => {}
    }
}

#[test]
fn the_page_names_every_event_and_every_field_and_how_each_event_is_kept() {
    let page = include_str!("../../docs/journal.md");
    let mut named = BTreeSet::new();
    for (name, _) in JOURNALS {
        for line in lines(name) {
            let value: Value = serde_json::from_str(&line).unwrap();
            let event = value["event"].as_str().unwrap();
            if event == "a_later_event" {
                continue;
            }
            fields(&value, &mut named);
            named.insert(event.to_owned());
            let row = page
                .lines()
                .find(|l| l.starts_with(&format!("| `{event}` |")));
            let kept = row
                .unwrap_or_else(|| panic!("no row for {event}"))
                .split('|')
                .nth(2)
                .unwrap()
                .trim();
            let Ok(record) = serde_json::from_str::<EventRecord>(&line) else {
                continue;
            };
            assert!(record.event.durable(), "{event} is in a journal");
            match kept {
                "synced" => assert!(record.event.needs_fsync(), "{event}"),
                "durable" => assert!(!record.event.needs_fsync(), "{event}"),
                "durable (synced if by hand)" => {}
                other => panic!("{event} is {other}"),
            }
        }
    }
    let missing: Vec<&String> = named
        .iter()
        .filter(|name| !["$text", "at", "event"].contains(&name.as_str()))
        .filter(|name| {
            !page.contains(&format!("`{name}`")) && !page.contains(&format!("\"{name}\""))
        })
        .collect();
    assert!(
        missing.is_empty(),
        "docs/journal.md does not name {missing:?}"
    );
}

#[test]
fn a_newer_format_and_a_critical_unknown_event_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(folder.path().join("journal.jsonl"), text).unwrap();
    write("{\"reheat_journal\":2}\n");
    assert!(
        journal::read(folder.path())
            .unwrap_err()
            .to_string()
            .contains("newer reheat")
    );
    let event = r#"{"at":"2026-01-01T00:00:00Z","event":"of_tomorrow","critical":true}"#;
    write(&format!("{{\"reheat_journal\":1}}\n{event}\n"));
    assert!(journal::read(folder.path()).is_err());
    write(&format!(
        "{{\"reheat_journal\":1}}\n{}\n",
        event.replace("true", "false")
    ));
    assert_eq!(journal::read(folder.path()).unwrap().skipped, 1);
}

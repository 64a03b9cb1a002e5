//! Every journal of the past, and what becomes of one that tells its events in odd ways.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use super::*;
use crate::session::journal;

fn journals() -> Vec<(String, Vec<EventRecord>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/journals");
    let entries = std::fs::read_dir(folder).unwrap();
    let entries = entries.map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, journal::read(&entry.path()).unwrap().events)
        })
        .collect()
}

/// What a session holds for good.
fn durable(session: &Session) -> String {
    format!(
        "{:#?}{:#?}{:#?}{:?}{:?}{:?}",
        session.versions,
        session.rounds,
        session.decisions,
        session.incumbent,
        session.usage,
        session.finished
    )
}

#[test]
fn at_its_end_a_history_is_what_the_journal_comes_to() {
    let mut measured_again = 0;
    for (name, events) in journals() {
        let mut history = History::new(events.clone(), Vec::new());
        let mut whole = history.session(history.len());
        let mut folded = Session::of(&events);
        // A version that was measured again has the looks of the last time only, as it had on the screen.
        let looks =
            |session: &Session| -> usize { session.versions.iter().map(|v| v.looks.len()).sum() };
        if looks(&whole) != looks(&folded) {
            measured_again += 1;
            for session in [&mut whole, &mut folded] {
                session.versions.iter_mut().for_each(|v| v.looks.clear());
            }
        }
        assert_eq!(durable(&whole), durable(&folded), "{name}");
    }
    assert!(measured_again <= 2, "{measured_again}");
}

#[test]
fn steps_go_forth_and_back_over_the_same_moments() {
    for (name, events) in journals() {
        let mut history = History::new(events, Vec::new());
        let mut stops = vec![history.first()];
        loop {
            let at = *stops.last().unwrap();
            let next = history.next(at);
            if next == at {
                break;
            }
            assert!(next > at, "{name}");
            stops.push(next);
        }
        assert_eq!(stops.last(), Some(&history.len()), "{name}");
        assert_eq!(history.step_of(history.len()).0, stops.len(), "{name}");
        let mut forth = Session::default();
        let mut at = 0;
        for stop in &stops {
            history
                .moments(at, *stop)
                .iter()
                .for_each(|r| forth.apply(r));
            at = *stop;
            assert_eq!(durable(&history.session(at)), durable(&forth), "{name}");
        }
        for pair in stops.windows(2).rev() {
            assert_eq!(history.previous(pair[1]), pair[0], "{name}");
        }
        assert_eq!(history.previous(stops[0]), stops[0], "{name}");
    }
}

#[test]
fn pieces_of_a_reply_make_the_reply() {
    for (name, events) in journals() {
        let history = History::new(events, Vec::new());
        let mut pieces = std::collections::BTreeMap::<(u32, u32), String>::new();
        for record in history.moments(0, history.len()) {
            match &record.event {
                Event::PromptSent { round, .. } => pieces.retain(|(r, _), _| r != round),
                Event::ReplyDelta {
                    round,
                    candidate,
                    reasoning: false,
                    text,
                } => pieces
                    .entry((*round, *candidate))
                    .or_default()
                    .push_str(text),
                Event::ReplyEnded {
                    round,
                    candidate,
                    text,
                    ..
                } => {
                    let made = pieces.remove(&(*round, *candidate)).unwrap_or_default();
                    assert_eq!(made, **text, "{name}");
                }
                _ => {}
            }
        }
    }
}

#[test]
fn what_is_told_in_odd_ways_is_stepped_over_all_the_same() {
    let (_, events) = journals()
        .into_iter()
        .find(|(name, _)| name == "demo")
        .unwrap();
    // A clock that was set back, events in a wrong order, only the end, one alone, none.
    let mut backwards = events.clone();
    for (n, record) in backwards.iter_mut().enumerate() {
        record.at = Timestamp::from_second(2_000_000_000 - n as i64).unwrap();
    }
    let reversed: Vec<_> = events.iter().rev().cloned().collect();
    let end: Vec<_> = events.iter().skip(7).cloned().collect();
    for odd in [
        backwards,
        reversed,
        end,
        vec![events[0].clone()],
        Vec::new(),
    ] {
        let count = odd.len();
        let mut history = History::new(odd, Vec::new());
        let mut at = history.first();
        for _ in 0..=history.len() {
            at = history.next(at);
        }
        assert_eq!(at, history.len());
        assert!(history.len() >= count);
        let _ = history.session(at);
        let pauses = (0..history.len()).filter_map(|n| history.pause_after(n));
        assert_eq!(pauses.count(), history.len());
    }
}

#[test]
fn what_comes_later_grows_on_and_what_is_shown_stays() {
    for (name, events) in journals() {
        let whole = History::new(events.clone(), Vec::new());
        let half = events.len() / 2;
        let mut grown = History::new(events[..half].to_vec(), Vec::new());
        let at = grown.len();
        let shown = grown.session(at);
        let mut at = grown.grow(at, events[half..].to_vec());
        assert_eq!(grown.len(), whole.len(), "{name}");
        assert_eq!(durable(&grown.session(at)), durable(&shown), "{name}");
        at = grown.grow(at, Vec::new());
        assert_eq!(durable(&grown.session(at)), durable(&shown), "{name}");
    }
}

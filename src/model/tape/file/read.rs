//! Reads a tape that anybody may have written: bounded, checked line by line, and never believed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::super::TapeError;
use super::{
    FORMAT, LONGEST_LINE, MOST_BYTES, SessionTape, TapeEnd, TapeHeader, TapeReply, TapeRound,
    TapeVersion,
};
use crate::base::text::is_hostile;
use crate::base::units::{Bytes, Gain};
use crate::model::MOST_AT_ONCE;
use crate::session::replies::numbers;
use crate::task::portable::{MOST_CASES, prose};

/// Most rounds, as the loop has them.
const MOST_ROUNDS: usize = 1_000;
/// Most versions whose recorded figures are read.
const MOST_VERSIONS: usize = 10_000;
/// Longest name or sentence that is shown to people (bytes).
const LONGEST_WORDS: usize = 2_000;
/// A reply is played in this time at most, at its own speed (milliseconds).
const LONGEST_WAIT: u64 = 30 * 60 * 1_000;
/// Words for a thing that runs. A tape that has one in its task wants more than a tape may.
const COMMANDS: [&str; 10] = [
    "command",
    "commands",
    "check",
    "bench",
    "prepare",
    "tool",
    "run",
    "environment",
    "read",
    "model_command",
];

/// Whether a text begins like a session on tape, whatever becomes of the rest.
#[must_use]
pub fn is_session_tape(text: &[u8]) -> bool {
    let first = text.split(|b| *b == b'\n').next().unwrap_or_default();
    let first = first.get(..4096.min(first.len())).unwrap_or_default();
    first.windows(14).any(|w| w == b"\"reheat_tape\":")
}

/// Reads a tape from a file.
///
/// # Errors
/// What is wrong with it, with the line.
pub fn read(path: &Path) -> Result<SessionTape, TapeError> {
    let name = path.display().to_string();
    let fault = |why: String| TapeError::new(&name, why);
    let facts = std::fs::metadata(path).map_err(|e| fault(e.to_string()))?;
    if !facts.is_file() {
        return Err(fault("it is no file".into()));
    }
    let file = std::fs::File::open(path).map_err(|e| fault(e.to_string()))?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| fault(e.to_string()))?;
    if bytes.len() > MOST_BYTES {
        let (size, most) = (Bytes(facts.len()), Bytes(MOST_BYTES as u64));
        return Err(fault(format!(
            "it has {size}, and a tape has at most {most}"
        )));
    }
    read_text(&name, &bytes)
}

/// Reads a tape from its bytes; `name` stands in errors.
///
/// # Errors
/// What is wrong with it, with the line.
pub fn read_text(name: &str, bytes: &[u8]) -> Result<SessionTape, TapeError> {
    parse(bytes).map_err(|(line, why)| {
        let place = if line == 0 {
            String::new()
        } else {
            format!("line {line}: ")
        };
        TapeError::new(name, format!("{place}{why}"))
    })
}

type Fault = (usize, String);

/// The word that says what a line is.
#[derive(Deserialize)]
struct Kind {
    is: String,
}

fn parse(bytes: &[u8]) -> Result<SessionTape, Fault> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.trim_ascii().is_empty() {
        return Err((0, "it is empty".into()));
    }
    let mut tape = SessionTape {
        header: header(bytes)?,
        ..SessionTape::default()
    };
    let mut once = BTreeSet::new();
    let mut end = None;
    let mut count = 1;
    for (n, line) in bytes.split(|b| *b == b'\n').enumerate().skip(1) {
        let number = n + 1;
        let fault = |why: String| (number, why);
        // What stands behind the last line feed.
        if line.is_empty() && whole(bytes, line) {
            break;
        }
        if end.is_some() {
            return Err(fault(
                "there is something behind the line that ends the tape".into(),
            ));
        }
        if line.len() > LONGEST_LINE {
            return Err(fault(format!(
                "it has {}, and a line of a tape has at most {}",
                Bytes(line.len() as u64),
                Bytes(LONGEST_LINE as u64)
            )));
        }
        if whole(bytes, line) {
            return Err(fault(
                "the tape ends in half a line: it was cut off on the way; fetch it again".into(),
            ));
        }
        let text = std::str::from_utf8(line).map_err(|_| fault("it is no text in UTF-8".into()))?;
        let kind: Kind = json(text).map_err(fault)?;
        let single = matches!(kind.is.as_str(), "task" | "session" | "end");
        if single && !once.insert(kind.is.clone()) {
            return Err(fault(format!("there are two lines for the {}", kind.is)));
        }
        take(&mut tape, &kind.is, text, &mut end).map_err(fault)?;
        if end.is_none() {
            count += 1;
        }
    }
    let Some(TapeEnd { lines }) = end else {
        return Err((
            0,
            "the line that ends it is missing: it was cut off on the way; fetch it again".into(),
        ));
    };
    if lines != count {
        return Err((
            0,
            format!(
                "it says that it has {lines} lines and has {count}: some are missing; fetch it again"
            ),
        ));
    }
    for (what, there) in [("task", "task"), ("recorded session", "session")] {
        if !once.contains(there) {
            return Err((0, format!("there is no {what} on it")));
        }
    }
    check(&mut tape).map_err(|why| (0, why))?;
    Ok(tape)
}

/// Whether a line reaches to the end of everything.
fn whole(bytes: &[u8], line: &[u8]) -> bool {
    std::ptr::eq(bytes.as_ptr_range().end, line.as_ptr_range().end)
}

fn header(bytes: &[u8]) -> Result<TapeHeader, Fault> {
    let first = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let no_tape = || {
        (
            1,
            "this is no tape of a session; `reheat tape export SESSION FILE` makes one".to_owned(),
        )
    };
    if first.len() > LONGEST_WORDS * 4 {
        return Err(no_tape());
    }
    let text = std::str::from_utf8(first).map_err(|_| no_tape())?;
    let keys: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(text).map_err(|_| no_tape())?;
    if keys.contains_key("reheat_journal") {
        return Err((1, "this is the journal of a session; `reheat tape export SESSION FILE` makes a tape of it".into()));
    }
    let format = keys.get("reheat_tape").ok_or_else(no_tape)?;
    match format.as_u64() {
        Some(FORMAT) => {}
        Some(newer) if newer > FORMAT => {
            return Err((
                1,
                format!(
                    "it is of format {newer}, and this reheat reads up to {FORMAT}: a newer reheat plays it"
                ),
            ));
        }
        _ => return Err(no_tape()),
    }
    let header: TapeHeader = json(text).map_err(|why| (1, why))?;
    words(&header.written_by, "program that wrote it").map_err(|why| (1, why))?;
    words(&header.what, "sentence that says what it is").map_err(|why| (1, why))?;
    Ok(header)
}

fn json<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|e| {
        // The line's own number is said already; the parser counts within it.
        let told = e.to_string();
        let told = told.split(" at line ").next().unwrap_or_default();
        let told = crate::base::text::harmless_line(told);
        format!("cannot be read: {told}")
    })
}

fn take(
    tape: &mut SessionTape,
    is: &str,
    text: &str,
    end: &mut Option<TapeEnd>,
) -> Result<(), String> {
    match is {
        "task" => {
            let keys: BTreeMap<String, IgnoredAny> = json(text)?;
            if let Some(command) = COMMANDS.iter().find(|c| keys.contains_key(**c)) {
                return Err(format!(
                    "its task says `{command}`: a tape names no command, no program and no place of this machine"
                ));
            }
            tape.task = json(text)?;
        }
        "case" => push(&mut tape.cases, json(text)?, MOST_CASES, "cases")?,
        "session" => tape.recorded = json(text)?,
        "round" => push(&mut tape.rounds, json(text)?, MOST_ROUNDS, "rounds")?,
        "reply" => {
            let most = MOST_ROUNDS * MOST_AT_ONCE as usize;
            push(&mut tape.replies, json(text)?, most, "replies")?;
        }
        "version" => push(&mut tape.versions, json(text)?, MOST_VERSIONS, "versions")?,
        "end" => *end = Some(json(text)?),
        // Of a newer program: what it says is not needed to play.
        _ => tape.skipped += 1,
    }
    Ok(())
}

fn push<T>(to: &mut Vec<T>, one: T, most: usize, what: &str) -> Result<(), String> {
    if to.len() >= most {
        return Err(format!("there are more than {most} {what}"));
    }
    to.push(one);
    Ok(())
}

/// What lines say of one another, and what people are shown of them.
fn check(tape: &mut SessionTape) -> Result<(), String> {
    tape.rounds.sort_by_key(|r| r.round);
    for (n, round) in tape.rounds.iter().enumerate() {
        if round.round as usize != n + 1 {
            return Err(format!(
                "its rounds are not numbered from 1 without a gap (round {})",
                round.round
            ));
        }
        check_round(round)?;
    }
    tape.replies.sort_by_key(|r| (r.round, r.candidate));
    let wanted = tape
        .rounds
        .iter()
        .flat_map(|r| numbers(r.candidates).map(|c| (r.round, c)));
    let there = tape.replies.iter().map(|r| (r.round, r.candidate));
    if !wanted.eq(there) {
        return Err(
            "its replies do not fit its rounds: one is missing, is there twice, or belongs to none"
                .into(),
        );
    }
    if tape.replies.is_empty() {
        return Err("there is no reply on it".into());
    }
    for reply in &mut tape.replies {
        check_reply(reply)?;
    }
    let mut seen = BTreeSet::new();
    for version in &tape.versions {
        if !seen.insert(version.version) {
            return Err(format!("there are two versions v{}", version.version));
        }
        check_version(version)?;
    }
    let recorded = &tape.recorded;
    for (text, what) in [
        (&recorded.model, "model"),
        (&recorded.isolation, "isolation"),
        (&recorded.toolchain, "toolchain"),
        (&recorded.headline, "headline"),
        (&recorded.machine.cpu, "processor"),
        (&recorded.machine.system, "system"),
    ] {
        words(text, what)?;
    }
    Ok(())
}

fn check_round(round: &TapeRound) -> Result<(), String> {
    if !(1..=MOST_AT_ONCE).contains(&round.candidates) {
        return Err(format!(
            "round {} has {} replies; 1 to {MOST_AT_ONCE} are possible",
            round.round, round.candidates
        ));
    }
    if round.hint.len() > LONGEST_WORDS * 8 {
        return Err(format!("the hint of round {} is too long", round.round));
    }
    prose(&round.hint, &format!("hint of round {}", round.round)).map_err(|e| e.to_string())
}

fn check_reply(reply: &mut TapeReply) -> Result<(), String> {
    words(&reply.reply.model, "model of a reply")?;
    for chunk in &mut reply.reply.chunks {
        chunk.0 = chunk.0.min(LONGEST_WAIT);
    }
    Ok(())
}

fn check_version(version: &TapeVersion) -> Result<(), String> {
    for (text, what) in [
        (&version.by, "author"),
        (&version.verdict, "verdict"),
        (&version.words, "verdict in words"),
        (&version.reason, "reason"),
        (&version.metric, "metric"),
    ] {
        words(text, &format!("{what} of v{}", version.version))?;
    }
    let possible = |g: &Gain| g.0.is_finite() && g.0 > 0.0 && g.0 < 1e12;
    let gains = [version.gain, version.low, version.high];
    if gains.iter().flatten().all(possible) {
        return Ok(());
    }
    Err(format!("v{} has a gain that is none", version.version))
}

/// A short text on one line that is shown to people.
fn words(text: &str, what: &str) -> Result<(), String> {
    if text.len() > LONGEST_WORDS {
        return Err(format!(
            "the {what} has {} bytes, at most {LONGEST_WORDS} are read",
            text.len()
        ));
    }
    match text.chars().find(|c| is_hostile(*c)) {
        Some(c) => Err(format!(
            "the {what} holds the control or invisible character U+{:04X}",
            c as u32
        )),
        None => Ok(()),
    }
}

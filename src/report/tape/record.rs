//! What a tape keeps of a session: the replies in the order in which they are played, and what they came to.

use std::collections::BTreeMap;

use crate::base::text::harmless_line;
use crate::base::words::count;
use crate::model::tape::Recorded as RecordedReply;
use crate::model::tape::file::{
    FORMAT, Recording, SessionTape, TapeHeader, TapeReply, TapeRound, TapeVersion,
};
use crate::report::{headline, text};
use crate::sandbox::Tier;
use crate::session::Session;
use crate::session::event::{Author, Decision, Finish, VersionId};
use crate::session::fold::Version;
use crate::session::replies::Reply;
use crate::task::portable::{Packed, PortableTask};
use crate::task::{Case, Task};

/// Characters of a sentence on a tape.
const LONGEST: usize = 400;

/// A tape, and what of the session is not on it.
#[derive(Debug)]
pub(crate) struct Recorded {
    /// The tape.
    pub(crate) tape: SessionTape,
    /// What is not on it, in sentences.
    pub(crate) notes: Vec<String>,
}

/// Rounds and numbers of replies as they were, to those that they are played in.
type Places = BTreeMap<(u32, u32), (u32, u32)>;

/// Makes a tape of a session and its task.
///
/// # Errors
/// A sentence: there is nothing to play, or the task cannot be carried in one file.
pub(crate) fn record(session: &Session, task: &Task) -> Result<Recorded, String> {
    let of_task = session.task.as_ref();
    let held_out = of_task.map_or(&[][..], |t| &t.held_out);
    let Packed {
        task: mut carried,
        cases,
        notes,
    } = {
        let packed = PortableTask::pack(task, held_out, session.only.as_deref());
        let mut packed = packed.map_err(|e| e.to_string())?;
        for added in &session.added {
            packed.add_case(&Case::from(added));
        }
        packed
    };
    // People read it, and so does a terminal.
    carried.title = one_line(&carried.title);
    carried.statement = prose(&carried.statement);
    let mut notes = notes;
    let (rounds, replies, places) = played(session, &mut notes);
    if replies.is_empty() {
        return Err("no reply of it ended well, so there is nothing to play".into());
    }
    let versions = session
        .versions
        .iter()
        .map(|v| version(session, v, &places));
    let versions: Vec<TapeVersion> = versions.collect();
    let by_hand = versions.iter().filter(|v| v.by == "hand").count();
    if by_hand > 0 {
        notes.push(format!(
            "{} made by hand: the figures are on the tape, but nobody types them again",
            count(by_hand, "version")
        ));
    }
    let tape = SessionTape {
        header: TapeHeader {
            reheat_tape: FORMAT,
            written_by: format!("reheat {}", env!("CARGO_PKG_VERSION")),
            what: "a recorded session of reheat: play it with `reheat demo FILE`, look at it with `reheat tape check FILE`".into(),
        },
        task: carried,
        cases,
        recorded: recording(session),
        rounds,
        replies,
        versions,
        skipped: 0,
    };
    Ok(Recorded { tape, notes })
}

fn recording(session: &Session) -> Recording {
    let guards = session.guards.as_ref();
    let isolation = guards.map_or("", |g| match g.tier {
        Tier::None => "not isolated",
        Tier::Weak => "weakly isolated",
        Tier::Namespaces | Tier::Full => "isolated",
    });
    let mut machine = session.machine.clone().unwrap_or_default();
    machine.cpu = one_line(&machine.cpu);
    machine.system = one_line(&machine.system);
    Recording {
        at: session.started_at,
        model: model(&session.model),
        machine,
        isolation: isolation.to_owned(),
        toolchain: session
            .task
            .as_ref()
            .map_or_else(String::new, |t| one_line(&t.toolchain)),
        headline: one_line(&headline::headline(session).sentence()),
        best: session.best().map(|v| v.id.0),
        strict: session.strict,
        clock: session.terms.clock,
        comparison_ns: session.terms.comparison_ns,
    }
}

/// Rounds with a reply that can be played, numbered anew.
fn played(session: &Session, notes: &mut Vec<String>) -> (Vec<TapeRound>, Vec<TapeReply>, Places) {
    let (mut rounds, mut replies, mut places) = (Vec::new(), Vec::new(), Places::new());
    let mut lost = 0;
    for round in &session.rounds {
        let whole = |r: &Reply| !matches!(r.finish, Finish::Failed | Finish::Stopped);
        let usable: Vec<(&u32, &Reply)> = round.replies.iter().filter(|(_, r)| whole(r)).collect();
        lost += round.replies.len() - usable.len();
        if usable.is_empty() {
            continue;
        }
        let number = rounds.len() as u32 + 1;
        let candidates = usable.len() as u32;
        for (n, (old, reply)) in usable.into_iter().enumerate() {
            let candidate = if candidates > 1 { n as u32 + 1 } else { 0 };
            places.insert((round.number, *old), (number, candidate));
            replies.push(TapeReply {
                round: number,
                candidate,
                reply: RecordedReply {
                    model: model(&round.model),
                    text: reply.text.to_string(),
                    reasoning: reply.reasoning.to_string(),
                    chunks: reply.chunks.clone(),
                    finish: reply.finish,
                },
            });
        }
        rounds.push(TapeRound {
            round: number,
            objective: round.objective,
            hint: prose(&round.hint),
            parent: round.parent.0,
            candidates,
        });
    }
    if lost > 0 {
        notes.push(format!(
            "{} that failed or that somebody stopped: not on the tape",
            count_replies(lost)
        ));
    }
    (rounds, replies, places)
}

fn count_replies(n: usize) -> String {
    if n == 1 {
        "1 reply".into()
    } else {
        format!("{n} replies")
    }
}

fn version(session: &Session, version: &Version, places: &Places) -> TapeVersion {
    let by = match version.author {
        Author::Original => "original",
        Author::Hand => "hand",
        Author::Model { .. } | Author::Tape { .. } => "model",
    };
    let of_reply = matches!(version.author, Author::Model { .. } | Author::Tape { .. });
    let place = places
        .get(&(version.round, version.candidate))
        .filter(|_| of_reply);
    let (round, candidate) = place.copied().unwrap_or_default();
    let decided = version.decision.as_ref();
    let was_best = |d: &&crate::session::event::Decision| **d == Decision::Accepted;
    let original = version.id == VersionId::ORIGINAL;
    let gain = version.gain_over_original().filter(|_| !original);
    let metric = version.decided_over_original();
    TapeVersion {
        version: version.id.0,
        round,
        candidate,
        by: by.to_owned(),
        verdict: verdict_name(version),
        words: one_line(&text::verdict(version)),
        accepted: decided.map(|(d, _)| d).filter(was_best).is_some()
            || (original && session.best().is_some_and(|b| b.id == version.id)),
        reason: decided.map_or_else(String::new, |(_, why)| one_line(why)),
        gain: gain.map(|g| g.0),
        low: gain.map(|g| g.1),
        high: gain.map(|g| g.2),
        metric: metric
            .filter(|_| gain.is_some())
            .map_or_else(String::new, |c| one_line(c.compared())),
    }
}

/// The verdict as journals name it.
pub(crate) fn verdict_name(version: &Version) -> String {
    let name = version.verdict().and_then(|v| serde_json::to_value(v).ok());
    name.as_ref()
        .and_then(|n| n.as_str())
        .unwrap_or_default()
        .to_owned()
}

/// Who spoke, also where that was a tape.
fn model(name: &str) -> String {
    let name = name.strip_prefix("tape of ").unwrap_or(name);
    one_line(if name == "tape" { "recorded" } else { name })
}

fn one_line(text: &str) -> String {
    let text = text.trim();
    let start: String = text.chars().take(LONGEST).collect();
    let cut = if start.len() < text.len() { "…" } else { "" };
    format!("{}{cut}", harmless_line(&start))
}

/// A text for people and models: nothing in it that a terminal obeys.
fn prose(text: &str) -> String {
    let shown = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if !text.contains(shown) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if shown(c) {
            crate::base::text::show(c, &mut out);
        } else {
            out.push(c);
        }
    }
    out
}

//! The part of the page that holds every version, and every round of which nothing came, each to be unfolded.

use minijinja::Value;
use serde::Serialize;

use super::{Block, TEXTS};
use crate::measure::Comparison;
use crate::report::charts;
use crate::report::diff;
use crate::report::facts::Fact;
use crate::report::markup::Markup;
use crate::report::pages::{Rows, equal_shares};
use crate::report::text;
use crate::session::Session;
use crate::session::event::Decision;
use crate::session::fold::{Reply, Round, Version};

/// A text of so few bytes is not folded.
const SHORT: usize = 160;

/// A version, or a round that gave none.
#[derive(Serialize)]
pub(super) struct Entry {
    class: &'static str,
    sign: &'static str,
    name: String,
    /// Where links lead to.
    place: String,
    flagged: bool,
    verdict: String,
    strip: Value,
    gain: String,
    interval: String,
    decision: String,
    made: String,
    flags: Vec<String>,
    rows: Vec<Fact>,
    blocks: Vec<Block>,
}

/// What is folded into an entry, before it is known how much of it there is room for.
struct Long {
    title: String,
    diff: Option<(usize, usize)>,
    rows: Rows,
}

impl Long {
    fn text(title: impl Into<String>, text: &str) -> Option<Self> {
        let rows = Rows::of_text(text);
        (!rows.is_empty()).then(|| Self {
            title: title.into(),
            diff: None,
            rows,
        })
    }

    fn within(self, room: usize) -> Block {
        let open = self.diff.is_some() || self.rows.len() < SHORT;
        let (rows, rest) = self.rows.within(room);
        Block {
            title: self.title,
            diff: self.diff,
            open,
            rows: rows.value(),
            rest,
        }
    }
}

/// All of them, in the order in which they came.
pub(super) fn entries(session: &Session) -> Vec<Entry> {
    let mut all: Vec<(u32, Entry, Vec<Long>)> = Vec::new();
    let strips = charts::strips(session);
    for (version, strip) in session.versions.iter().zip(strips) {
        all.push((
            version.round,
            entry(session, version, strip),
            longs(session, version),
        ));
    }
    for round in &session.rounds {
        if round.versions.is_empty() {
            let at = all.iter().position(|(number, ..)| *number > round.number);
            let new = (round.number, without_version(round), of_round(round, None));
            all.insert(at.unwrap_or(all.len()), new);
        }
    }
    let longs = all.iter().flat_map(|(_, _, longs)| longs);
    let lengths: Vec<usize> = longs.map(|long| long.rows.len()).collect();
    let room = equal_shares(&lengths, TEXTS);
    let whole = |(_, mut entry, longs): (u32, Entry, Vec<Long>)| {
        entry.blocks = longs.into_iter().map(|long| long.within(room)).collect();
        entry
    };
    all.into_iter().map(whole).collect()
}

fn entry(session: &Session, version: &Version, strip: Option<Markup>) -> Entry {
    let (class, sign) = charts::class_and_sign(session, version);
    let told = text::gain(version);
    let (gain, interval) = told
        .split_once(" [")
        .map_or((told.as_str(), String::new()), |(gain, rest)| {
            (gain, format!("[{rest}"))
        });
    let apart = if session.is_gain_apart(version) {
        "*"
    } else {
        ""
    };
    let gain = if gain == "–" { "" } else { gain };
    let decision = version.decision.as_ref().map(|(decision, why)| {
        let word = match decision {
            Decision::Accepted => "Accepted",
            Decision::Rejected => "Not accepted",
        };
        format!("{word}: {why}")
    });
    let round = match version.round {
        0 => String::new(),
        n => format!(", in round {n}"),
    };
    Entry {
        class,
        sign,
        name: version.id.to_string(),
        place: version.id.to_string(),
        flagged: !version.flags().is_empty(),
        verdict: text::verdict(version),
        strip: strip.unwrap_or_default().value(),
        gain: format!("{gain}{apart}"),
        interval,
        decision: decision.unwrap_or_default(),
        made: format!("{}{round}", capital(&text::made(version))),
        flags: version.flags().iter().map(|f| f.reason.clone()).collect(),
        rows: rows(session, version),
        blocks: Vec::new(),
    }
}

fn capital(text: &str) -> String {
    let mut all = text.chars();
    let first = all.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + all.as_str()
}

/// The figures behind a verdict, or where it fails.
fn rows(session: &Session, version: &Version) -> Vec<Fact> {
    let mut rows: Vec<Fact> = Vec::new();
    let Some(evaluation) = &version.evaluation else {
        return rows;
    };
    let passed = format!("{} of {}", evaluation.passed(), evaluation.cases_total);
    if let Some(f) = &evaluation.failure {
        let case = f
            .case
            .as_ref()
            .map_or_else(String::new, |case| format!("case {case}: "));
        rows.push(("fails", format!("{case}{}", f.reason)));
        if f.held_out {
            rows.push((
                "held out",
                "the model is told nothing about this case".into(),
            ));
        }
        if f.case.is_some() {
            rows.push((
                "cases right",
                format!("{passed}; a wrong program is never timed"),
            ));
        }
    } else {
        rows.push(("cases right", passed));
    }
    if let Some(c) = &version.comparison {
        compared(&mut rows, "against the best", c);
    }
    let other = |c: &&Comparison| {
        version
            .comparison
            .as_ref()
            .is_none_or(|own| own.incumbent != c.incumbent || own.only != c.only)
    };
    if let Some(c) = version.against_original.as_ref().filter(other) {
        compared(&mut rows, "against v0", c);
    }
    if let Some(words) = session.chain_broken(version) {
        rows.push(("look", words));
    }
    if evaluation.failure.is_none() {
        let f = evaluation.figures;
        let one = format!(
            "wall {}, CPU {}, peak {}, {}",
            f.wall_ns, f.cpu_ns, f.peak_bytes, f.integral_byte_ns
        );
        rows.push(("one run of each", one));
    }
    if version.pinned {
        rows.push(("pinned", "by the developer".into()));
    }
    if !version.note.is_empty() {
        rows.push(("note", version.note.clone()));
    }
    rows
}

fn compared(rows: &mut Vec<Fact>, name: &'static str, c: &Comparison) {
    let against = match name {
        "against the best" if !c.is_with_original() => format!("{}: ", c.incumbent),
        _ => String::new(),
    };
    let name = if c.is_with_original() {
        "against v0"
    } else {
        name
    };
    rows.push((name, format!("{against}{}", text::comparison(c))));
    if let Some([old, new]) = c.compared_figures() {
        rows.push(("figures", format!("{old} → {new}, medians of the pairs")));
    }
    let cases = by_case(c);
    if !cases.is_empty() {
        rows.push((
            if c.launches.is_some() {
                "by call"
            } else {
                "by case"
            },
            cases,
        ));
    }
    if let Some(why) = &c.not_borne_out {
        rows.push(("not borne out", why.clone()));
    }
    if !c.note.is_empty() {
        rows.push(("how it ended", c.note.clone()));
    }
}

/// `01 2.10×, 02 0.95×`: of many cases the largest gains and the largest losses.
fn by_case(c: &Comparison) -> String {
    if let Some(calls) = c.by_call(|_| false) {
        return calls;
    }
    if c.per_case.len() < 2 || c.metric.is_reported() {
        return String::new();
    }
    let all: Vec<String> = c
        .per_case
        .iter()
        .map(|(n, gain)| format!("{n} {gain}"))
        .collect();
    match all.len() {
        ..=12 => all.join(", "),
        n => format!("{}, … {} more", all[..11].join(", "), n - 11),
    }
}

/// What is folded into a version: where it fails, what it changed, what was asked and said.
fn longs(session: &Session, version: &Version) -> Vec<Long> {
    let mut longs = Vec::new();
    let parent = version.parent.and_then(|id| session.version(id));
    if let Some(parent) = parent {
        let made = diff::between(&parent.source.text, &version.source.text);
        if !made.rows.is_empty() {
            longs.push(Long {
                title: format!("What it changed in {}", parent.id),
                diff: Some((made.added, made.removed)),
                rows: made.rows,
            });
        }
    } else {
        let title = format!("The whole of it: {}", version.source.file_name);
        longs.extend(Long::text(title, &version.source.text));
    }
    if let Some(f) = version.evaluation.as_ref().and_then(|e| e.failure.as_ref()) {
        let texts = [
            ("Input", &f.input),
            ("Expected", &f.expected),
            ("What came instead", &f.got),
            ("What it said on standard error", &f.stderr),
        ];
        longs.extend(
            texts
                .into_iter()
                .filter_map(|(title, text)| Long::text(title, text)),
        );
    }
    let rounds = session.rounds.iter();
    let mut rounds = rounds.filter(|r| r.versions.contains(&version.id));
    if let Some(round) = rounds.next() {
        longs.extend(of_round(round, Some(version)));
    }
    longs
}

/// Hint, prompt and replies of a round. Of several versions of one round the first has the prompt.
fn of_round(round: &Round, version: Option<&Version>) -> Vec<Long> {
    let mut longs = Vec::new();
    let first = version.is_none_or(|v| round.versions.first() == Some(&v.id));
    if first {
        longs.extend(Long::text("Hint", &round.hint));
        let edited = if round.edited {
            ", changed by hand"
        } else {
            ""
        };
        longs.extend(Long::text(format!("Prompt{edited}"), &round.prompt));
    }
    // A version by hand came of no reply.
    let by_hand = version.is_some_and(|v| v.author == crate::session::event::Author::Hand);
    let own = |number: u32| version.is_none_or(|v| v.candidate == number) && !by_hand;
    for (number, reply) in round.replies.iter().filter(|(n, _)| own(**n)) {
        let which = match number {
            0 => String::new(),
            n => format!(" {n}"),
        };
        longs.extend(of_reply(&which, reply));
    }
    longs
}

fn of_reply(which: &str, reply: &Reply) -> Vec<Long> {
    let mut longs = Vec::new();
    longs.extend(Long::text(format!("Reply{which}"), &reply.text));
    longs.extend(Long::text(format!("Reasoning{which}"), &reply.reasoning));
    longs.extend(Long::text(format!("What went wrong{which}"), &reply.error));
    longs
}

/// A round of which no version came.
fn without_version(round: &Round) -> Entry {
    let mut why: Vec<String> = round.failed.iter().cloned().collect();
    why.extend(
        round
            .reply_failures
            .iter()
            .map(|(n, why)| format!("reply {n}: {why}")),
    );
    Entry {
        class: "none",
        sign: "·",
        name: "–".into(),
        place: format!("r{}", round.number),
        flagged: false,
        verdict: format!("round {} gave no version", round.number),
        strip: Value::from(""),
        gain: String::new(),
        interval: String::new(),
        decision: why.join("; "),
        made: format!("From {}, asked: {}", round.parent, round.model),
        flags: Vec::new(),
        rows: Vec::new(),
        blocks: Vec::new(),
    }
}

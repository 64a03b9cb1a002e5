//! What a tape recorded beside what was measured here, version by version: who plays somebody's session sees both.

use serde_json::{Value, json};

use crate::base::text::harmless_line;
use crate::base::units::{Bytes, Gain};
use crate::base::words::count;
use crate::model::tape::file::{Recording, SessionTape, TapeVersion};
use crate::report::tape::verdict_name;
use crate::report::{headline, text};
use crate::session::Session;
use crate::session::event::{Author, Decision, Machine};
use crate::session::fold::Version;

/// The figures of a tape, without its texts.
#[derive(Clone, Debug)]
pub struct RecordedFigures {
    recording: Recording,
    versions: Vec<TapeVersion>,
}

/// A version of the tape and the one that the same reply gave here, as far as there is either.
struct Pair<'a> {
    recorded: Option<&'a TapeVersion>,
    here: Option<&'a Version>,
}

impl RecordedFigures {
    /// The figures of a tape.
    #[must_use]
    pub fn of(tape: &SessionTape) -> Self {
        Self {
            recording: tape.recorded.clone(),
            versions: tape.versions.clone(),
        }
    }

    /// What was recorded of a version that was made here, in one line: `better than v0, 2.29× [2.21–2.37]`.
    #[must_use]
    pub(crate) fn of_version(&self, version: &Version) -> Option<String> {
        let recorded = self.versions.iter().find(|r| is_same(r, version))?;
        let gain = gain(recorded);
        let gain = if gain == "–" {
            String::new()
        } else {
            format!(", {gain}")
        };
        let number = if recorded.version == version.id.0 {
            String::new()
        } else {
            format!(" (v{} then)", recorded.version)
        };
        Some(harmless_line(&format!("{}{gain}{number}", recorded.words)).into_owned())
    }

    /// Where and when it was recorded: `2026-11-29, replies by qwen, on AMD …`.
    #[must_use]
    pub(crate) fn origin(&self) -> String {
        let r = &self.recording;
        let mut parts: Vec<String> = Vec::new();
        parts.extend(r.at.map(|at| at.strftime("%Y-%m-%d").to_string()));
        if !matches!(r.model.as_str(), "" | "recorded") {
            parts.push(format!("replies by {}", r.model));
        }
        parts.push(machine(&r.machine));
        parts.extend(
            [&r.toolchain, &r.isolation]
                .into_iter()
                .filter(|t| !t.is_empty())
                .cloned(),
        );
        parts.retain(|p| !p.is_empty());
        harmless_line(&parts.join(", ")).into_owned()
    }

    /// What it came to when it was recorded, in one sentence.
    #[must_use]
    pub(crate) fn headline(&self) -> &str {
        &self.recording.headline
    }

    fn pairs<'a>(&'a self, session: &'a Session) -> Vec<Pair<'a>> {
        let mut pairs: Vec<Pair<'a>> = (self.versions.iter())
            .map(|recorded| Pair {
                recorded: Some(recorded),
                here: session.versions.iter().find(|v| is_same(recorded, v)),
            })
            .collect();
        let known = |v: &Version| self.versions.iter().any(|r| is_same(r, v));
        let only_here = session.versions.iter().filter(|v| !known(v));
        pairs.extend(only_here.map(|v| Pair {
            recorded: None,
            here: Some(v),
        }));
        pairs
    }

    /// All of it as text.
    #[must_use]
    pub(crate) fn text(&self, session: &Session) -> String {
        let head = [
            "",
            "recorded",
            "verdict",
            "gain over v0",
            "",
            "here",
            "verdict",
            "gain over v0",
        ];
        let mut rows = vec![head.map(String::from)];
        for pair in self.pairs(session) {
            let [a, b, c, d] = recorded_cells(&self.recording, pair.recorded);
            let [e, f, g, h] = cells_here(session, &pair);
            rows.push([a, b, c, d, e, f, g, h]);
        }
        let here = session.machine.as_ref().map(machine).unwrap_or_default();
        let toolchain = session.task.as_ref().map_or("", |t| &t.toolchain);
        format!(
            "Recorded and here:\n{}recorded: {}\nhere:     {here}, {toolchain}\n",
            text::columns(&rows),
            self.origin()
        )
    }

    /// All of it for programs, as an event of that moment.
    #[must_use]
    pub(crate) fn json(&self, session: &Session, at: jiff::Timestamp) -> Value {
        let versions: Vec<Value> = (self.pairs(session).iter())
            .map(|pair| {
                json!({
                    "recorded": pair.recorded,
                    "here": pair.here.map(here_json),
                })
            })
            .collect();
        json!({
            "at": at,
            "event": "recorded_beside",
            "recorded": self.recording,
            "here": {
                "machine": session.machine,
                "toolchain": session.task.as_ref().map(|t| &t.toolchain),
                "headline": headline::headline(session).sentence(),
                "best": session.best().map(|v| v.id),
            },
            "versions": versions,
        })
    }
}

/// Whether a version came of the same reply as a recorded one; v0 is v0.
fn is_same(recorded: &TapeVersion, version: &Version) -> bool {
    if version.id.is_original() || recorded.version == 0 {
        return version.id.is_original() && recorded.version == 0;
    }
    !recorded.is_unplayed()
        && version.author != Author::Hand
        && (recorded.round, recorded.candidate) == (version.round, version.candidate)
}

fn gain(recorded: &TapeVersion) -> String {
    match (recorded.version, recorded.gain, recorded.low, recorded.high) {
        (0, ..) if recorded.verdict == "accepted" => "1.00×".into(),
        (_, Some(gain), Some(low), Some(high)) => format!("{gain} {}", Gain::interval(low, high))
            .trim_end()
            .to_owned(),
        (_, Some(gain), ..) => gain.to_string(),
        _ => "–".into(),
    }
}

fn star(best: bool) -> String {
    if best { "★" } else { " " }.into()
}

fn recorded_cells(recording: &Recording, recorded: Option<&TapeVersion>) -> [String; 4] {
    let Some(r) = recorded else {
        return [" ".into(), "–".into(), "not recorded".into(), "–".into()];
    };
    [
        star(recording.best == Some(r.version)),
        format!("v{}", r.version),
        harmless_line(&r.words).into_owned(),
        gain(r),
    ]
}

fn cells_here(session: &Session, pair: &Pair<'_>) -> [String; 4] {
    let Some(v) = pair.here else {
        let why = match pair.recorded {
            Some(r) if r.by == "hand" => "made by hand: not played",
            _ => "no version came of it",
        };
        return [" ".into(), "–".into(), why.into(), "–".into()];
    };
    [
        star(session.incumbent == Some(v.id)),
        v.id.to_string(),
        format!("{}{}", text::verdict(v), text::mark(v)),
        text::gain(v),
    ]
}

fn here_json(version: &Version) -> Value {
    let gain = version
        .gain_over_original()
        .filter(|_| !version.id.is_original());
    let accepted = version
        .decision
        .as_ref()
        .is_some_and(|(d, _)| *d == Decision::Accepted);
    json!({
        "version": version.id,
        "round": version.round,
        "candidate": version.candidate,
        "verdict": verdict_name(version),
        "words": text::verdict(version),
        "accepted": accepted,
        "gain": gain.map(|g| g.0),
        "low": gain.map(|g| g.1),
        "high": gain.map(|g| g.2),
    })
}

fn machine(m: &Machine) -> String {
    if m.cpu.is_empty() {
        return String::new();
    }
    let memory = Some(m.memory_bytes).filter(|bytes| *bytes > 0);
    let memory = memory.map_or_else(String::new, |b| format!(", {}", Bytes(b)));
    harmless_line(&format!(
        "{}, {}{memory}, {}",
        m.cpu,
        count(m.cores, "core"),
        m.system
    ))
    .into_owned()
}

//! Versions that were measured again beside what was recorded of them: which gains hold, and why the others do not.
//!
//! What was measured again is a session of its own (see `engine::remeasure`); the two are held against one another as
//! [`compare`](super::compare) does with any two.

mod json;
mod words;

pub(crate) use json::{remeasured as remeasured_json, verified as verified_json};
pub(crate) use words::{readme, remeasured, sentence, verified, verified_markdown};

use crate::measure::{Answer, Comparison, Evaluation};
use crate::report::compare::{Pair, Side, Standing, differences};
use crate::report::text;
use crate::session::Session;
use crate::session::event::VersionId;
use crate::session::fold::Version;

/// What became of a recorded gain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Finding {
    /// It is right, and the intervals of the two gains meet.
    Holds,
    /// Better than the original, by less than was recorded.
    Smaller,
    /// By more than was recorded.
    Larger,
    /// Not better than the original any more.
    NotAnyMore,
    /// There was not enough time to tell.
    Undecided,
    /// It fails a case.
    WrongNow,
    /// What was recorded and what is measured now are figures of different things.
    CannotBeCompared,
}

impl Finding {
    fn in_words(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Smaller => "smaller",
            Self::Larger => "larger",
            Self::NotAnyMore => "not any more",
            Self::Undecided => "undecided",
            Self::WrongNow => "wrong now",
            Self::CannotBeCompared => "cannot be compared",
        }
    }
}

/// One version.
#[derive(Debug)]
pub(crate) struct Row<'s> {
    pub(crate) recorded: &'s Version,
    pub(crate) today: &'s Version,
    pub(crate) finding: Finding,
    /// Why, in sentences; empty where nothing is to be said.
    pub(crate) why: Vec<String>,
}

impl Row<'_> {
    /// Whether it passes every case, in timed runs too.
    pub(crate) fn right(&self) -> bool {
        self.today.verdict().is_some_and(|v| v.accepted())
    }

    /// Whether fresh runs confirm that it is better than the original.
    pub(crate) fn better(&self) -> bool {
        self.today.original_comparison().is_some_and(is_better)
    }
}

/// All that was measured again.
#[derive(Debug)]
pub(crate) struct Remeasured<'s> {
    pub(crate) recorded: &'s Session,
    pub(crate) today: &'s Session,
    /// Why no gain of today can be held against one that was recorded.
    pub(crate) differences: Vec<String>,
    pub(crate) rows: Vec<Row<'s>>,
    /// What should be known of it.
    pub(crate) notes: Vec<String>,
}

impl<'s> Remeasured<'s> {
    /// Holds the two sessions against one another, version by version.
    pub(crate) fn new(recorded: &'s Session, today: &'s Session, notes: Vec<String>) -> Self {
        let differences = differences(recorded, today);
        let rows = today.versions.iter().filter(|v| !v.id.is_original());
        let rows = rows.filter_map(|version| {
            let sides = [(recorded, recorded.version(version.id)?), (today, version)];
            let sides = sides.map(|(session, version)| Side { session, version });
            let (finding, why) = find(sides, &differences);
            Some(Row {
                recorded: sides[0].version,
                today: version,
                finding,
                why,
            })
        });
        let of_today = today.notes.iter().map(|n| n.text.clone());
        Self {
            recorded,
            today,
            rows: rows.collect(),
            notes: notes.into_iter().chain(of_today).collect(),
            differences,
        }
    }

    /// Whether v0 passed when the session was recorded, so that there is something to be better than.
    fn had_original(&self) -> bool {
        let original = self.recorded.version(VersionId::ORIGINAL);
        original.is_some_and(|v| v.verdict().is_some_and(|v| v.accepted()))
    }

    /// Whether a version is still right, and still better than the original: as far as there is one that passes.
    pub(crate) fn stands(&self, row: &Row<'_>) -> bool {
        row.right() && (row.better() || !(self.had_original() || passes(self.today)))
    }
}

fn is_better(c: &Comparison) -> bool {
    c.answer == Answer::Better && c.confirmed
}

/// Whether v0 passes.
pub(crate) fn passes(session: &Session) -> bool {
    let original = session.version(VersionId::ORIGINAL);
    original.is_some_and(|v| v.verdict().is_some_and(|v| v.accepted()))
}

/// How a version fails, in one sentence.
pub(crate) fn failure(evaluation: &Evaluation) -> String {
    let verdict = evaluation.in_words();
    let Some(failure) = &evaluation.failure else {
        return verdict.to_owned();
    };
    let place = (failure.case.as_ref()).map_or_else(String::new, |case| format!(" on case {case}"));
    format!("{verdict}{place}: {}", failure.reason)
}

/// What became of a gain: `[recorded, today]`.
fn find([recorded, today]: [Side<'_>; 2], differences: &[String]) -> (Finding, Vec<String>) {
    let cannot = |why: String| (Finding::CannotBeCompared, vec![why]);
    match &today.version.evaluation {
        Some(e) if e.verdict.accepted() => {}
        Some(e) => return (Finding::WrongNow, vec![failure(e)]),
        None => return cannot("it was not measured".into()),
    }
    let known = recorded.version.decided_over_original();
    let Some(now) = today.version.original_comparison() else {
        let original = today.session.version(VersionId::ORIGINAL);
        let fails = original.and_then(|v| v.evaluation.as_ref());
        let fails = fails.filter(|e| !e.verdict.accepted()).map(failure);
        return match (known, fails) {
            (None, Some(why)) => {
                let why = format!("the original does not pass, then as now ({why})");
                (Finding::Holds, vec![why])
            }
            (Some(_), Some(why)) => cannot(format!("the original does not pass now: {why}")),
            (None, None) if !passes(today.session) => {
                let why = "there is no original to compare it with";
                (Finding::Holds, vec![why.into()])
            }
            _ => cannot("it was not compared with the original".into()),
        };
    };
    if !differences.is_empty() {
        return (Finding::CannotBeCompared, differences.to_vec());
    }
    let Some(known) = known else {
        return cannot("no gain over the original was recorded".into());
    };
    if !now.is_decided() {
        return (Finding::Undecided, vec![now.note.clone()]);
    }
    let pair = Pair::new(recorded, today);
    match pair.standing {
        _ if !pair.why_not.is_empty() => (Finding::CannotBeCompared, pair.why_not),
        _ if is_better(known) && !is_better(now) => {
            (Finding::NotAnyMore, vec![text::comparison(now)])
        }
        Some(Standing::A) => (Finding::Smaller, Vec::new()),
        Some(Standing::B) => (Finding::Larger, Vec::new()),
        Some(Standing::Level) => (Finding::Holds, Vec::new()),
        None => cannot("it was not compared with the original".into()),
    }
}

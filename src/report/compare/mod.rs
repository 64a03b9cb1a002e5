//! Two versions side by side, or two sessions: figures as they were recorded, and what of them can be held against one another.
//!
//! Nothing is worked out anew. Where two versions were measured against one another, that comparison stands here; else each has its
//! gain over its original, and one is ahead if the intervals of the two do not meet and nothing else differs.

mod json;
mod rounds;
mod words;

pub(crate) use json::{over_original, sessions as sessions_json, versions as versions_json};
pub(crate) use words::{sessions, sessions_markdown, versions, versions_markdown};

use crate::base::units::{Bytes, Gain};
use crate::measure::Comparison;
use crate::report::text;
use crate::session::Session;
use crate::session::event::{Machine, TaskRecord, VersionId};
use crate::session::fold::Version;

/// One of two versions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Side<'s> {
    pub(crate) session: &'s Session,
    pub(crate) version: &'s Version,
}

/// Which of two is ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    /// The first.
    A,
    /// The second.
    B,
    /// Neither: their intervals meet.
    Level,
}

/// Two versions, and how they can be held against one another.
#[derive(Debug)]
pub(crate) struct Pair<'s> {
    pub(crate) a: Side<'s>,
    pub(crate) b: Side<'s>,
    /// Why their gains cannot be compared; empty where they can.
    pub(crate) why_not: Vec<String>,
    /// Their own comparison, in which one is the incumbent, if they were measured against one another.
    pub(crate) direct: Option<&'s Comparison>,
    /// Which is ahead, by their gains over the original.
    pub(crate) standing: Option<Standing>,
}

/// Two sessions: rounds side by side, and the best version of each held against the other.
#[derive(Debug)]
pub(crate) struct Couple<'s> {
    pub(crate) a: &'s Session,
    pub(crate) b: &'s Session,
    /// As of a [`Pair`].
    pub(crate) why_not: Vec<String>,
    /// As of a [`Pair`].
    pub(crate) standing: Option<Standing>,
}

impl<'s> Couple<'s> {
    /// Holds two sessions against one another.
    pub(crate) fn new(a: &'s Session, b: &'s Session) -> Self {
        let side = |session: &'s Session| {
            Some(Side {
                session,
                version: session.best()?,
            })
        };
        let (why_not, standing) = match (side(a), side(b)) {
            (Some(one), Some(two)) => {
                let pair = Pair::new(one, two);
                (pair.why_not, pair.standing)
            }
            (one, two) => {
                let mut why_not = differences(a, b);
                let none = [(a, one.is_none()), (b, two.is_none())]
                    .into_iter()
                    .filter(|(_, none)| *none);
                why_not.extend(none.map(|(s, _)| format!("no version of {} passes", s.id)));
                (why_not, None)
            }
        };
        Self {
            a,
            b,
            why_not,
            standing,
        }
    }
}

impl<'s> Pair<'s> {
    /// Holds two versions against one another.
    pub(crate) fn new(a: Side<'s>, b: Side<'s>) -> Self {
        let mut why_not = differences(a.session, b.session);
        why_not.extend([a, b].iter().filter_map(|side| side.without_gain()));
        why_not.extend(other_basis(a, b));
        let standing = (why_not.is_empty()).then(|| standing(a, b)).flatten();
        Self {
            a,
            b,
            direct: direct(a, b).or_else(|| direct(b, a)),
            standing,
            why_not,
        }
    }
}

impl<'s> Side<'s> {
    /// Gain over its original with its interval.
    fn gain(&self) -> Option<(Gain, Gain, Gain)> {
        let passes = self.version.verdict().is_some_and(|v| v.accepted());
        self.version.gain_over_original().filter(|_| passes)
    }

    fn comparison(&self) -> Option<&'s Comparison> {
        self.version.decided_over_original()
    }

    fn without_gain(&self) -> Option<String> {
        let (id, verdict) = (self.version.id, text::verdict(self.version));
        self.gain()
            .is_none()
            .then(|| format!("{id} has no gain over v0: {verdict}"))
    }

    fn cases(&self) -> usize {
        self.session.task.as_ref().map_or(0, |t| t.cases.len())
    }
}

/// The comparison of one version with another as its incumbent.
fn direct<'s>(candidate: Side<'s>, incumbent: Side<'s>) -> Option<&'s Comparison> {
    let (new, old) = (candidate.version, incumbent.version);
    if candidate.session.id != incumbent.session.id || new.id == old.id {
        return None;
    }
    let name = old.id.to_string();
    let own = new.comparison.as_ref().filter(|c| c.incumbent == name);
    let original = || new.original_comparison().filter(|_| old.id.is_original());
    original().or(own)
}

/// Another figure, or other cases.
fn other_basis(a: Side<'_>, b: Side<'_>) -> Option<String> {
    let (one, two) = (a.comparison()?, b.comparison()?);
    if one.measures_what(two) {
        return None;
    }
    let words = [one.basis_in_words(a.cases()), two.basis_in_words(b.cases())];
    Some(format!("another metric: {} and {}", words[0], words[1]))
}

fn standing(a: Side<'_>, b: Side<'_>) -> Option<Standing> {
    let ((_, a_low, a_high), (_, b_low, b_high)) = (a.gain()?, b.gain()?);
    Some(if a_low > b_high {
        Standing::A
    } else if b_low > a_high {
        Standing::B
    } else {
        Standing::Level
    })
}

/// What differs between two sessions so that gains of the one mean nothing beside gains of the other.
pub(crate) fn differences(a: &Session, b: &Session) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    if a.loss().is_some() {
        all.push(format!("session {} has a hole", a.id));
    }
    if a.id == b.id {
        return all;
    }
    if b.loss().is_some() {
        all.push(format!("session {} has a hole", b.id));
    }
    let original = |s: &Session| {
        s.version(VersionId::ORIGINAL)
            .map(|v| v.source.text.clone())
    };
    if original(a) != original(b) {
        all.push("another original: the texts of v0 differ".into());
    }
    let (Some(one), Some(two)) = (&a.task, &b.task) else {
        return all;
    };
    if workload(one) != workload(two) {
        let words = [one, two].map(text::cases);
        all.push(if words[0] == words[1] {
            "another workload: as many cases, of other names or sizes, or others held out".into()
        } else {
            format!("another workload: {} and {}", words[0], words[1])
        });
    }
    if one.toolchain != two.toolchain {
        all.push(format!(
            "another toolchain: {} and {}",
            one.toolchain, two.toolchain
        ));
    }
    if a.machine != b.machine {
        let [one, two] = [a, b].map(|s| {
            s.machine
                .as_ref()
                .map_or_else(|| "an unknown one".into(), machine)
        });
        all.push(format!("another machine: {one} and {two}"));
    }
    let tier = |s: &Session| s.guards.as_ref().map(|g| g.tier);
    if tier(a) != tier(b) {
        all.push("another isolation: the guards of the two differ".into());
    }
    all
}

/// `AMD EPYC, 2 cores, 8.0 GB, Linux 6.1`
pub(crate) fn machine(m: &Machine) -> String {
    format!(
        "{}, {} cores, {}, {}",
        m.cpu,
        m.cores,
        Bytes(m.memory_bytes),
        m.system
    )
}

/// The cases by name and size, and which are held out: their order says nothing.
fn workload(task: &TaskRecord) -> (Vec<&(String, u64)>, Vec<&String>) {
    let mut cases: Vec<_> = task.cases.iter().collect();
    let mut held: Vec<_> = task.held_out.iter().collect();
    cases.sort();
    held.sort();
    (cases, held)
}

/// One case of two versions: its name, and of each the result of one run and the gain over v0 in the pairs.
pub(crate) struct CaseRow<'s> {
    pub(crate) case: &'s str,
    pub(crate) a: CaseSide<'s>,
    pub(crate) b: CaseSide<'s>,
}

/// What is known of a version on a case.
#[derive(Default)]
pub(crate) struct CaseSide<'s> {
    pub(crate) result: Option<&'s crate::measure::CaseResult>,
    pub(crate) gain: Option<Gain>,
}

/// Every case that either of two versions was run or timed on.
pub(crate) fn cases<'s>(a: Side<'s>, b: Side<'s>) -> Vec<CaseRow<'s>> {
    let mut names: Vec<&str> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for side in [a, b] {
        let run = side.version.evaluation.iter().flat_map(|e| &e.cases);
        let timed = side.comparison().into_iter().flat_map(|c| &c.per_case);
        let all = run
            .map(|c| c.case.as_str())
            .chain(timed.map(|(name, _)| name.as_str()));
        names.extend(all.filter(|name| seen.insert(*name)));
    }
    let maps = [a, b].map(|side| {
        let run = side.version.evaluation.iter().flat_map(|e| &e.cases);
        let timed = side.comparison().into_iter().flat_map(|c| &c.per_case);
        (
            run.map(|c| (c.case.as_str(), c))
                .collect::<std::collections::HashMap<_, _>>(),
            timed
                .map(|(name, gain)| (name.as_str(), *gain))
                .collect::<std::collections::HashMap<_, _>>(),
        )
    });
    let of = |n: usize, name: &str| CaseSide {
        result: maps[n].0.get(name).copied(),
        gain: maps[n].1.get(name).copied(),
    };
    (names.into_iter())
        .map(|case| CaseRow {
            case,
            a: of(0, case),
            b: of(1, case),
        })
        .collect()
}

//! Two versions or two sessions as one JSON object; `docs/report.md` describes it.

use serde_json::{Value, json};

use super::rounds::rounds;
use super::{CaseSide, Couple, Pair, Side, cases};
use crate::report::patch;
use crate::session::Session;
use crate::session::fold::Version;

/// Two versions.
pub(crate) fn versions(pair: &Pair<'_>) -> Value {
    let (a, b) = (pair.a, pair.b);
    let cases: Vec<Value> = cases(a, b)
        .iter()
        .map(|row| json!({"case": row.case, "a": case(&row.a), "b": case(&row.b)}))
        .collect();
    json!({
        "kind": "versions", "a": side(a), "b": side(b),
        "comparable": pair.why_not.is_empty(), "why_not": pair.why_not, "ahead": pair.standing,
        "direct": pair.direct, "cases": cases, "diff": patch::unified(a.version, b.version),
    })
}

fn side(side: Side<'_>) -> Value {
    let v = side.version;
    let figures = v.evaluation.as_ref().map(|e| e.figures);
    json!({
        "session": side.session.id, "task": side.session.task_name(), "machine": side.session.machine,
        "version": v.id, "parent": v.parent, "author": v.author, "verdict": v.verdict(), "flags": v.flags(),
        "wall_ns": figures.map(|f| f.wall_ns), "cpu_ns": figures.map(|f| f.cpu_ns),
        "peak_bytes": figures.map(|f| f.peak_bytes), "integral_byte_ns": figures.map(|f| f.integral_byte_ns),
        "over_original": over_original(v),
    })
}

/// Gain over v0; null where there is none.
pub(crate) fn over_original(version: &Version) -> Value {
    let passes = version.verdict().is_some_and(|v| v.accepted());
    let Some((gain, low, high)) = version.gain_over_original().filter(|_| passes) else {
        return Value::Null;
    };
    let c = version.decided_over_original();
    json!({
        "gain": gain, "low": low, "high": high, "metric": c.map(|c| c.metric), "compared": c.map(|c| c.compared()),
        "pairs": c.map(|c| c.pairs), "confirmed": c.map(|c| c.confirmed), "answer": c.map(|c| c.answer),
        "original_figures": c.map(|c| c.incumbent_figures), "own_figures": c.map(|c| c.candidate_figures),
    })
}

fn case(of: &CaseSide<'_>) -> Value {
    let figures = of.result.map(|r| r.figures);
    json!({
        "verdict": of.result.map(|r| r.verdict), "wall_ns": figures.map(|f| f.wall_ns), "cpu_ns": figures.map(|f| f.cpu_ns),
        "peak_bytes": figures.map(|f| f.peak_bytes), "gain": of.gain,
    })
}

/// Two sessions: their rounds, and the best version of each held against the other.
pub(crate) fn sessions(couple: &Couple<'_>) -> Value {
    json!({
        "kind": "sessions", "a": session(couple.a), "b": session(couple.b),
        "comparable": couple.why_not.is_empty(), "why_not": couple.why_not, "ahead": couple.standing,
    })
}

fn session(session: &Session) -> Value {
    let best = session.best().filter(|_| session.loss().is_none());
    let version = |v: &&Version| json!({"version": v.id, "verdict": v.verdict(), "over_original": over_original(v)});
    let rounds: Vec<Value> = rounds(session)
        .iter()
        .map(|r| {
            json!({
                "round": r.number, "best_so_far": r.best_so_far,
                "versions": r.versions.iter().map(version).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "session": session.id, "task": session.task_name(), "model": session.model, "objective": session.objective,
        "machine": session.machine, "finished": session.finished.is_some(), "usage": session.usage,
        "best": best.map(|v| side(Side { session, version: v })), "rounds": rounds,
    })
}

//! A session as one JSON object, for other programs. Names as in the journal; units in the names.

use serde_json::{Value, json};

use crate::report::patch;
use crate::session::Session;
use crate::session::cases::ReferenceRank;
use crate::session::event::VersionId;
use crate::session::fold::Reply;

fn reply(candidate: u32, p: &Reply) -> Value {
    json!({
        "candidate": candidate, "text": p.text, "reasoning": p.reasoning, "finish": p.finish, "error": p.error,
        "usage": p.usage,
    })
}

/// The whole session: task, machine, guards, versions with figures and decisions, rounds, best code, patch.
#[must_use]
pub(crate) fn session(session: &Session) -> Value {
    let versions: Vec<Value> = session
        .versions
        .iter()
        .map(|v| {
            let figures = v.evaluation.as_ref().map(|e| e.figures);
            json!({
                "version": v.id, "parent": v.parent, "round": v.round, "candidate": v.candidate, "author": v.author, "source": v.source,
                "verdict": v.verdict(),
                "wall_ns": figures.map(|f| f.wall_ns), "cpu_ns": figures.map(|f| f.cpu_ns),
                "peak_bytes": figures.map(|f| f.peak_bytes), "integral_byte_ns": figures.map(|f| f.integral_byte_ns),
                "failure": v.evaluation.as_ref().and_then(|e| e.failure.clone()),
                "flags": v.flags(),
                "comparison": v.comparison, "against_original": v.against_original,
                "decision": v.decision.as_ref().map(|d| d.0), "reason": v.decision.as_ref().map(|d| d.1.clone()),
                "pinned": v.pinned, "note": v.note,
            })
        })
        .collect();
    let rounds: Vec<Value> = session
        .rounds
        .iter()
        .map(|r| {
            json!({
                "round": r.number, "parent": r.parent, "objective": r.objective, "hint": r.hint, "model": r.model,
                "versions": r.versions, "failed": r.failed, "prompt": r.prompt,
                "prompt_edited": r.edited, "candidates": r.candidates,
                "reply": r.reply(0).map(|p| reply(0, p)),
                "replies": r.replies.iter().map(|(n, p)| reply(*n, p)).collect::<Vec<_>>(),
                "nothing_came_of": r.reply_failures,
            })
        })
        .collect();
    let whole = session.loss().is_none();
    let best = session.best().filter(|_| whole);
    let original = session.version(VersionId::ORIGINAL);
    json!({
        "session": session.id, "task": session.task, "machine": session.machine, "guards": session.guards,
        "model": session.model, "objective": session.objective,
        "started_at": session.started_at, "last_at": session.last_at,
        "finished": session.finished.is_some(), "reason": session.finished.as_ref().map(|f| f.reason.clone()),
        "best_version": best.map(|v| v.id), "best_flags": best.map(|v| v.flags()),
        "comparison": session.finished.as_ref().and_then(|f| f.comparison.clone()),
        "best_code": best.map(|v| v.source.text.clone()),
        "patch": best.zip(original).map(|(b, o)| patch::unified(o, b)),
        "versions": versions, "rounds": rounds, "usage": session.usage,
        "cost": cost(session), "timed_only": session.only, "added_cases": session.added,
        "references": references(session),
        "written_back": session.written.iter().map(|w| json!({"at": w.at, "record": w.record, "undone": w.undone})).collect::<Vec<_>>(),
        "holes": session.holes,
        "notes": session.notes.iter().map(|n| json!({"at": n.at, "text": n.text, "error": n.error})).collect::<Vec<_>>(),
    })
}

/// Sums by currency, and whether there were replies of unknown price; null where no price is known at all.
fn cost(session: &Session) -> Value {
    let bill = &session.bill;
    if bill.sums.is_empty() {
        return Value::Null;
    }
    json!({"sums": bill.sums, "partial": bill.partial})
}

/// The reference solutions that were measured, and the rank of the best version among them.
fn references(session: &Session) -> Value {
    let place = session.best().and_then(|best| session.reference_rank(best));
    let place = place.map(
        |ReferenceRank {
             ahead_of,
             level_with,
             of,
         }| json!({"ahead_of": ahead_of, "level_with": level_with, "of": of}),
    );
    let all: Vec<Value> = session
        .references
        .iter()
        .map(|r| json!({"name": r.name, "verdict": r.verdict, "comparison": r.comparison}))
        .collect();
    json!({"measured": all, "place": place})
}

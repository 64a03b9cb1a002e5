//! What was measured again as one JSON object; `docs/reproduce.md` describes it.

use serde_json::{Value, json};

use super::words::sentence;
use super::{Remeasured, Row};
use crate::report::compare::over_original;
use crate::session::Session;
use crate::session::event::VersionId;

/// All versions that were measured again.
pub(crate) fn remeasured(found: &Remeasured<'_>) -> Value {
    let original = found.today.version(VersionId::ORIGINAL);
    let original = original.and_then(|v| v.evaluation.as_ref());
    json!({
        "session": found.recorded.id, "task": found.recorded.task_name(),
        "recorded": place(found.recorded), "today": place(found.today),
        "comparable": found.differences.is_empty(), "differences": found.differences,
        "original": original.map(|e| json!({"verdict": e.verdict, "failure": e.failure})),
        "versions": found.rows.iter().map(row).collect::<Vec<_>>(),
        "notes": found.notes,
    })
}

/// The best version, and whether it holds.
pub(crate) fn verified(found: &Remeasured<'_>, row: &Row<'_>) -> Value {
    let mut whole = remeasured(found);
    whole["holds"] = found.stands(row).into();
    whole["version"] = row.today.id.0.into();
    whole["why"] = sentence(found, row).into();
    whole
}

/// Where figures were measured, and with what.
fn place(session: &Session) -> Value {
    let toolchain = session.task.as_ref().map(|t| &t.toolchain);
    json!({"machine": session.machine, "toolchain": toolchain, "guards": session.guards})
}

fn row(row: &Row<'_>) -> Value {
    let evaluation = row.today.evaluation.as_ref();
    json!({
        "version": row.today.id, "finding": row.finding, "why": row.why,
        "right": row.right(), "better": row.better(),
        "verdict": row.today.verdict(), "failure": evaluation.and_then(|e| e.failure.as_ref()),
        "flags": row.today.flags(),
        "recorded": over_original(row.recorded), "today": over_original(row.today),
        "comparison": row.today.original_comparison(),
    })
}

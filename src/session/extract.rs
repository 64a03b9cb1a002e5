//! What was measured of one version, and of the original, as a journal of its own: what goes with a task that is given away.
//!
//! Prompts, replies and other versions are not in it, nor how the model was reached, nor anything that names a place of a machine.

use std::path::Path;

use super::event::{
    Author, Decision, EndReason, Event, EventRecord, Goal, Mode, Origin, Steer, TaskRecord,
    VersionId,
};
use super::fold::{Session, Version};
use super::journal::{Journal, JournalError};
use crate::task::Task;

/// Writes the journal into a new folder. `task` is the task as it is given away.
///
/// # Errors
/// The folder or the journal cannot be written.
pub(crate) fn write(
    session: &Session,
    best: &Version,
    task: &Task,
    folder: &Path,
) -> Result<(), JournalError> {
    let mut journal = Journal::create(folder)?;
    let at = session.last_at.unwrap_or_default();
    for event in events(session, best, task) {
        journal.write(&EventRecord { at, event })?;
    }
    Ok(())
}

fn events(session: &Session, best: &Version, task: &Task) -> Vec<Event> {
    let Some(guards) = session.guards.clone() else {
        // It never began.
        return Vec::new();
    };
    let known = session.task.as_ref();
    let toolchain = known.map_or_else(String::new, |t| t.toolchain.clone());
    let mut events = vec![Event::SessionStarted {
        session: session.id.clone(),
        task: TaskRecord {
            objective: session.objective,
            held_out_seed: known.and_then(|t| t.held_out_seed),
            ..TaskRecord::of(task, toolchain, Origin::Kept, None)
        },
        machine: session.machine.clone().unwrap_or_default(),
        guards,
        model: brief(&session.model),
        mode: Mode::Manual,
        goal: Goal::default(),
        strict: session.strict,
        reached_by: std::collections::BTreeMap::new(),
        terms: session.terms,
    }];
    if let Some(case) = &session.only {
        let case = Some(case.clone());
        events.push(Event::Steered {
            steer: Steer::Timed { case },
        });
    }
    for version in session
        .version(VersionId::ORIGINAL)
        .into_iter()
        .chain([best])
    {
        let parent = (!version.id.is_original()).then_some(VersionId::ORIGINAL);
        events.push(Event::VersionCreated {
            version: version.id,
            parent,
            round: 0,
            candidate: 0,
            author: match &version.author {
                Author::Model { name } => Author::Model { name: brief(name) },
                Author::Tape { name } => Author::Tape { name: brief(name) },
                other => other.clone(),
            },
            source: version.source.clone(),
        });
        let Some(evaluation) = version.evaluation.clone() else {
            continue;
        };
        let accepted = evaluation.verdict.accepted();
        events.push(Event::VersionEvaluated {
            version: version.id,
            parent,
            verdict: evaluation.verdict,
            figures: evaluation.figures,
            evaluation,
            comparison: None,
            against_original: version.original_comparison().cloned(),
        });
        events.push(Event::Decided {
            version: version.id,
            decision: match accepted {
                true => Decision::Accepted,
                false => Decision::Rejected,
            },
            incumbent: accepted.then_some(version.id),
            by_hand: false,
            taken_back: false,
            flagged: false,
            reason: (version.decision.as_ref()).map_or_else(String::new, |(_, why)| why.clone()),
        });
    }
    events.push(Event::SessionFinished {
        session: session.id.clone(),
        best_version: Some(best.id),
        comparison: best.original_comparison().cloned(),
        flags: best.flags().to_vec(),
        reason: EndReason::Rounds,
    });
    events
}

/// The name of a model; of a command its program alone, since its arguments may name anything.
fn brief(name: &str) -> String {
    let first = name.split_whitespace().next().unwrap_or_default();
    if first.contains('=') {
        return "a command".to_owned();
    }
    let command = first.len() < name.len() || first.starts_with(['/', '~', '.']);
    match first.rsplit_once('/').filter(|_| command) {
        Some((_, program)) => program.to_owned(),
        None => first.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::brief;

    #[test]
    fn a_name_says_nothing_of_a_machine() {
        for (name, told) in [
            ("qwen2.5-coder", "qwen2.5-coder"),
            ("Qwen/Qwen2.5-Coder", "Qwen/Qwen2.5-Coder"),
            ("claude -p", "claude"),
            ("/home/me/agent.py --key abc", "agent.py"),
            ("KEY=abc agent", "a command"),
            ("", ""),
        ] {
            assert_eq!(brief(name), told, "{name}");
        }
    }
}

//! What a recorded session tells at a moment: what happened, in a sentence, and what was nearly enough.

use crate::base::units::Gain;
use crate::session::Session;
use crate::session::event::{Event, EventRecord, Steer, VersionId};
use crate::session::fold::Version;
use crate::tui::core::text::visible;
use crate::tui::state::decisions::settled;
use crate::tui::state::playback::Playback;

/// What happened last, in a sentence.
#[must_use]
pub(crate) fn happened(playback: &Playback, session: &Session) -> String {
    (playback.history)
        .durable_before(playback.at)
        .map_or_else(String::new, |record| sentence(session, record))
}

/// What was nearly enough, where the last thing that happened is a version that was not taken.
#[must_use]
pub(crate) fn nearly_enough(playback: &Playback, session: &Session) -> Option<String> {
    let about = match &playback.history.durable_before(playback.at)?.event {
        Event::Decided { version, .. } | Event::VersionEvaluated { version, .. } => *version,
        _ => return None,
    };
    let version = session.version(about)?;
    (session.incumbent != Some(about) && !about.is_original())
        .then(|| nearly(session, version))
        .flatten()
}

/// What a session tells at a moment, in a sentence.
fn sentence(session: &Session, record: &EventRecord) -> String {
    let line = |text: &str| visible(text).replace('␊', " ");
    match &record.event {
        Event::SessionStarted { task, .. } => {
            format!("the session begins: {}", line(&task.title))
        }
        Event::SessionResumed { .. } => "the session is gone on with".into(),
        Event::VersionCreated {
            version, parent, ..
        } => match parent {
            None => format!("{version}, the original: everything is measured against it"),
            Some(parent) => {
                format!("{version} is made from {parent}, and its cases are checked first")
            }
        },
        Event::RoundStarted { round, .. } => format!("round {round} begins"),
        Event::PromptSent { round, .. } => {
            let of = session.rounds.iter().find(|r| r.number == *round);
            let hint = of.map(|r| r.hint.as_str()).filter(|h| !h.is_empty());
            let hint =
                hint.map_or_else(String::new, |h| format!(", with the hint \"{}\"", line(h)));
            let from = of.map_or_else(String::new, |r| format!(" to improve {}", r.parent));
            format!("round {round} asks {}{from}{hint}", line(&session.model))
        }
        Event::ReplyEnded {
            usage,
            error,
            finish,
            ..
        } => match finish {
            crate::session::replies::Finish::Stop => {
                format!("the reply is complete: {} tokens", usage.reply_tokens)
            }
            _ if error.is_empty() => "the reply broke off".into(),
            _ => format!("the reply broke off: {}", line(error)),
        },
        Event::LookTaken {
            version,
            against,
            look,
            metric,
        } => format!(
            "after {} pairs {version} against {against}: {} {} in {}",
            look.pairs,
            look.gain,
            Gain::interval(look.low, look.high),
            metric.in_words()
        ),
        Event::VersionEvaluated { version, .. } => settled(session, *version),
        Event::Decided {
            version,
            by_hand: true,
            reason,
            ..
        } => format!("by hand: {version}: {}", line(reason)),
        Event::Decided { version, .. } => settled(session, *version),
        Event::CandidateFailed {
            candidate, reason, ..
        } => format!("nothing came of reply {candidate}: {}", line(reason)),
        Event::RoundFailed { round, reason } => {
            format!("round {round} gave no version: {}", line(reason))
        }
        Event::CaseAdded { case } => format!("case {} is added by hand", line(&case.name)),
        Event::CaseWithdrawn { case } => format!("case {} is taken back", line(case)),
        Event::CaseChecked { version, .. } => format!("{version} is checked on an added case"),
        Event::CaseRerun { version, .. } => format!("{version} is run on a case once more"),
        Event::ComparedAnew {
            version,
            comparison,
        } => format!(
            "{version} is measured against {} again: {}",
            line(&comparison.incumbent),
            comparison.gain_in_words()
        ),
        Event::ReferenceMeasured { name, .. } => format!("the reference {} is timed", line(name)),
        Event::WrittenBack { undone: true, .. } => "what was written back is taken back".into(),
        Event::WrittenBack { record, .. } => {
            format!("written back: {}", line(&record.in_words()))
        }
        Event::Steered { steer } => steered(steer),
        Event::Noted { text, .. } => line(text),
        Event::SessionFinished { best_version, .. } => {
            let best = best_version.filter(|v: &VersionId| !v.is_original());
            let best = best.map_or_else(
                || "the original stands".to_owned(),
                |v| format!("{v} is the best"),
            );
            format!("the session ends: {best}")
        }
        _ => String::new(),
    }
}

fn steered(steer: &Steer) -> String {
    use Steer as S;
    let line = |text: &str| visible(text).replace('␊', " ");
    match steer {
        S::Hint { text } if text.is_empty() => "the hint is taken back".into(),
        S::Hint { text } => format!("a hint for the next round: {}", line(text)),
        S::Objective { objective } => format!("from now on {objective} is to become better"),
        S::Parent { version: Some(v) } => format!("the next round starts from {v}"),
        S::Parent { version: None } => "the next round starts from the best version".into(),
        S::Model { model } => format!("from now on {} is asked", line(model)),
        S::Mode { .. } => "it goes on in another way from now on".into(),
        S::Goal { .. } => "the goal is changed".into(),
        S::Candidates { candidates } => format!("{candidates} replies a round from now on"),
        S::Temperature { .. } => "the temperature is changed".into(),
        S::Pin { version, pinned } if *pinned => format!("{version} is pinned"),
        S::Pin { version, .. } => format!("{version} is released"),
        S::Timed { case: Some(case) } => format!("case {} alone is timed from now on", line(case)),
        S::Timed { case: None } => "the workload is timed again".into(),
        S::Annotate { version, note } => format!("a note on {version}: {}", line(note)),
    }
}

/// How near a version came that was not taken: how many cases it passed, or what its interval lacked.
fn nearly(session: &Session, version: &Version) -> Option<String> {
    let evaluation = version.evaluation.as_ref()?;
    if !evaluation.verdict.accepted() {
        let passed = evaluation.passed();
        return (passed > 0).then(|| {
            format!(
                "it passed {passed} of {} cases, and a version must pass them all",
                evaluation.cases_total
            )
        });
    }
    let c = version.comparison.as_ref().filter(|c| c.pairs > 1)?;
    let best = session
        .incumbent
        .map_or_else(|| "the best".to_owned(), |id| id.to_string());
    (c.low.0 <= 1.0 && c.high.0 > 1.0 && c.second_to.is_none()).then(|| {
        format!(
            "its interval against {best} is {}: all of it would have to lie above 1",
            Gain::interval(c.low, c.high)
        )
    })
}

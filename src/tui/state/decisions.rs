//! What the session says about decisions: what can be decided, and what can be taken back.

use crate::measure::Answer;
use crate::session::Session;
use crate::session::event::{Decision, Stage, VersionId};
use crate::session::fold::DecisionRecord;
use crate::tui::core::action::Action;
use crate::tui::core::text::visible;
use crate::tui::state::State;

/// How long after it a decision is told of (seconds): what an earlier sitting decided is history.
const FRESH: i64 = 10;

impl State {
    /// Tells what was decided since the session was looked at last. What takes a decision back was told where the key was pressed.
    pub fn announce_decision(&mut self, session: &Session) {
        let now = session.decisions.len();
        let before = self.observed.decided.replace(now).unwrap_or(now);
        let recent = session
            .last_at
            .is_some_and(|at| self.now.duration_since(at).as_secs() < FRESH);
        let Some(last) = session.decisions.last().filter(|_| now > before && recent) else {
            return;
        };
        // That the original passes is what everybody expects.
        if last.taken_back || (last.version.is_original() && !last.by_hand) {
            return;
        }
        let words = if last.by_hand {
            let undo = self.prefs.keys.shown(Action::Undo);
            format!("{}; {undo} takes it back", by_hand(last))
        } else {
            settled(session, last.version)
        };
        self.say(words, false);
    }
}

impl State {
    /// Tells why a round gave no version, since the session was looked at last: in the tree there is nothing to see of it.
    pub fn announce_failed_round(&mut self, session: &Session) {
        let failed = session.rounds.iter().filter(|r| r.failed.is_some());
        let now = failed.count();
        let before = self.observed.failed.replace(now).unwrap_or(now);
        let recent = session
            .last_at
            .is_some_and(|at| self.now.duration_since(at).as_secs() < FRESH);
        let last = session.rounds.iter().rev().find(|r| r.failed.is_some());
        if let Some(round) = last.filter(|_| now > before && recent) {
            let why = round.failed.as_deref().unwrap_or_default();
            let words = format!("round {} gave no version: {why}", round.number);
            self.say(words, false);
        }
    }
}

/// What a decision by hand comes to.
fn by_hand(last: &DecisionRecord) -> String {
    let version = last.version;
    match (last.decision, last.after) {
        (Decision::Accepted, _) => format!("{version} is the best version now, by your hand"),
        (Decision::Rejected, Some(best)) if last.before == last.after => {
            format!("{version} is rejected by your hand; {best} stays the best version")
        }
        (Decision::Rejected, Some(best)) => {
            format!("{version} is rejected by your hand; {best} is the best version now")
        }
        (Decision::Rejected, None) => {
            format!("{version} is rejected by your hand; no other version passes")
        }
    }
}

/// What became of a version, in the sentence that a room reads: `v1 is faster: 1.46× [1.40–1.51] of v0's CPU time`.
#[must_use]
pub(crate) fn settled(session: &Session, id: VersionId) -> String {
    let Some(version) = session.version(id) else {
        return id.to_string();
    };
    let best = session.incumbent == Some(id);
    let stays = session
        .incumbent
        .map_or_else(String::new, |best| format!("; {best} stays the best"));
    let failed = version
        .evaluation
        .as_ref()
        .filter(|e| !e.verdict.accepted());
    if let Some(evaluation) = failed {
        let case = evaluation.failure.as_ref().and_then(|f| f.case.as_ref());
        let on = case.map_or_else(String::new, |case| format!(" on case {}", visible(case)));
        return format!("{id}: {}{on}", evaluation.in_words());
    }
    if version.refused_as_flagged {
        return format!("{id} is flagged, and none that is will be taken");
    }
    let Some(c) = &version.comparison else {
        return match id.is_original() {
            true => format!("{id} passes every case: the others are measured against it"),
            false if best => format!("{id} passes every case: it is the best version now"),
            false => format!("{id} passes every case"),
        };
    };
    let of = format!(
        "against {} in {}",
        visible(&c.incumbent),
        visible(c.compared())
    );
    let gain = c.gain_in_words();
    match c.answer {
        Answer::Better if best => {
            format!(
                "{id} is {}: {gain} {of}; it is the best version now",
                c.word()
            )
        }
        Answer::Undecided => match &c.second_to {
            Some(by) => format!(
                "{id} is {}: {gain} {of}, second to {}",
                c.word(),
                visible(by)
            ),
            None => format!("{id} against {}: undecided{stays}", visible(&c.incumbent)),
        },
        Answer::NoDifference => {
            format!("{id}: no difference from {}{stays}", visible(&c.incumbent))
        }
        Answer::NotBetter => format!("{id} is not better than {}{stays}", visible(&c.incumbent)),
        Answer::Better | Answer::Worse => format!("{id} is {}: {gain} {of}{stays}", c.word()),
    }
}

/// Whether the loop is at something, so that a key can stop it.
#[must_use]
pub(crate) fn busy(session: &Session) -> bool {
    !matches!(session.stage, Stage::Waiting | Stage::Finished)
}

/// Why a version cannot be decided about yet, if so.
#[must_use]
pub(crate) fn unmeasured(session: &Session, version: Option<VersionId>) -> Option<String> {
    let version = session.version(version?)?;
    let waits = version.evaluation.is_none();
    waits.then(|| {
        format!(
            "{} is not measured yet: once it is, this key decides about it",
            version.id
        )
    })
}

/// What taking back the last decision comes to, in words.
#[must_use]
pub(crate) fn undone(session: &Session) -> Option<String> {
    let last = session.undoable()?;
    let what = match last.decision {
        Decision::Accepted => "was accepted",
        _ => "was rejected",
    };
    let now = last
        .before
        .map_or_else(String::new, |best| format!("; {best} is the best again"));
    Some(format!("taken back that {} {what}{now}", last.version))
}

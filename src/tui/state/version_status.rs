//! What became of a version, in a glyph, a word and a role: the same everywhere on the screen.

use crate::base::units::Gain;
use crate::measure::{Answer, Evaluation, Verdict};
use crate::session::Session;
use crate::session::event::{Decision, Stage, VersionId};
use crate::session::fold::Version;
use crate::tui::core::action::TypingKeys;
use crate::tui::core::theme::Role;
use crate::tui::state::State;

/// A verdict as the screen says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VersionStatus {
    /// One cell.
    pub glyph: &'static str,
    /// A few words.
    pub word: String,
    /// In which colour.
    pub role: Role,
}

/// What the signs beside a version mean, for the help.
#[rustfmt::skip]
pub(crate) const MARKS: TypingKeys = (
    "Signs beside versions",
    &[
        ("★", "The best so far"),
        ("●", "The original, v0"),
        ("▲", "It was taken; a better one came after it"),
        ("△", "Better, and not taken: another one of its round was better still, or you decided so"),
        ("▼", "Worse than what it was compared with"),
        ("=", "No difference that matters"),
        ("≤", "Not better by enough to matter"),
        ("?", "Undecided: the pairs that there was time for did not tell"),
        ("✗", "A wrong answer, a crash, or it does not build; such a version is never timed"),
        ("·", "Not measured, or it waits"),
        ("⚑", "Suspected of a cheat: look at it before you trust it (I says why)"),
        ("◉", "Pinned by you"),
        ("▪  ◦  ✎", "Made by a model, by a recorded reply, by your hand"),
        ("◎  ⊘", "Of a case: the only one that is timed; one that the model is never shown"),
        ("*", "Behind a gain: of another figure, or of other cases, than the best one's"),
    ],
);

/// A version's gain over v0 with its interval. That of v0 is 1, from when it has passed: before that nothing is known of it.
#[must_use]
pub(crate) fn gain(version: &Version) -> Option<(Gain, Gain, Gain)> {
    let known = !version.id.is_original() || version.verdict().is_some_and(Verdict::accepted);
    version.gain_over_original().filter(|_| known)
}

const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// The sign that something is on its way; it turns only while the screen is drawn anyway.
#[must_use]
pub(crate) fn spinner(state: &State) -> &'static str {
    let beat = state.now.as_millisecond().rem_euclid(1_200) / 120;
    if state.prefs.ascii {
        return ["|", "/", "-", "\\"][usize::try_from(beat).unwrap_or(0) % 4];
    }
    SPINNER[usize::try_from(beat).unwrap_or(0) % SPINNER.len()]
}

/// Whether the engine works on something.
#[must_use]
pub(crate) fn working(session: &Session) -> bool {
    !matches!(
        session.stage,
        Stage::Waiting | Stage::Paused | Stage::Finished
    )
}

/// What became of a version.
#[must_use]
pub(crate) fn version_status(session: &Session, state: &State, version: &Version) -> VersionStatus {
    let new = |glyph, word: &str, role| VersionStatus {
        glyph,
        word: word.to_owned(),
        role,
    };
    let Some(evaluation) = &version.evaluation else {
        return match in_work(session, version.id) {
            Some(word) => VersionStatus {
                glyph: spinner(state),
                word,
                role: Role::Candidate,
            },
            // Of several candidates one is measured after the other.
            None if waits(session, version) => new("·", "waits", Role::Muted),
            None => new("·", "not measured", Role::Muted),
        };
    };
    // It is measured again.
    if session.live.settled != Some(version.id)
        && matches!(
            session.stage,
            Stage::Comparing { .. } | Stage::Confirming { .. }
        )
        && let Some(word) = in_work(session, version.id)
    {
        return VersionStatus {
            glyph: spinner(state),
            word,
            role: Role::Candidate,
        };
    }
    if !evaluation.verdict.accepted() {
        let case = evaluation.failure.as_ref().and_then(|f| f.case.as_deref());
        let word = match case {
            Some(case) => format!(
                "{} · {}",
                short(evaluation),
                crate::tui::core::text::visible(case)
            ),
            None => short(evaluation).to_owned(),
        };
        return VersionStatus {
            glyph: "✗",
            word,
            role: Role::Fail,
        };
    }
    if session.incumbent == Some(version.id) {
        return new(
            "★",
            if version.id.0 == 0 {
                "original"
            } else {
                "best"
            },
            Role::Heat3,
        );
    }
    if version.id.0 == 0 {
        return new("●", "original", Role::Baseline);
    }
    if version.refused_as_flagged {
        return new("⚑", "flagged, not taken", Role::Warn);
    }
    if let (None, Some(word)) = (&version.comparison, in_work(session, version.id)) {
        return VersionStatus {
            glyph: spinner(state),
            word,
            role: Role::Candidate,
        };
    }
    let accepted = matches!(version.decision, Some((Decision::Accepted, _)));
    let word = version.comparison.as_ref().map_or("", |c| c.word());
    match version.comparison.as_ref().map(|c| c.answer) {
        Some(Answer::Better) if accepted => new("▲", word, Role::Heat2),
        Some(Answer::Better) => new("△", word, Role::Heat1),
        // What it is held against is not always the best version, and not always v0.
        Some(Answer::Worse) => VersionStatus {
            glyph: "▼",
            word: match &version.comparison {
                Some(c) => format!(
                    "{word} than {}",
                    crate::tui::core::text::visible(&c.incumbent)
                ),
                None => word.to_owned(),
            },
            role: Role::Fail,
        },
        Some(Answer::NoDifference) => new("=", "no difference", Role::Muted),
        Some(Answer::NotBetter) => new("≤", "not better", Role::Muted),
        Some(Answer::Undecided) => match second_to(version) {
            Some(by) => VersionStatus {
                glyph: "△",
                word: format!("{word}, second to {by}"),
                role: Role::Heat1,
            },
            None => new("?", "undecided", Role::Muted),
        },
        None if accepted => new("▲", "passes", Role::Heat1),
        None => new("·", "passes", Role::Muted),
    }
}

fn second_to(version: &Version) -> Option<&str> {
    version.comparison.as_ref()?.second_to.as_deref()
}

/// Whether a candidate of the round that is on has its turn still to come.
fn waits(session: &Session, version: &Version) -> bool {
    let round = session.round();
    working(session) && round.is_some_and(|r| r.candidates > 1 && r.number == version.round)
}

fn in_work(session: &Session, id: VersionId) -> Option<String> {
    match &session.stage {
        Stage::Building { version } if *version == id => Some("building".into()),
        Stage::Checking {
            version,
            done,
            total,
        } if *version == id => Some(format!("checking {done}/{total}")),
        Stage::Comparing { version, pairs, .. } if *version == id => {
            Some(format!("comparing · {pairs}"))
        }
        Stage::Confirming { version, pairs, .. } if *version == id => {
            Some(format!("confirming · {pairs}"))
        }
        _ => None,
    }
}

fn short(evaluation: &Evaluation) -> &'static str {
    match evaluation.verdict {
        Verdict::CompileError if evaluation.failure.as_ref().is_some_and(|f| f.misfit) => {
            "does not fit"
        }
        Verdict::WrongAnswer => "wrong",
        Verdict::CompileError => "does not build",
        Verdict::RuntimeError => "crash",
        other => other.in_words(),
    }
}

//! A recorded session on the screen: which moment is shown, and when the next one is due. The session that is drawn is the
//! fold up to that moment, so every pane shows what it showed then.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::base::units::Gain;
use crate::session::event::{Event, EventRecord, Steer, VersionId};
use crate::session::fold::Version;
use crate::session::{History, Landmark, Session};
use crate::tui::core::text::visible;
use crate::tui::core::travel::{Pace, Travel};
use crate::tui::state::decisions::settled;
use crate::tui::state::{Observed, State};

/// The longest wait between two moments while it plays as it went: somebody may have slept in between.
const LONGEST: Duration = Duration::from_secs(5);

/// Which moment of a recorded session is shown.
#[derive(Debug)]
pub struct Playback {
    /// All moments.
    pub history: History,
    /// How many of them have passed.
    pub at: usize,
    /// Since when the shown moment has been the shown one, while it plays.
    playing: Option<Instant>,
    /// How fast.
    pub pace: Pace,
}

impl Playback {
    /// Before the first moment, held.
    fn new(history: History) -> Self {
        Self {
            history,
            at: 0,
            playing: None,
            pace: Pace::default(),
        }
    }

    /// Whether it plays.
    #[must_use]
    pub fn plays(&self) -> bool {
        self.playing.is_some()
    }

    /// Holds it, and gives the moment at a share (0 to 1) of its steps.
    pub fn hold_at(&mut self, share: f64) -> usize {
        self.playing = None;
        self.history.at_share(share)
    }

    /// How long the next moment is waited for, from the shown one on; none at the end.
    fn wait(&self) -> Option<Duration> {
        let pause = self.history.pause_after(self.at)?.min(LONGEST);
        Some(
            self.pace
                .factor()
                .map_or(Duration::ZERO, |f| pause.div_f64(f)),
        )
    }

    /// How long until something moves by itself.
    #[must_use]
    pub fn due(&self, now: Instant) -> Option<Duration> {
        let since = self.playing?;
        Some(
            self.wait()?
                .saturating_sub(now.saturating_duration_since(since)),
        )
    }

    /// What the clock said then: it goes on while the session plays, and stands while it is held.
    #[must_use]
    pub fn clock(&self, now: Instant) -> Timestamp {
        let shown = self.history.time_of(self.at).unwrap_or_default();
        let (Some(since), Some(pause)) = (self.playing, self.history.pause_after(self.at)) else {
            return shown;
        };
        let passed = now.saturating_duration_since(since);
        let passed = passed.mul_f64(self.pace.factor().unwrap_or(1.0)).min(pause);
        let passed = SignedDuration::try_from(passed).unwrap_or_default();
        shown.saturating_add(passed).unwrap_or(shown)
    }

    /// What happened last, in a sentence.
    #[must_use]
    pub fn sentence(&self, session: &Session) -> String {
        self.history
            .durable_before(self.at)
            .map_or_else(String::new, |record| sentence(session, record))
    }

    /// What was nearly enough, where the last thing that happened is a version that was not taken.
    #[must_use]
    pub fn nearly(&self, session: &Session) -> Option<String> {
        let about = match &self.history.durable_before(self.at)?.event {
            Event::Decided { version, .. } | Event::VersionEvaluated { version, .. } => *version,
            _ => return None,
        };
        let version = session.version(about)?;
        (session.incumbent != Some(about) && !about.is_original())
            .then(|| nearly(session, version))
            .flatten()
    }
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

impl State {
    /// Shows a recorded session from the end of its first step on.
    pub fn look_into(&mut self, session: &mut Session, history: History) {
        let first = history.first();
        *session = Session::default();
        self.playback = Some(Playback::new(history));
        self.go_to(session, first);
    }

    /// Takes in what another program has added to the session meanwhile. Who looks at its end goes on looking at its end.
    pub fn grew(&mut self, session: &mut Session, new: Vec<EventRecord>) {
        let Some(playback) = &mut self.playback else {
            return;
        };
        let at_end = playback.at >= playback.history.len();
        let at = playback.history.grow(playback.at, new);
        playback.at = if at_end { playback.history.len() } else { at };
        *session = playback.history.session(playback.at);
        if at_end {
            self.observe(session);
        }
    }

    /// Goes elsewhere in the recorded session; gives the session as it was then.
    pub fn travel(&mut self, session: &mut Session, to: Travel, now: Instant) {
        let Some(playback) = &mut self.playback else {
            return;
        };
        let at = playback.at;
        let history = &playback.history;
        let landmark = |which, forward: bool| history.landmark(at, which, forward);
        let (target, missing) = match to {
            Travel::On => (Some(history.next(at)), ""),
            Travel::Back => (Some(history.previous(at)), ""),
            Travel::NextVerdict => (
                landmark(Landmark::Verdict, true),
                "no verdict comes after this",
            ),
            Travel::VerdictBefore => (
                landmark(Landmark::Verdict, false),
                "no verdict came before this",
            ),
            Travel::NextBest => (
                landmark(Landmark::Accepted, true)
                    .or_else(|| history.landmark(0, Landmark::Accepted, true)),
                "no version became the best in this session",
            ),
            Travel::NextFailure => (
                landmark(Landmark::Failed, true)
                    .or_else(|| history.landmark(0, Landmark::Failed, true)),
                "nothing failed in this session",
            ),
            Travel::Start => (Some(history.first()), ""),
            Travel::End => (Some(history.len()), ""),
            Travel::Play => {
                let over = at >= history.len();
                playback.playing = match playback.playing {
                    None => Some(now),
                    Some(_) => None,
                };
                if !over {
                    return;
                }
                (Some(history.first()), "")
            }
            Travel::Pace => {
                playback.pace = playback.pace.next();
                playback.playing = playback.playing.map(|_| now);
                return;
            }
        };
        match target {
            Some(target) => {
                if to != Travel::Play {
                    playback.playing = None;
                }
                self.go_to(session, target);
            }
            None => self.say(missing, false),
        }
    }

    /// Shows the session after so many moments.
    pub fn go_to(&mut self, session: &mut Session, at: usize) {
        let Some(playback) = &mut self.playback else {
            return;
        };
        let at = at.min(playback.history.len());
        if at >= playback.at {
            for record in playback.history.moments(playback.at, at) {
                session.apply(record);
            }
        } else {
            *session = playback.history.session(at);
            // What was noticed has not happened yet.
            self.observed = Observed::new(self.now);
            self.messages.last = None;
        }
        playback.at = at;
        self.now = playback.clock(Instant::now());
        self.observe(session);
    }

    /// Shows what is due by now while it plays; whether something was.
    pub fn play_on(&mut self, session: &mut Session, now: Instant) -> bool {
        let mut moved = false;
        while let Some(playback) = &mut self.playback {
            let Some(since) = playback.playing else { break };
            let Some(wait) = playback.wait() else {
                playback.playing = None;
                moved = true;
                break;
            };
            if now.saturating_duration_since(since) < wait {
                break;
            }
            let at = match playback.pace {
                Pace::AtOnce => playback.history.len(),
                _ => playback.at + 1,
            };
            playback.playing = Some(since + wait);
            self.go_to(session, at);
            moved = true;
        }
        if let Some(playback) = &self.playback {
            self.now = playback.clock(now);
        }
        moved
    }
}

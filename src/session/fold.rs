//! [`Session`]: the fold of a session's events. Pure: `apply` never fails, never blocks and reads nothing but the event.

mod cases;
mod gains;
pub(crate) mod heights;
mod progress;
mod replies;
mod steer;
mod written;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::units::Nanos;
use crate::measure::{Comparison, Evaluation};
use crate::sandbox::Guards;
use crate::session::cases::{Checks, Reference};
use crate::session::cost::Bill;
use crate::session::event::{
    AddedCase, Decision, EndReason, Event, EventRecord, Goal, Machine, Mode, Stage, TaskRecord,
    Terms, Usage, VersionId,
};
pub use crate::session::live::{Live, LivePair};
pub use crate::session::replies::{PreparedPrompt, Reply, StreamingReply};
pub use crate::session::round::Round;
pub use crate::session::version::{DecisionRecord, Version};
use crate::session::written::{WriteEntry, WritePlan};
use crate::task::Objective;

/// The state of one optimisation, as its events so far make it.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// Id, also the folder's name; empty before the first event.
    pub id: String,
    /// What is optimised.
    pub task: Option<TaskRecord>,
    /// Where figures are measured.
    pub machine: Option<Machine>,
    /// Which protections are on.
    pub guards: Option<Guards>,
    /// Who answers.
    pub model: String,
    /// How the model is reached; see [`Event::SessionStarted`].
    pub reached_by: BTreeMap<String, String>,
    /// How it goes on.
    pub mode: Mode,
    /// When it ends.
    pub goal: Goal,
    /// Whether no version that is flagged is taken.
    pub strict: bool,
    /// How versions are compared.
    pub terms: Terms,
    /// Objective of the next round.
    pub objective: Objective,
    /// Hint for the next round.
    pub hint: String,
    /// Parent of the next round where the developer chose one; else the incumbent.
    pub chosen_parent: Option<VersionId>,
    /// Replies that the next round asks for; 0 where nobody said so, which is one.
    pub candidates: u32,
    /// Temperature of the next questions; none is the model's own.
    pub temperature: Option<f64>,
    /// What the next round would ask, while the loop waits.
    pub prepared: Option<PreparedPrompt>,
    /// All versions, in order of their numbers.
    pub versions: Vec<Version>,
    /// All rounds, in order.
    pub rounds: Vec<Round>,
    /// The best version accepted so far.
    pub incumbent: Option<VersionId>,
    /// What the engine does now.
    pub stage: Stage,
    /// Whether the developer holds it; `stage` says what is held.
    pub held: bool,
    /// What is on its way right now.
    pub live: Live,
    /// Tokens so far.
    pub usage: Usage,
    /// Money so far, as far as it is known.
    pub bill: Bill,
    /// Cases that were added while it was on.
    pub added: Vec<AddedCase>,
    /// The only case that is timed, where the developer chose one.
    pub only: Option<String>,
    /// Reference solutions of the task that were measured.
    pub references: Vec<Reference>,
    /// Notes of the engine, newest last.
    pub notes: Vec<Note>,
    /// All decisions, in order.
    pub decisions: Vec<DecisionRecord>,
    /// What writing a version back would do, as it was asked last.
    pub write_plan: Option<Arc<WritePlan>>,
    /// What went into the user's own files, in order.
    pub written: Vec<WriteEntry>,
    /// Set when the session has ended (and cleared when it goes on).
    pub finished: Option<SessionEnd>,
    /// What of its journal cannot be read, in sentences. Set by whoever reads it; no event does.
    pub holes: Vec<String>,
    /// Whether a program goes on with it right now. Set by whoever reads it; no event does.
    pub running: bool,
    /// When it began.
    pub started_at: Option<jiff::Timestamp>,
    /// When the last event happened.
    pub last_at: Option<jiff::Timestamp>,
}

/// A note of the engine.
#[derive(Clone, Debug)]
pub struct Note {
    /// When.
    pub at: jiff::Timestamp,
    /// The sentence.
    pub text: String,
    /// Whether it is an error.
    pub error: bool,
}

/// How a session ended.
#[derive(Clone, Debug)]
pub struct SessionEnd {
    /// Best version, if any passes.
    pub best: Option<VersionId>,
    /// The best against v0.
    pub comparison: Option<Comparison>,
    /// Why it ended.
    pub reason: EndReason,
}

impl Session {
    /// Name of the task; empty before it is known.
    #[must_use]
    pub fn task_name(&self) -> &str {
        self.task.as_ref().map_or("", |task| task.name.as_str())
    }

    /// The fold of all these events.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a EventRecord>) -> Self {
        let mut session = Self::default();
        for entry in events {
            session.apply(entry);
        }
        session
    }

    /// The last decision by hand that is not taken back yet: what undoing takes back next.
    #[must_use]
    pub fn undoable(&self) -> Option<&DecisionRecord> {
        let mut taken_back = 0_u32;
        for decided in self.decisions.iter().rev().filter(|d| d.by_hand) {
            if decided.taken_back {
                taken_back += 1;
            } else if taken_back > 0 {
                taken_back -= 1;
            } else {
                return Some(decided);
            }
        }
        None
    }

    /// The decisions that still stand, in order: without those that were taken back, and without the taking back.
    #[must_use]
    pub fn standing_decisions(&self) -> Vec<&DecisionRecord> {
        let mut standing: Vec<&DecisionRecord> = Vec::new();
        for decision in &self.decisions {
            if decision.taken_back {
                if let Some(last) = standing.iter().rposition(|d| d.by_hand) {
                    standing.remove(last);
                }
            } else {
                standing.push(decision);
            }
        }
        standing
    }

    /// What was decided about a version before the decision that is taken back now, and whether that was because it is flagged; `None`
    /// where none is taken back.
    fn standing_decision(
        &self,
        version: VersionId,
        taken_back: bool,
    ) -> Option<(Option<(Decision, String)>, bool)> {
        let undone = self.undoable().filter(|_| taken_back)?;
        let of_it = self.standing_decisions().into_iter().rev();
        let mut of_it = of_it.filter(|d| d.version == version && !std::ptr::eq(*d, undone));
        let last = of_it.next();
        Some((
            last.map(|d| (d.decision, d.reason.clone())),
            last.is_some_and(|d| d.flagged),
        ))
    }

    /// A version by its number.
    #[must_use]
    pub fn version(&self, id: VersionId) -> Option<&Version> {
        self.versions.iter().find(|v| v.id == id)
    }

    pub(super) fn version_mut(&mut self, id: VersionId) -> Option<&mut Version> {
        self.versions.iter_mut().find(|v| v.id == id)
    }

    /// The incumbent, if some version passes.
    #[must_use]
    pub fn best(&self) -> Option<&Version> {
        self.incumbent.and_then(|id| self.version(id))
    }

    /// That something of it is lost, in a sentence; `None` where nothing is.
    #[must_use]
    pub fn loss(&self) -> Option<String> {
        let [first, more @ ..] = self.holes.as_slice() else {
            return None;
        };
        let more = match more.len() {
            0 => String::new(),
            n => format!(" and {n} more of its lines"),
        };
        Some(format!(
            "This session has a hole: of its journal {first}{more}. What is shown may be wrong for it, and nothing of it is written back."
        ))
    }

    /// The round that is on, or the last one.
    #[must_use]
    pub fn round(&self) -> Option<&Round> {
        self.rounds.last()
    }

    /// Whether its task was refused before anything was tried.
    #[must_use]
    pub fn was_refused(&self) -> bool {
        let reason = self.finished.as_ref().map(|f| &f.reason);
        reason == Some(&EndReason::Task) && self.rounds.is_empty() && self.versions.len() < 2
    }

    /// The number of the last round that the goal allows: one that nobody answered does not count.
    #[must_use]
    pub fn last_round(&self) -> u32 {
        let unanswered = self.rounds.iter().filter(|r| r.is_unanswered()).count();
        let unanswered = u32::try_from(unanswered).unwrap_or(u32::MAX);
        self.goal.rounds.saturating_add(unanswered)
    }

    /// Version that the next prompt will show.
    #[must_use]
    pub fn next_parent(&self) -> VersionId {
        self.chosen_parent
            .or(self.incumbent)
            .or_else(|| self.nearest_to_passing())
            .unwrap_or_default()
    }

    /// Where no version passes yet: the one that passes most cases, the newest of several; else the newest text.
    fn nearest_to_passing(&self) -> Option<VersionId> {
        let passed = |v: &&Version| v.evaluation.as_ref().map_or(0, Evaluation::passed);
        self.versions
            .iter()
            .max_by_key(|v| (passed(v), v.id))
            .map(|v| v.id)
    }

    /// Children of a version, in order.
    pub fn children(&self, id: VersionId) -> impl Iterator<Item = &Version> {
        self.versions.iter().filter(move |v| v.parent == Some(id))
    }

    /// Time from the first to the last event.
    #[must_use]
    pub fn elapsed(&self) -> Nanos {
        match (self.started_at, self.last_at) {
            (Some(a), Some(b)) => Nanos(
                u64::try_from((b.as_nanosecond() - a.as_nanosecond()).max(0)).unwrap_or(u64::MAX),
            ),
            _ => Nanos::default(),
        }
    }

    /// Takes one event in.
    pub fn apply(&mut self, entry: &EventRecord) {
        self.last_at = Some(entry.at);
        self.started_at.get_or_insert(entry.at);
        match &entry.event {
            Event::SessionStarted {
                session,
                task,
                machine,
                guards,
                model,
                mode,
                goal,
                strict,
                reached_by,
                terms,
            } => {
                self.strict = *strict;
                self.terms = *terms;
                self.reached_by.clone_from(reached_by);
                self.id.clone_from(session);
                self.objective = task.objective;
                self.task = Some(task.clone());
                self.machine = Some(machine.clone());
                self.guards = Some(guards.clone());
                self.model.clone_from(model);
                self.mode = *mode;
                self.goal = goal.clone();
                self.stage = Stage::Preparing;
            }
            Event::SessionResumed {
                guards,
                model,
                strict,
                reached_by,
                terms,
            } => {
                self.strict = *strict;
                self.terms = *terms;
                self.reached_by.clone_from(reached_by);
                self.guards = Some(guards.clone());
                self.model.clone_from(model);
                self.finished = None;
                self.stage = Stage::Preparing;
                self.live = Live::default();
                // What was transient is gone with the last sitting. A comparison that was broken off starts again at its first
                // pair, so its looks must not be shown beside the new ones.
                let unmeasured = |v: &&mut Version| v.evaluation.is_none();
                for version in self.versions.iter_mut().filter(unmeasured) {
                    version.looks.clear();
                }
            }
            Event::VersionCreated {
                version,
                parent,
                round,
                candidate,
                author,
                source,
            } => {
                self.versions.push(Version {
                    id: *version,
                    parent: *parent,
                    round: *round,
                    candidate: *candidate,
                    author: author.clone(),
                    source: source.clone(),
                    evaluation: None,
                    comparison: None,
                    against_original: None,
                    decision: None,
                    pinned: false,
                    note: String::new(),
                    looks: Vec::new(),
                    reruns: Vec::new(),
                    otherwise: Vec::new(),
                    refused_as_flagged: false,
                    checks: Checks::default(),
                });
                if let Some(r) = self.rounds.iter_mut().find(|r| r.number == *round) {
                    r.versions.push(*version);
                }
                // The screen follows the newest version; readings of the one before must not be drawn as its own.
                self.live.version = Some(*version);
                self.live.samples.clear();
                self.live.cases.clear();
                self.live.pairs.clear();
                self.live.look = None;
                self.live.noise = None;
            }
            Event::RoundStarted {
                round,
                parent,
                objective,
                hint,
                candidates,
            } => {
                self.rounds.push(Round {
                    number: *round,
                    parent: *parent,
                    objective: *objective,
                    hint: hint.clone(),
                    model: self.model.clone(),
                    prompt: Arc::from(""),
                    edited: false,
                    candidates: *candidates,
                    replies: BTreeMap::new(),
                    reply_failures: BTreeMap::new(),
                    versions: Vec::new(),
                    failed: None,
                });
                // A hint and a chosen parent hold for one round: the event has used them up.
                self.hint.clear();
                self.chosen_parent = None;
                self.prepared = None;
                self.finished = None;
                self.live = Live::default();
            }
            Event::PromptPrepared { prompt, asked } => {
                self.prepared = Some(PreparedPrompt {
                    prompt: prompt.clone(),
                    asked: *asked,
                });
            }
            Event::PromptSent { .. } | Event::ReplyDelta { .. } | Event::ReplyEnded { .. } => {
                self.apply_reply_event(entry);
            }
            Event::CandidateFailed {
                round,
                candidate,
                reason,
            } => {
                if let Some(r) = self.rounds.iter_mut().find(|r| r.number == *round) {
                    r.reply_failures.insert(*candidate, reason.clone());
                }
            }
            // A pause is not a stage of its own here: the screen goes on showing what is paused.
            Event::StageChanged {
                stage: Stage::Paused,
            } => self.held = true,
            Event::StageChanged { stage } => {
                // The same stage is told again where a pause ends.
                if self.stage != *stage {
                    self.live.settled = None;
                }
                self.held = false;
                self.stage = stage.clone();
            }
            Event::Progressed { version, progress } => self.progress(*version, progress),
            Event::LookTaken {
                version,
                look,
                metric,
                ..
            } => {
                if let Some(v) = self.version_mut(*version) {
                    v.looks.push(*look);
                }
                self.live.look = Some((*look, *metric));
            }
            Event::VersionEvaluated {
                version,
                evaluation,
                comparison,
                against_original,
                ..
            } => {
                if let Some(v) = self.version_mut(*version) {
                    v.evaluation = Some(evaluation.clone());
                    v.comparison.clone_from(comparison);
                    v.against_original.clone_from(against_original);
                    // It was evaluated on the added cases as well, so nothing is left to add to its evaluation.
                    v.checks = Checks::default();
                }
                self.live.case.clear();
                self.live.samples.clear();
                self.live.cases.clear();
            }
            Event::Decided {
                version,
                decision,
                incumbent,
                reason,
                by_hand,
                taken_back,
                flagged,
            } => {
                let before = self.standing_decision(*version, *taken_back);
                self.decisions.push(DecisionRecord {
                    version: *version,
                    decision: *decision,
                    // Kept so that a decision can be undone without searching the events before it.
                    before: self.incumbent,
                    after: *incumbent,
                    by_hand: *by_hand,
                    taken_back: *taken_back,
                    reason: reason.clone(),
                    newest: self.versions.last().map_or(VersionId::ORIGINAL, |v| v.id),
                    flagged: *flagged,
                });
                if let Some(v) = self.version_mut(*version) {
                    let (decision, refused) =
                        before.unwrap_or_else(|| (Some((*decision, reason.clone())), *flagged));
                    (v.decision, v.refused_as_flagged) = (decision, refused);
                }
                if !*by_hand {
                    self.live.settled = Some(*version);
                }
                self.incumbent = *incumbent;
            }
            Event::RoundFailed { round, reason } => {
                if let Some(r) = self.rounds.iter_mut().find(|r| r.number == *round) {
                    r.failed = Some(reason.clone());
                    // What the developer had asked of a model that never heard it holds for the next question.
                    if r.is_unanswered() && self.hint.is_empty() {
                        self.hint.clone_from(&r.hint);
                    }
                }
            }
            Event::CaseAdded { case } => self.add_case(case),
            Event::CaseWithdrawn { case } => self.withdraw_case(case),
            Event::CaseChecked {
                version,
                result,
                failure,
            } => self.take_check(*version, result, failure.as_ref()),
            Event::CaseRerun {
                version,
                result,
                failure,
            } => self.take_rerun(*version, result, failure.as_ref()),
            Event::ComparedAnew {
                version,
                comparison,
            } => {
                if let Some(v) = self.version_mut(*version) {
                    // The earlier one counts again if the developer goes back to what it was timed on.
                    let before = v.against_original.replace(comparison.clone());
                    v.otherwise.extend(before);
                }
            }
            Event::ReferenceMeasured {
                name,
                verdict,
                comparison,
            } => self.take_reference(name, *verdict, comparison.as_ref()),
            Event::WrittenBack {
                record,
                undone,
                reason,
            } => self.take_written(entry.at, record, undone.then_some(reason)),
            Event::WritePlanned { plan } => self.write_plan = Some(plan.clone()),
            Event::Steered { steer } => self.steer(steer),
            Event::Noted { text, error } => self.notes.push(Note {
                at: entry.at,
                text: text.clone(),
                error: *error,
            }),
            Event::SessionFinished {
                best_version,
                comparison,
                reason,
                ..
            } => {
                self.finished = Some(SessionEnd {
                    best: *best_version,
                    comparison: comparison.clone(),
                    reason: reason.clone(),
                });
                self.stage = Stage::Finished;
                self.held = false;
                self.live.case.clear();
            }
        }
    }
}

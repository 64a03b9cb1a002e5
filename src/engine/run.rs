//! The loop itself: which step comes next, what a round is made of, and what the developer's commands do to it.
//!
//! Everything that happens goes through [`Loop::emit`]: journal first, then the fold, then whoever watches.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

use crate::engine::ask::Answered;
use crate::engine::decide::decide;
use crate::engine::hands::{Hands, Job, News, Product, Subject, Versus};
use crate::engine::outlet::Outlet;
use crate::engine::{Command, Setup, brief, start};
use crate::measure::judge::JudgeError;
use crate::measure::{Comparison, Evaluation, Progress, Verdict};
use crate::session::event::{Author, Decision, Goal, Mode, Stage, Steer, VersionId};
use crate::session::{Event, Happened, Journal, Session};
use crate::task::Source;

/// Why the work that is on was broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interrupt {
    Stop,
    Retry,
    Deadline,
    Quit,
}

pub(super) struct Loop {
    pub setup: Setup,
    pub session: Session,
    /// Id of the session, also before its first event.
    pub id: String,
    pub hands: Hands,
    /// Set when work is to be broken off; whoever notices takes it.
    pub interrupt: Option<Interrupt>,
    journal: Option<Journal>,
    outlet: Outlet,
    commands: UnboundedReceiver<Command>,
    edits: VecDeque<(VersionId, String)>,
    /// Rounds that were asked for by hand and are still to come.
    asked_for: u32,
    /// The developer stopped something: no automatic round until asked for.
    halted: bool,
    paused: bool,
    before_pause: Option<Stage>,
    quit: bool,
    deadline: Option<Instant>,
    /// Rounds in a row in which the provider failed.
    pub failures: u32,
    /// Why no further round makes sense, if so.
    pub dead_end: Option<&'static str>,
    /// A temperature the developer chose.
    pub temperature: Option<f64>,
}

/// What comes next.
enum Step {
    Round,
    Finish(&'static str),
    Wait,
}

impl Loop {
    pub(super) fn new(
        setup: Setup,
        journal: Journal,
        past: Session,
        hands: Hands,
        outlet: Outlet,
        commands: UnboundedReceiver<Command>,
    ) -> Self {
        let deadline = setup
            .goal
            .time_ns
            .map(|t| Instant::now() + Duration::from(t));
        let asked_for = u32::from(setup.mode == Mode::Step);
        let id = journal
            .folder()
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        Self {
            setup,
            session: past,
            id,
            hands,
            interrupt: None,
            journal: Some(journal),
            outlet,
            commands,
            edits: VecDeque::new(),
            asked_for,
            halted: false,
            paused: false,
            before_pause: None,
            quit: false,
            deadline,
            failures: 0,
            dead_end: None,
            temperature: None,
        }
    }

    /// The whole life of a sitting.
    pub(super) async fn run(mut self) {
        self.stage(Stage::Preparing);
        if let Err(error) = start::open(&mut self).await {
            self.note(error.to_string(), true);
            self.finish(match error {
                JudgeError::Stopped => "stopped",
                JudgeError::Task(_) => "task",
                _ => "environment",
            });
            self.forget_if_empty();
            self.drain().await;
            return;
        }
        while !self.quit {
            if let Some((parent, text)) = self.edits.pop_front() {
                self.hand_edit(parent, text).await;
                continue;
            }
            match self.next_step() {
                Step::Round => self.round().await,
                Step::Finish(reason) => self.finish(reason),
                Step::Wait => self.wait().await,
            }
            self.take_interrupt();
        }
        if self.session.finished.is_none() {
            self.finish("stopped");
        }
        self.drain().await;
    }

    fn next_step(&self) -> Step {
        let over = self.session.finished.is_some();
        if self.journal.is_none() {
            return if over {
                Step::Wait
            } else {
                Step::Finish("disk")
            };
        }
        if let Some(reason) = self.dead_end {
            return if over {
                Step::Wait
            } else {
                Step::Finish(reason)
            };
        }
        if self.asked_for > 0 {
            return Step::Round;
        }
        if over || self.halted || self.session.mode != Mode::Auto {
            return Step::Wait;
        }
        self.reached().map_or(Step::Round, Step::Finish)
    }

    /// Which end has been reached, if any.
    fn reached(&self) -> Option<&'static str> {
        let goal = &self.session.goal;
        let rounds = u32::try_from(self.session.rounds.len()).unwrap_or(u32::MAX);
        let spent = self.session.usage.prompt_tokens + self.session.usage.reply_tokens;
        let gain = self.session.best().and_then(|v| v.gain_over_original());
        if goal
            .gain
            .zip(gain)
            .is_some_and(|(wanted, (_, low, _))| low >= wanted)
        {
            Some("goal")
        } else if self.deadline.is_some_and(|d| Instant::now() >= d) {
            Some("time")
        } else if goal.tokens.is_some_and(|most| spent >= most) {
            Some("tokens")
        } else if rounds >= goal.rounds {
            Some("rounds")
        } else {
            None
        }
    }

    /// prompt → reply → candidate → evaluation → decision.
    async fn round(&mut self) {
        self.asked_for = self.asked_for.saturating_sub(1);
        self.halted = false;
        let round = self.session.rounds.last().map_or(1, |r| r.number + 1);
        let parent = self.session.next_parent();
        let (objective, hint) = (self.session.objective, self.session.hint.clone());
        self.emit(Event::RoundStarted {
            round,
            parent,
            objective,
            hint,
        });
        self.breathe(1).await;
        let code = match self.answer(round, parent).await {
            Answered::Code(code) => code,
            Answered::Nothing(reason) => {
                self.emit(Event::RoundFailed { round, reason });
                return self.breathe(1).await;
            }
        };
        self.failures = 0;
        if let Some(same) = self
            .session
            .versions
            .iter()
            .find(|v| v.source.text.trim() == code.trim())
        {
            let reason = format!(
                "the reply is the same code as {}, word for word; nothing to measure",
                same.id
            );
            self.emit(Event::RoundFailed { round, reason });
            return self.breathe(1).await;
        }
        let name = self.setup.provider.name();
        let author = if self.setup.provider.recorded() {
            Author::Tape { name }
        } else {
            Author::Model { name }
        };
        let version = self.create(Some(parent), round, author, code);
        self.stage(Stage::Building { version });
        self.breathe(1).await;
        self.judge(version).await;
        self.breathe(2).await;
    }

    async fn hand_edit(&mut self, parent: VersionId, text: String) {
        let parent = if self.session.version(parent).is_some() {
            parent
        } else {
            self.session.next_parent()
        };
        if let Some(same) = self
            .session
            .versions
            .iter()
            .find(|v| *v.source.text == *text)
        {
            return self.note(
                format!("that is {} as it stands; nothing to measure", same.id),
                false,
            );
        }
        let version = self.create(Some(parent), 0, Author::Hand, text);
        self.judge(version).await;
    }

    pub(super) fn create(
        &mut self,
        parent: Option<VersionId>,
        round: u32,
        author: Author,
        text: String,
    ) -> VersionId {
        let version = VersionId(self.session.versions.last().map_or(0, |v| v.id.0 + 1));
        let file_name = match &self.setup.task.source {
            Some(source) => source.file_name.clone(),
            None => self.setup.task.language.source_file.clone(),
        };
        let source = Source {
            file_name,
            text: text.into(),
        };
        self.emit(Event::VersionCreated {
            version,
            parent,
            round,
            author,
            source,
        });
        version
    }

    /// Evaluates a version, compares it with the incumbent if both pass, and decides.
    pub(super) async fn judge(&mut self, version: VersionId) {
        let Some(subject) = self.subject(version) else {
            return;
        };
        let parent = self.session.version(version).and_then(|v| v.parent);
        self.stage(Stage::Building { version });
        let mut evaluation = match self.work(Job::Evaluate(subject.clone())).await {
            Ok(Product::Evaluated(evaluation)) => *evaluation,
            Ok(_) => return,
            Err(error) => return self.judge_failed(version, error),
        };
        let incumbent = self
            .session
            .incumbent
            .filter(|_| evaluation.verdict.accepted())
            .and_then(|id| self.subject(id));
        let (mut comparison, mut against_original) = (None, None);
        if let Some(incumbent) = incumbent {
            self.breathe(1).await;
            let candidate = Subject {
                evaluation: Some(evaluation.clone()),
                ..subject
            };
            match self.compare(&candidate, &incumbent).await {
                Ok(Versus::Done {
                    comparison: c,
                    against_original: o,
                }) => (comparison, against_original) = (Some(c), o),
                Ok(Versus::Voided {
                    version: voided,
                    verdict,
                    failure,
                }) if voided == version => {
                    evaluation.verdict = verdict;
                    evaluation.failure = Some(failure);
                }
                Ok(Versus::Voided {
                    version: voided,
                    failure,
                    ..
                }) => {
                    self.note(format!("{voided} passed before, but failed in a timing run ({}); its output cannot be relied on", failure.reason), true);
                    return self.settle(
                        version,
                        parent,
                        evaluation,
                        None,
                        None,
                        Some((voided, failure.reason)),
                    );
                }
                Err(error) => return self.judge_failed(version, error),
            }
        }
        self.settle(
            version,
            parent,
            evaluation,
            comparison,
            against_original,
            None,
        );
    }

    async fn compare(
        &mut self,
        candidate: &Subject,
        incumbent: &Subject,
    ) -> Result<Versus, JudgeError> {
        self.stage(Stage::Comparing {
            version: candidate.id,
            against: incumbent.id,
            pairs: 0,
            left_ns: None,
        });
        let passes =
            |s: &Session, id| s.version(id).and_then(|v| v.verdict()) == Some(Verdict::Accepted);
        let original = Some(VersionId(0))
            .filter(|id| *id != incumbent.id && passes(&self.session, *id))
            .and_then(|id| self.subject(id));
        let objective = self
            .session
            .rounds
            .last()
            .map_or(self.session.objective, |r| r.objective);
        let job = Job::Compare {
            candidate: candidate.clone(),
            incumbent: incumbent.clone(),
            original,
            objective,
        };
        match self.work(job).await? {
            Product::Compared(versus) => Ok(*versus),
            _ => Err(JudgeError::Environment(
                "the judge answered another question".into(),
            )),
        }
    }

    /// Says what a version came to and decides about it.
    fn settle(
        &mut self,
        version: VersionId,
        parent: Option<VersionId>,
        evaluation: Evaluation,
        comparison: Option<Comparison>,
        against_original: Option<Comparison>,
        voided: Option<(VersionId, String)>,
    ) {
        let objective = self
            .session
            .rounds
            .last()
            .map_or(self.session.objective, |r| r.objective);
        let (decision, reason) = match voided {
            Some((id, why)) => (
                Decision::Rejected,
                format!("not compared: {id} failed in a timing run ({why})"),
            ),
            None if parent.is_none() && evaluation.verdict.accepted() => (
                Decision::Accepted,
                "the original passes every case: the baseline".into(),
            ),
            None => decide(&evaluation, comparison.as_ref(), objective),
        };
        let incumbent = if decision == Decision::Accepted {
            Some(version)
        } else {
            self.session.incumbent
        };
        self.emit(Event::VersionEvaluated {
            version,
            parent,
            verdict: evaluation.verdict,
            figures: evaluation.figures,
            evaluation,
            comparison,
            against_original,
        });
        self.emit(Event::Decided {
            version,
            decision,
            incumbent,
            by_hand: false,
            taken_back: false,
            reason,
        });
    }

    fn judge_failed(&mut self, version: VersionId, error: JudgeError) {
        match error {
            JudgeError::Stopped => self.note(format!("{version} was not measured: stopped"), false),
            other => {
                self.note(format!("{version} was not measured: {other}"), true);
                self.halted = true;
                self.dead_end = Some("environment");
            }
        }
    }

    pub(super) fn subject(&self, id: VersionId) -> Option<Subject> {
        self.session.version(id).map(|v| Subject {
            id,
            source: v.source.clone(),
            evaluation: v.evaluation.clone(),
        })
    }

    /// Gives a job to the judge and passes its news on until it is done; commands are heard meanwhile.
    pub(super) async fn work(&mut self, job: Job) -> Result<Product, JudgeError> {
        self.hands.give(job);
        self.hands.control.pause(self.paused);
        loop {
            let deadline = self.deadline;
            tokio::select! {
                biased;
                command = self.commands.recv() => self.command(command),
                news = self.hands.news.recv() => match news {
                    Some(News::Progress(version, progress)) => self.progress(version, progress),
                    Some(News::Done(result)) => return result,
                    None => return Err(JudgeError::Environment("the judge's thread has ended".into())),
                },
                () = until(deadline), if self.interrupt.is_none() => self.interrupt = Some(Interrupt::Deadline),
            }
            if self.interrupt.is_some() {
                self.hands.control.stop();
            }
        }
    }

    fn progress(&mut self, version: VersionId, progress: Progress) {
        // A look is durable, and confirming is a stage of its own; the rest is only shown.
        match &progress {
            Progress::Looked { look, metric } => {
                let against = self.session.incumbent.unwrap_or_default();
                self.emit(Event::LookTaken {
                    version,
                    against,
                    metric: *metric,
                    look: *look,
                });
            }
            Progress::Paired {
                confirming: true, ..
            } if !matches!(self.session.stage, Stage::Confirming { .. }) => {
                let against = self.session.incumbent.unwrap_or_default();
                self.stage(Stage::Confirming {
                    version,
                    against,
                    pairs: 0,
                });
            }
            _ => {}
        }
        self.emit(Event::Progressed { version, progress });
    }

    /// A pause between two acts of a demo; nothing in real work. Commands are heard meanwhile.
    pub(super) async fn breathe(&mut self, times: u32) {
        let mut left = self.setup.breath * times;
        while self.interrupt.is_none() && (!left.is_zero() || self.paused) {
            let began = Instant::now();
            tokio::select! {
                command = self.commands.recv() => self.command(command),
                () = tokio::time::sleep(left), if !self.paused => return,
            }
            if !self.paused {
                left = left.saturating_sub(began.elapsed());
            }
        }
    }

    /// Waits for the developer.
    async fn wait(&mut self) {
        if self.session.finished.is_none() && self.session.stage != Stage::Waiting {
            self.stage(Stage::Waiting);
        }
        loop {
            let idle = self.outlet.flush();
            tokio::select! {
                command = self.commands.recv() => return self.command(command),
                () = tokio::time::sleep(Duration::from_millis(20)), if !idle => {}
            }
        }
    }

    /// The next command while something else is on its way (a stream).
    pub(super) async fn heard(&mut self) {
        let command = self.commands.recv().await;
        self.command(command);
    }

    /// The moment at which the time for the whole session is up.
    pub(super) async fn time_is_up(deadline: Option<Instant>) {
        until(deadline).await;
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    pub(super) fn is_paused(&self) -> bool {
        self.paused
    }

    fn take_interrupt(&mut self) {
        match self.interrupt.take() {
            Some(Interrupt::Stop) => self.halted = true,
            Some(Interrupt::Retry) => self.asked_for = self.asked_for.max(1),
            Some(Interrupt::Quit) => self.quit = true,
            Some(Interrupt::Deadline) | None => {}
        }
    }

    /// Does what the developer asks. Nobody at the other end means: end in good order.
    fn command(&mut self, command: Option<Command>) {
        let busy = !matches!(self.session.stage, Stage::Waiting | Stage::Finished);
        match command {
            None | Some(Command::Quit) => {
                self.quit = true;
                self.interrupt = Some(Interrupt::Quit);
            }
            Some(Command::Stop) if busy => self.interrupt = Some(Interrupt::Stop),
            Some(Command::Stop) => {}
            Some(Command::Retry) => {
                self.unpause();
                if busy {
                    self.interrupt = Some(Interrupt::Retry)
                } else {
                    self.asked_for += 1
                }
            }
            Some(Command::NextRound) => {
                self.unpause();
                if self.dead_end.is_some_and(|r| r != "tape_ended") {
                    self.dead_end = None;
                }
                self.asked_for += 1;
            }
            Some(Command::Pause(held)) => self.pause(held),
            Some(Command::Hint(text)) => self.emit(Event::Steered {
                steer: Steer::Hint { text },
            }),
            Some(Command::Objective(objective)) => self.emit(Event::Steered {
                steer: Steer::Objective { objective },
            }),
            Some(Command::Parent(version)) => self.choose_parent(version),
            Some(Command::Model(model)) => self.change_model(model),
            Some(Command::Mode(mode)) => {
                self.halted = false;
                self.emit(Event::Steered {
                    steer: Steer::Mode { mode },
                });
            }
            Some(Command::Goal(goal)) => self.change_goal(goal),
            Some(Command::HandEdit { parent, text }) => {
                if text.trim().is_empty() {
                    self.note("an empty version is not measured".into(), true);
                } else {
                    self.edits.push_back((parent, text));
                }
            }
            Some(Command::Accept(version)) => self.accept(version),
            Some(Command::Reject(version)) => self.reject(version),
            Some(Command::Undo) => self.undo(),
            Some(Command::Pin(version, pinned)) => self.emit(Event::Steered {
                steer: Steer::Pin { version, pinned },
            }),
            Some(Command::Annotate(version, note)) => self.emit(Event::Steered {
                steer: Steer::Annotate { version, note },
            }),
        }
    }

    fn unpause(&mut self) {
        if self.paused {
            self.pause(false);
        }
    }

    fn pause(&mut self, held: bool) {
        if self.paused == held {
            return;
        }
        self.paused = held;
        self.hands.control.pause(held);
        self.setup.provider.hold(held);
        if held {
            let before = self.session.stage.clone();
            self.stage(Stage::Paused);
            self.before_pause = Some(before);
        } else if let Some(stage) = self.before_pause.take() {
            self.stage(stage);
        }
    }

    fn choose_parent(&mut self, version: Option<VersionId>) {
        if version.is_some_and(|id| self.session.version(id).is_none()) {
            return self.note("there is no such version to go on from".into(), true);
        }
        self.emit(Event::Steered {
            steer: Steer::Parent { version },
        });
    }

    fn change_model(&mut self, model: String) {
        match self.setup.provider.with_model(&model) {
            Some(provider) => {
                self.setup.provider = provider;
                self.dead_end = None;
                self.failures = 0;
                self.emit(Event::Steered {
                    steer: Steer::Model { model },
                });
            }
            None => self.note(
                format!(
                    "`{}` cannot be asked for another model",
                    self.setup.provider.name()
                ),
                true,
            ),
        }
    }

    fn change_goal(&mut self, goal: Goal) {
        self.deadline = goal.time_ns.map(|t| Instant::now() + Duration::from(t));
        self.emit(Event::Steered {
            steer: Steer::Goal { goal },
        });
    }

    fn accept(&mut self, version: VersionId) {
        match self.session.version(version).and_then(|v| v.verdict()) {
            Some(Verdict::Accepted) => self.decide_by_hand(
                version,
                Decision::Accepted,
                Some(version),
                "chosen by hand".into(),
            ),
            Some(other) => self.note(
                format!("{version} cannot be the incumbent: {}", other.in_words()),
                true,
            ),
            None => self.note(format!("{version} is not measured yet"), true),
        }
    }

    fn reject(&mut self, version: VersionId) {
        let heir = if self.session.incumbent == Some(version) {
            brief::heir(&self.session, version)
        } else {
            self.session.incumbent
        };
        self.decide_by_hand(version, Decision::Rejected, heir, "rejected by hand".into());
    }

    fn undo(&mut self) {
        match brief::undoable(&self.session) {
            Some(last) => {
                let decision = if last.decision == Decision::Accepted {
                    Decision::Rejected
                } else {
                    Decision::Accepted
                };
                let (version, incumbent) = (last.version, last.before);
                let reason = "the decision was taken back".into();
                self.emit(Event::Decided {
                    version,
                    decision,
                    incumbent,
                    by_hand: true,
                    taken_back: true,
                    reason,
                });
            }
            None => self.note("there is no decision to take back".into(), false),
        }
    }

    fn decide_by_hand(
        &mut self,
        version: VersionId,
        decision: Decision,
        incumbent: Option<VersionId>,
        reason: String,
    ) {
        self.emit(Event::Decided {
            version,
            decision,
            incumbent,
            by_hand: true,
            taken_back: false,
            reason,
        });
    }

    fn finish(&mut self, reason: &str) {
        let best = self.session.best();
        let best_version = best.map(|v| v.id);
        let comparison = best
            .filter(|v| v.id != VersionId(0))
            .and_then(brief::against_original)
            .cloned();
        let session = self.session.id.clone();
        if reason == "time" {
            self.deadline = None;
        }
        self.emit(Event::SessionFinished {
            session,
            best_version,
            comparison,
            reason: reason.into(),
        });
    }

    /// A session that never came to be leaves no folder behind.
    fn forget_if_empty(&mut self) {
        if self.session.task.is_none()
            && let Some(journal) = self.journal.take()
        {
            drop(std::fs::remove_dir_all(journal.folder()));
        }
    }

    pub(super) fn stage(&mut self, stage: Stage) {
        self.emit(Event::StageChanged { stage });
    }

    pub(super) fn note(&mut self, text: String, error: bool) {
        self.emit(Event::Noted { text, error });
    }

    /// Journal first, then the fold, then whoever watches.
    pub(super) fn emit(&mut self, event: Event) {
        let at = jiff::Timestamp::now()
            .round(jiff::Unit::Millisecond)
            .unwrap_or_default();
        let happened = Happened { at, event };
        if let Some(journal) = &mut self.journal
            && let Err(error) = journal.write(&happened)
        {
            // What was shown must have been kept: from here on nothing is, so the loop ends and says why.
            self.journal = None;
            self.interrupt = Some(Interrupt::Stop);
            let text = format!("{error}; the loop stops here, and what came before is kept");
            self.show(Happened {
                at,
                event: Event::Noted { text, error: true },
            });
        }
        self.show(happened);
    }

    fn show(&mut self, happened: Happened) {
        self.session.apply(&happened);
        self.outlet.push(happened);
    }

    /// Lets whoever watches have the last events, for a while.
    async fn drain(&mut self) {
        for _ in 0..100 {
            if self.outlet.flush() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

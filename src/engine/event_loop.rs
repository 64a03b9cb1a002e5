//! The loop itself: which step comes next and what a round is made of. Judging and commands stand in files of their own.
//!
//! Everything that happens goes through [`Loop::emit`]: journal first, then the fold, then the receiver.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use crate::engine::Setup;
use crate::engine::coalescing_sender::CoalescingSender;
use crate::engine::command_inbox::{CommandInbox, LoopInput, SideEvent};
use crate::engine::judge_thread::JudgeThread;
use crate::engine::side_requests::SideQueue;
use crate::measure::judge::JudgeError;
use crate::session::event::{Author, EndReason, Mode, Stage, VersionId};
use crate::session::fold::Version;
use crate::session::journal::JournalError;
use crate::session::{Event, EventRecord, Journal, Session};
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
    pub(super) setup: Setup,
    pub(super) session: Session,
    /// Id of the session, also before its first event.
    pub(super) id: String,
    pub(super) judge_thread: JudgeThread,
    /// Set when work is to be broken off; cleared by the code that reacts to it.
    pub(super) interrupt: Option<Interrupt>,
    pub(super) journal: Option<Journal>,
    pub(super) outlet: CoalescingSender,
    pub(super) commands: CommandInbox,
    pub(super) edits: VecDeque<(VersionId, String)>,
    /// Rounds that were asked for by hand and are still to come.
    pub(super) asked_for: u32,
    /// The developer stopped something: no automatic round until asked for.
    pub(super) halted: bool,
    pub(super) paused: bool,
    pub(super) quit: bool,
    pub(super) deadline: Option<Instant>,
    /// Rounds in a row in which the provider failed.
    pub(super) failures: u32,
    /// Why no further round makes sense, if so.
    pub(super) dead_end: Option<EndReason>,
    /// What the held-out cases were drawn with.
    pub(super) held_out_seed: Option<u32>,
    /// A temperature the developer chose.
    pub(super) temperature: Option<f64>,
    /// The prompt of the next round in the developer's own words.
    pub(super) own_prompt: Option<String>,
    /// The developer wants to see the next prompt before it goes out.
    pub(super) prompt_asked: bool,
    /// What was asked for beside the rounds.
    pub(super) side_queue: SideQueue,
    /// Whether it was said that a limit of money cannot be kept.
    pub(super) cost_told: bool,
    /// How many plans to write back were made.
    pub(super) plans: u32,
    /// Whether this is the session's first sitting.
    began_here: bool,
    /// Fingerprints of versions, by themselves and (`true`) in their files: parsing them for every reply would take long.
    pub(super) fingerprints: HashMap<(VersionId, bool), Option<u64>>,
}

/// What comes next.
enum Step {
    Round,
    Finish(EndReason),
    Wait,
}

impl Loop {
    pub(super) fn new(
        setup: Setup,
        journal: Journal,
        past: Session,
        judge_thread: JudgeThread,
        outlet: CoalescingSender,
        commands: CommandInbox,
    ) -> Self {
        let deadline = setup
            .goal
            .time_ns
            .map(|t| Instant::now() + Duration::from(t));
        // A session that is taken up waits to be told, as it did when it was left.
        let asked_for = u32::from(setup.mode == Mode::Step && past.rounds.is_empty());
        let id = journal
            .folder()
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        Self {
            began_here: past.task.is_none(),
            setup,
            session: past,
            id,
            judge_thread,
            interrupt: None,
            journal: Some(journal),
            outlet,
            commands,
            edits: VecDeque::new(),
            asked_for,
            halted: false,
            paused: false,
            quit: false,
            deadline,
            failures: 0,
            dead_end: None,
            held_out_seed: None,
            temperature: None,
            own_prompt: None,
            prompt_asked: false,
            side_queue: SideQueue::default(),
            cost_told: false,
            plans: 0,
            fingerprints: HashMap::new(),
        }
    }

    /// The whole life of a sitting.
    pub(super) async fn run(mut self) {
        self.stage(Stage::Preparing);
        if let Err(error) = self.open().await {
            self.note(error.to_string(), true);
            self.finish(match error {
                JudgeError::Stopped => EndReason::Stopped,
                JudgeError::Task(_) => EndReason::Task,
                _ => EndReason::Environment,
            });
            self.forget_if_refused();
            self.drain().await;
            return;
        }
        while !self.quit {
            if let Some((parent, text)) = self.edits.pop_front() {
                let over = self.session.finished.is_some();
                self.hand_edit(parent, text).await;
                // What was to break this off must not break off what comes next.
                self.take_interrupt();
                if over {
                    self.stage(Stage::Finished);
                }
                continue;
            }
            if self.aside().await {
                continue;
            }
            self.hold_for_prompt();
            match self.next_step() {
                Step::Round => {
                    // Nothing can be compared with an original that was never measured.
                    self.judge_if_new(VersionId::ORIGINAL).await;
                    if self.interrupt.is_none() {
                        self.round().await;
                    } else {
                        self.asked_for = 0;
                    }
                }
                Step::Finish(reason) => self.finish(reason),
                Step::Wait => self.wait().await,
            }
            self.take_interrupt();
        }
        while let Some(event) = self.commands.drain().await {
            self.emit_beside(event);
        }
        // An edit that was handed over is kept: the next sitting measures it.
        while let Some((parent, text)) = self.edits.pop_front() {
            let known = |v: &Version| *v.source.text == *text;
            if !self.session.versions.iter().any(known) {
                self.create(Some(parent), (0, 0), Author::Hand, text);
            }
        }
        if self.session.finished.is_none() {
            self.finish(EndReason::Stopped);
        }
        self.drain().await;
    }

    fn next_step(&self) -> Step {
        let over = self.session.finished.is_some();
        if self.journal.is_none() {
            return if over {
                Step::Wait
            } else {
                Step::Finish(EndReason::Disk)
            };
        }
        if let Some(reason) = &self.dead_end {
            return if over {
                Step::Wait
            } else {
                Step::Finish(reason.clone())
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
    fn reached(&self) -> Option<EndReason> {
        let goal = &self.session.goal;
        let rounds = u32::try_from(self.session.rounds.len()).unwrap_or(u32::MAX);
        let spent = self.session.usage.prompt_tokens + self.session.usage.reply_tokens;
        // A gain of another figure than what is to become better now reaches nothing.
        let of_this = |v: &&Version| {
            let c = v.original_comparison();
            c.is_none_or(|c| c.metric.objective() == self.session.objective)
        };
        let best = self.session.best().filter(of_this);
        let gain = best.and_then(|v| v.gain_over_original());
        if goal
            .gain
            .zip(gain)
            .is_some_and(|(wanted, (_, low, _))| low >= wanted)
        {
            Some(EndReason::Goal)
        } else if self.deadline.is_some_and(|d| Instant::now() >= d) {
            Some(EndReason::Time)
        } else if goal.tokens.is_some_and(|most| spent >= most) {
            Some(EndReason::Tokens)
        } else if goal
            .cost
            .is_some_and(|most| self.session.bill.most() >= most)
        {
            Some(EndReason::Cost)
        } else if rounds >= self.session.last_round() {
            Some(EndReason::Rounds)
        } else {
            None
        }
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
            let same = same.id;
            if !self.judge_if_new(same).await {
                self.note(
                    format!("that is {same} as it stands; nothing to measure"),
                    false,
                );
            }
            return;
        }
        let version = self.create(Some(parent), (0, 0), Author::Hand, text);
        self.judge(version).await;
    }

    /// Measures a version that was stopped before it had a verdict; whether it did.
    pub(super) async fn judge_if_new(&mut self, version: VersionId) -> bool {
        let unmeasured = self
            .session
            .version(version)
            .is_some_and(|v| v.evaluation.is_none() && !v.source.text.trim().is_empty());
        if unmeasured {
            self.judge(version).await;
        }
        unmeasured
    }

    /// A version of a round's reply (round and number of the reply; zeros outside rounds).
    pub(super) fn create(
        &mut self,
        parent: Option<VersionId>,
        (round, candidate): (u32, u32),
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
            candidate,
            author,
            source,
        });
        version
    }

    /// A pause between two acts of a demo; nothing in real work. Commands are heard meanwhile.
    pub(super) async fn demo_pause(&mut self, times: u32) {
        let mut left = self.setup.demo_pause * times;
        while self.interrupt.is_none() && (!left.is_zero() || self.paused) {
            let began = Instant::now();
            tokio::select! {
                heard = self.commands.recv() => self.hear(heard),
                () = tokio::time::sleep(left), if !self.paused => return,
            }
            if !self.paused {
                left = left.saturating_sub(began.elapsed());
            }
        }
    }

    /// Waits for the developer.
    pub(super) async fn wait(&mut self) {
        if self.session.finished.is_none() && self.session.stage != Stage::Waiting {
            self.stage(Stage::Waiting);
        }
        self.offer_prompt();
        loop {
            let idle = self.outlet.flush();
            tokio::select! {
                heard = self.commands.recv() => return self.hear(heard),
                () = tokio::time::sleep(Duration::from_millis(20)), if !idle => {}
            }
        }
    }

    /// Handles what arrived.
    pub(super) fn hear(&mut self, heard: LoopInput) {
        match heard {
            LoopInput::Command(command) => self.command(command),
            LoopInput::Event(event) => self.emit_beside(event),
        }
    }

    fn emit_beside(&mut self, SideEvent { event, recorded }: SideEvent) {
        self.emit(*event);
        if let Some(recorded) = recorded.filter(|_| self.journal.is_some()) {
            let _ = recorded.send(());
        }
    }

    /// The next command while something else is on its way (a stream).
    pub(super) async fn heard(&mut self) {
        let heard = self.commands.recv().await;
        self.hear(heard);
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

    fn finish(&mut self, reason: EndReason) {
        let best = self.session.best();
        let best_version = best.map(|v| v.id);
        let comparison = best
            .filter(|v| !v.id.is_original())
            .and_then(Version::original_comparison)
            .cloned();
        let flags = best
            .filter(|v| !v.id.is_original())
            .map_or_else(Vec::new, |v| v.flags().to_vec());
        let session = self.session.id.clone();
        if reason == EndReason::Time {
            self.deadline = None;
        }
        self.emit(Event::SessionFinished {
            session,
            best_version,
            comparison,
            flags,
            reason,
        });
    }

    /// A session that never started leaves no folder behind, nor does one whose task was refused before anything was tried.
    fn forget_if_refused(&mut self) {
        let refused = self.began_here && self.session.was_refused();
        if (refused || self.session.task.is_none())
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

    /// Journal first, then the fold, then the receiver.
    pub(super) fn emit(&mut self, event: Event) {
        let at = jiff::Timestamp::now()
            .round(jiff::Unit::Millisecond)
            .unwrap_or_default();
        let entry = EventRecord { at, event };
        if let Some(journal) = &mut self.journal
            && let Err(error) = journal.write(&entry)
        {
            // Whatever is shown must also be kept. From here on nothing can be, so the loop ends and says why.
            self.journal = None;
            self.interrupt = Some(Interrupt::Stop);
            let text = match error {
                JournalError::Gone(_) => format!("{error}; the loop stops here"),
                _ => format!("{error}; the loop stops here, and what came before is kept"),
            };
            self.show(EventRecord {
                at,
                event: Event::Noted { text, error: true },
            });
        }
        self.show(entry);
    }

    fn show(&mut self, entry: EventRecord) {
        self.session.apply(&entry);
        self.outlet.push(entry);
    }

    /// Waits up to two seconds for the receiver to take the last events.
    async fn drain(&mut self) {
        for _ in 0..100 {
            if self.outlet.flush() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

pub(super) async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

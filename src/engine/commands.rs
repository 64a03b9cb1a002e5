//! What the developer's commands do to the loop. Nothing here waits: a command changes what comes next, or breaks off what is on.

use std::time::Duration;

use tokio::time::Instant;

use crate::engine::event_loop::{Interrupt, Loop};
use crate::engine::{Command, queries};
use crate::measure::Verdict;
use crate::session::Event;
use crate::session::event::{Decision, EndReason, Goal, Stage, Steer, VersionId};
use crate::task::held_out;

impl Loop {
    pub(super) fn take_interrupt(&mut self) {
        match self.interrupt.take() {
            Some(Interrupt::Stop) => self.halted = true,
            Some(Interrupt::Retry) => self.asked_for = self.asked_for.max(1),
            Some(Interrupt::Quit) => self.quit = true,
            Some(Interrupt::Deadline) | None => {}
        }
    }

    /// Does what the developer asks. Nobody at the other end means: end in good order.
    pub(super) fn command(&mut self, command: Option<Command>) {
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
            Some(Command::NextRound) => self.ask_for_round(),
            Some(Command::Pause(held)) => self.pause(held),
            Some(Command::Hint(text)) => {
                if let Some(case) = held_out::quoted_by(&self.setup.task, &text) {
                    self.note(
                        format!("the hint quotes case {case}, which is held out: the model will see that part of it"),
                        false,
                    );
                }
                self.emit(Event::Steered {
                    steer: Steer::Hint { text },
                });
            }
            Some(Command::Objective(objective)) => self.emit(Event::Steered {
                steer: Steer::Objective { objective },
            }),
            Some(Command::Parent(version)) => self.choose_parent(version),
            Some(Command::Model(model)) => self.change_model(model),
            Some(Command::Candidates(candidates)) => self.choose_candidates(candidates),
            Some(Command::Temperature(temperature)) => self.choose_temperature(temperature),
            Some(Command::Prepare) => self.prepare(),
            Some(Command::SendPrompt(prompt)) => self.send_prompt(prompt),
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
            Some(Command::SideRequest(aside)) => self.wish(aside),
            Some(Command::Write(wish)) => self.write_back(wish),
            Some(Command::Annotate(version, note)) => self.emit(Event::Steered {
                steer: Steer::Annotate { version, note },
            }),
        }
    }

    /// One more round, whatever the mode says.
    pub(super) fn ask_for_round(&mut self) {
        self.unpause();
        if self
            .dead_end
            .as_ref()
            .is_some_and(|r| *r != EndReason::TapeEnded)
        {
            self.dead_end = None;
        }
        self.prompt_asked = false;
        self.asked_for += 1;
    }

    pub(super) fn unpause(&mut self) {
        if self.paused {
            self.pause(false);
        }
    }

    pub(super) fn pause(&mut self, held: bool) {
        if self.paused == held {
            return;
        }
        self.paused = held;
        self.judge_thread.cancel.pause(held);
        self.setup.provider.hold(held);
        if held {
            self.stage(Stage::Paused);
        } else {
            // The stage that was paused is shown again, as far as it has come meanwhile.
            let stage = self.session.stage.clone();
            self.stage(stage);
        }
    }

    pub(super) fn choose_parent(&mut self, version: Option<VersionId>) {
        if version.is_some_and(|id| self.session.version(id).is_none()) {
            return self.note("there is no such version to go on from".into(), true);
        }
        self.emit(Event::Steered {
            steer: Steer::Parent { version },
        });
    }

    pub(super) fn change_model(&mut self, model: String) {
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

    pub(super) fn change_goal(&mut self, goal: Goal) {
        self.deadline = goal.time_ns.map(|t| Instant::now() + Duration::from(t));
        self.emit(Event::Steered {
            steer: Steer::Goal { goal },
        });
    }

    pub(super) fn accept(&mut self, version: VersionId) {
        let known = self.session.version(version);
        let words = known.map_or("not measured", |v| v.verdict_in_words());
        match known.and_then(|v| v.verdict()) {
            Some(Verdict::Accepted) => self.decide_by_hand(
                version,
                Decision::Accepted,
                Some(version),
                "chosen by hand".into(),
            ),
            Some(_) => self.note(
                format!("{version} cannot be the best version: {words}"),
                true,
            ),
            None => self.note(format!("{version} is not measured yet"), true),
        }
    }

    pub(super) fn reject(&mut self, version: VersionId) {
        let heir = if self.session.incumbent == Some(version) {
            queries::heir(&self.session, version)
        } else {
            self.session.incumbent
        };
        self.decide_by_hand(version, Decision::Rejected, heir, "rejected by hand".into());
    }

    pub(super) fn undo(&mut self) {
        match self.session.undoable() {
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
                    flagged: false,
                    reason,
                });
            }
            None => self.note("there is no decision to take back".into(), false),
        }
    }

    pub(super) fn decide_by_hand(
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
            flagged: false,
            reason,
        });
    }
}

//! The course of the fabricated session: its start, its rounds, its replies.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::figures::{SHAPES, comparison, guards};
use super::{Moment, ORIGINAL, REPLIES, STATEMENT};
use crate::base::units::Nanos;
use crate::measure::{Failure, Progress, Verdict};
use crate::session::event::{
    Decision, EndReason, Event, EventRecord, Finish, Goal, Machine, Mode, Origin, Stage,
    TaskRecord, Usage, VersionId,
};
use crate::task::Objective;

/// Makes the events one by one, at fixed times and with fixed chances.
pub(super) struct Maker {
    pub(super) now: Timestamp,
    pub(super) chance: u64,
    pub(super) events: Vec<EventRecord>,
    pub(super) marks: Vec<(Moment, usize)>,
    pub(super) incumbent: VersionId,
}

impl Maker {
    pub(super) fn new() -> Self {
        let now = "2026-05-04T09:30:00Z".parse().unwrap_or_default();
        Self {
            now,
            chance: 7,
            events: Vec::new(),
            marks: Vec::new(),
            incumbent: VersionId::ORIGINAL,
        }
    }

    pub(super) fn say(&mut self, after_ms: u64, event: Event) {
        self.now += SignedDuration::from_millis(i64::try_from(after_ms).unwrap_or(0));
        self.events.push(EventRecord {
            at: self.now,
            event,
        });
    }

    pub(super) fn mark(&mut self, moment: Moment) {
        self.marks.push((moment, self.events.len()));
    }

    /// Evenly distributed in 0..1, the same on every machine.
    pub(super) fn chance(&mut self) -> f64 {
        self.chance = self
            .chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.chance >> 33) as f64 / (1u64 << 31) as f64
    }

    pub(super) fn noise(&mut self) -> f64 {
        (0..4).map(|_| self.chance() - 0.5).sum::<f64>()
    }

    pub(super) fn make(mut self) -> Self {
        self.start();
        for round in 1..=5u32 {
            self.round(round);
        }
        let comparison = Some(comparison(
            &mut self,
            VersionId(5),
            VersionId::ORIGINAL,
            12,
            true,
        ));
        self.say(
            400,
            Event::SessionFinished {
                session: "20260504-093000-pairs".into(),
                best_version: Some(VersionId(5)),
                comparison,
                flags: Vec::new(),
                reason: EndReason::Rounds,
            },
        );
        self.mark(Moment::Finished);
        self
    }

    pub(super) fn start(&mut self) {
        let cases = (1..=7).map(|i| (format!("{i:02}"), 900 * i * i)).collect();
        self.say(
            0,
            Event::SessionStarted {
                session: "20260504-093000-pairs".into(),
                task: TaskRecord {
                    name: "pairs".into(),
                    title: "Count the pairs with a given sum".into(),
                    statement: Arc::from(STATEMENT),
                    language: "python".into(),
                    toolchain: "Python 3.12.3".into(),
                    objective: Objective::Time,
                    ok_status: Vec::new(),
                    cases,
                    held_out: vec!["03".into(), "06".into()],
                    held_out_seed: Some(7),
                    judged_by: Vec::new(),
                    origin: Origin::Bundled {
                        name: "pairs".into(),
                    },
                },
                machine: Machine {
                    cpu: "A fabricated processor".into(),
                    cores: 2,
                    memory_bytes: 8 << 30,
                    system: "Linux 6.18".into(),
                },
                guards: guards(),
                model: "tape of qwen2.5-coder".into(),
                mode: Mode::Auto,
                terms: crate::session::event::Terms::default(),
                goal: Goal {
                    rounds: 5,
                    ..Goal::default()
                },
                strict: false,
                reached_by: Default::default(),
            },
        );
        self.version(0, None, 0, ORIGINAL);
        self.check(0, None);
        let evaluation = self.evaluation(0, None);
        self.evaluated(0, None, evaluation, None, None);
        self.decide(
            0,
            Decision::Accepted,
            "it is the original and passes every case",
        );
    }

    pub(super) fn round(&mut self, round: u32) {
        let parent = self.incumbent;
        self.say(
            500,
            Event::RoundStarted {
                round,
                parent,
                objective: Objective::Time,
                hint: String::new(),
                candidates: 1,
            },
        );
        let prompt = format!(
            "Make this program faster (less time) without changing what it prints.\n\n# The task\n{STATEMENT}\n\n# The code\n```python\n{}```\n\nIt passes 7 of 7 cases and takes {} for all of them.\n",
            if parent.0 == 0 {
                ORIGINAL
            } else {
                REPLIES[parent.0 as usize - 1].1
            },
            Nanos::from_seconds(SHAPES[parent.0 as usize].seconds)
        );
        self.say(
            10,
            Event::PromptSent {
                round,
                candidate: 0,
                edited: false,
                model: "qwen2.5-coder".into(),
                prompt: prompt.into(),
            },
        );
        if round == 1 {
            self.mark(Moment::Asking);
        }
        let (words, code, reasoning) = REPLIES[round as usize - 1];
        self.reply(round, words, code, reasoning);
        self.version(round, Some(parent), round, code);
        match round {
            1 => {
                let failure = Failure {
                    held_out: false,
                    misfit: false,
                    case: Some("04".into()),
                    reason: "line 1 differs".into(),
                    input: "400 -3\n7 7 -10 4 -7 7 0 -3 1 7 -10 7 …".into(),
                    expected: "3911".into(),
                    got: "1955".into(),
                    stderr: String::new(),
                    hint: None,
                };
                self.fail(
                    round,
                    Verdict::WrongAnswer,
                    failure,
                    "wrong answer on case 04",
                );
                self.mark(Moment::Failed);
            }
            3 => {
                let failure = Failure {
                    held_out: false,
                    case: Some("01".into()),
                    reason: "exit status 1".into(),
                    input: "60 12\n3 9 6 6 …".into(),
                    stderr: "Traceback (most recent call last):\n  File \"/prog/solution.py\", line 5, in <module>\n    numbers = list(map(int, data[2:n]))\nNameError: name 'n' is not defined".into(),
                    ..Failure::default()
                };
                self.fail(
                    round,
                    Verdict::RuntimeError,
                    failure,
                    "runtime error on case 01",
                );
            }
            _ => self.win_or_not(round),
        }
    }

    pub(super) fn win_or_not(&mut self, round: u32) {
        let (candidate, against) = (VersionId(round), self.incumbent);
        self.check(round, None);
        if round == 2 {
            self.mark(Moment::Checking);
            self.marks.last_mut().map(|m| m.1 -= 12).unwrap_or_default();
        }
        self.say(
            20,
            Event::StageChanged {
                stage: Stage::Comparing {
                    version: candidate,
                    against,
                    pairs: 0,
                    left_ns: Some(Nanos(8_000_000_000)),
                },
            },
        );
        self.say(
            10,
            Event::Progressed {
                version: candidate,
                progress: Progress::WarmingUp,
            },
        );
        let looks: &[usize] = if round == 4 {
            &[10, 14, 20, 28, 40, 60]
        } else {
            &[10, 14]
        };
        self.pairs(round, against.0, looks, false);
        if round == 4 {
            let c = comparison(self, candidate, against, 60, false);
            let evaluation = self.evaluation(round, None);
            self.evaluated(round, Some(against), evaluation, Some(c), None);
            self.decide(
                round,
                Decision::Rejected,
                "no difference: the interval lies within ±2.5 %",
            );
            self.mark(Moment::NoDifference);
            return;
        }
        self.say(
            20,
            Event::StageChanged {
                stage: Stage::Confirming {
                    version: candidate,
                    against,
                    pairs: 0,
                },
            },
        );
        self.pairs(round, against.0, &[12], true);
        let c = comparison(self, candidate, against, 12, true);
        let original =
            (against.0 != 0).then(|| comparison(self, candidate, VersionId::ORIGINAL, 12, true));
        let evaluation = self.evaluation(round, None);
        self.evaluated(round, Some(against), evaluation, Some(c), original);
        let words = if round == 2 {
            "faster than v0, confirmed on fresh runs"
        } else {
            "faster than v2, confirmed on fresh runs"
        };
        self.decide(round, Decision::Accepted, words);
    }

    pub(super) fn fail(&mut self, round: u32, verdict: Verdict, failure: Failure, why: &str) {
        self.check(round, Some(&failure));
        let evaluation = self.evaluation(round, Some((verdict, failure)));
        let parent = self.incumbent;
        self.evaluated(round, Some(parent), evaluation, None, None);
        self.decide(round, Decision::Rejected, why);
    }

    pub(super) fn reply(&mut self, round: u32, words: &str, code: &str, reasoning: &str) {
        let text = format!("{words}\n\n```python\n{code}```\n");
        let mut wait = 700;
        let pieces = |text: &str| {
            text.split_inclusive([' ', '\n'])
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        for piece in pieces(reasoning) {
            self.say(
                wait,
                Event::ReplyDelta {
                    round,
                    candidate: 0,
                    reasoning: true,
                    text: piece,
                },
            );
            wait = 18;
        }
        let all = pieces(&text);
        let half = all.len() * 7 / 10;
        let (mut at, mut chunks) = (0, Vec::new());
        for (n, piece) in all.into_iter().enumerate() {
            at += piece.len();
            chunks.push((n as u64 * 22, at));
            self.say(
                wait,
                Event::ReplyDelta {
                    round,
                    candidate: 0,
                    reasoning: false,
                    text: piece,
                },
            );
            wait = 22;
            if round == 2 && n == half {
                self.mark(Moment::Streaming);
            }
        }
        let usage = Usage {
            prompt_tokens: 900 + 130 * u64::from(round),
            reply_tokens: crate::base::words::estimate_tokens(text.len()),
            counted: true,
            cost: None,
        };
        self.say(
            30,
            Event::ReplyEnded {
                round,
                candidate: 0,
                model: "qwen2.5-coder".into(),
                text: text.into(),
                reasoning: reasoning.into(),
                chunks,
                usage,
                finish: Finish::Stop,
                error: String::new(),
            },
        );
    }
}

//! A fabricated session for pictures, snapshots and benches: fixed times, fixed figures, every kind of moment.
//!
//! Nothing in it was measured, and nothing in the program proper shows it.

mod figures;

pub use figures::guards;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use self::figures::{SHAPES, case_result, comparison, look};
use crate::measure::{
    CaseResult, Comparison, Evaluation, Failure, Figures, Metric, Progress, Verdict,
};
use crate::sandbox::MemorySource;
use crate::session::Session;
use crate::session::event::{
    Author, Decision, Event, Finish, Goal, Happened, Machine, Mode, Origin, Stage, TaskRecord,
    Usage, VersionId,
};
use crate::task::{Objective, Source};
use crate::tui::Link;
use crate::units::Nanos;

/// A moment of the fabricated session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The first prompt was sent, nothing came yet.
    Asking,
    /// Half of the second reply is there.
    Streaming,
    /// The cases of v2 are being checked.
    Checking,
    /// v1 has failed.
    Failed,
    /// v2 is being compared with v0.
    Comparing,
    /// v2's win is being measured again.
    Confirming,
    /// v4 came out as no different.
    NoDifference,
    /// All is over.
    Finished,
}

const ORIGINAL: &str = include_str!("v0.py");
const STATEMENT: &str = include_str!("statement.md");
const REPLIES: &[(&str, &str, &str)] = &[
    (
        "Sorting lets two indices walk towards each other, so every element is seen once.",
        include_str!("v1.py"),
        "",
    ),
    (
        "Counting each value once makes the pass linear: for every `v` the partners are all earlier `target - v`.",
        include_str!("v2.py"),
        "The nested loop compares every pair, that is n²/2 steps. What matters is only how often each value was seen before. A dictionary answers that in one look-up.",
    ),
    (
        "Reading all of the input at once should save the time of many small reads.",
        include_str!("v3.py"),
        "",
    ),
    (
        "`Counter` does the same counting in C.",
        include_str!("v4.py"),
        "",
    ),
    (
        "Reading bytes in one go and mapping them through `int` leaves the interpreter one tight loop.",
        include_str!("v5.py"),
        "",
    ),
];

/// All events of the fabricated session, with moments marked.
#[must_use]
pub fn events() -> Vec<Happened> {
    Maker::new().make().events
}

/// The session as it was at a moment.
#[must_use]
pub fn session(moment: Moment) -> Session {
    let maker = Maker::new().make();
    let end = maker
        .marks
        .iter()
        .find(|(m, _)| *m == moment)
        .map_or(maker.events.len(), |(_, at)| *at);
    Session::of(&maker.events[..end])
}

/// Plays the fabricated session in real time (`speed` times faster), as an engine would.
#[must_use]
pub fn play(speed: f64) -> Link {
    let (out, events) = std::sync::mpsc::sync_channel(1024);
    let all = self::events();
    let player = move || {
        let mut before = all.first().map(|h| h.at).unwrap_or_default();
        for happened in all {
            let gap = happened.at.duration_since(before).as_secs_f64() / speed;
            before = happened.at;
            std::thread::sleep(Duration::from_secs_f64(gap.max(0.0)));
            if out
                .send(Happened {
                    at: Timestamp::now(),
                    event: happened.event,
                })
                .is_err()
            {
                return;
            }
        }
        // The loop stays open until the screen lets go of it.
        while out
            .send(Happened {
                at: Timestamp::now(),
                event: Event::StageChanged {
                    stage: Stage::Finished,
                },
            })
            .is_ok()
        {
            std::thread::sleep(Duration::from_secs(1));
        }
    };
    drop(
        std::thread::Builder::new()
            .name("sample".into())
            .spawn(player),
    );
    Link {
        events,
        send: Box::new(|_| {}),
    }
}

struct Maker {
    now: Timestamp,
    chance: u64,
    events: Vec<Happened>,
    marks: Vec<(Moment, usize)>,
    incumbent: VersionId,
}

impl Maker {
    fn new() -> Self {
        let now = "2026-05-04T09:30:00Z".parse().unwrap_or_default();
        Self {
            now,
            chance: 7,
            events: Vec::new(),
            marks: Vec::new(),
            incumbent: VersionId(0),
        }
    }

    fn say(&mut self, after_ms: u64, event: Event) {
        self.now += SignedDuration::from_millis(i64::try_from(after_ms).unwrap_or(0));
        self.events.push(Happened {
            at: self.now,
            event,
        });
    }

    fn mark(&mut self, moment: Moment) {
        self.marks.push((moment, self.events.len()));
    }

    /// Evenly distributed in 0..1, the same on every machine.
    fn chance(&mut self) -> f64 {
        self.chance = self
            .chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.chance >> 33) as f64 / (1u64 << 31) as f64
    }

    fn noise(&mut self) -> f64 {
        (0..4).map(|_| self.chance() - 0.5).sum::<f64>()
    }

    fn make(mut self) -> Self {
        self.start();
        for round in 1..=5u32 {
            self.round(round);
        }
        let comparison = Some(comparison(&mut self, VersionId(5), VersionId(0), 12, true));
        self.say(
            400,
            Event::SessionFinished {
                session: "20260504-093000-pairs".into(),
                best_version: Some(VersionId(5)),
                comparison,
                flags: Vec::new(),
                reason: "rounds".into(),
            },
        );
        self.mark(Moment::Finished);
        self
    }

    fn start(&mut self) {
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
                    cases,
                    held_out: vec!["03".into(), "06".into()],
                    held_out_seed: Some(7),
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
                goal: Goal {
                    rounds: 5,
                    ..Goal::default()
                },
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

    fn round(&mut self, round: u32) {
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
                    case: "04".into(),
                    reason: "line 1 differs".into(),
                    input: "400 -3\n7 7 -10 4 -7 7 0 -3 1 7 -10 7 …".into(),
                    expected: "3911".into(),
                    got: "1955".into(),
                    stderr: String::new(),
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
                    case: "01".into(),
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

    fn win_or_not(&mut self, round: u32) {
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
            (against.0 != 0).then(|| comparison(self, candidate, VersionId(0), 12, true));
        let evaluation = self.evaluation(round, None);
        self.evaluated(round, Some(against), evaluation, Some(c), original);
        let words = if round == 2 {
            "faster than v0, confirmed on fresh runs"
        } else {
            "faster than v2, confirmed on fresh runs"
        };
        self.decide(round, Decision::Accepted, words);
    }

    fn fail(&mut self, round: u32, verdict: Verdict, failure: Failure, why: &str) {
        self.check(round, Some(&failure));
        let evaluation = self.evaluation(round, Some((verdict, failure)));
        let parent = self.incumbent;
        self.evaluated(round, Some(parent), evaluation, None, None);
        self.decide(round, Decision::Rejected, why);
    }

    fn reply(&mut self, round: u32, words: &str, code: &str, reasoning: &str) {
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
            reply_tokens: text.len() as u64 / 4,
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

    fn version(&mut self, id: u32, parent: Option<VersionId>, round: u32, text: &str) {
        let author = if id == 0 {
            Author::Original
        } else {
            Author::Tape {
                name: "qwen2.5-coder".into(),
            }
        };
        let source = Source {
            file_name: "solution.py".into(),
            text: text.into(),
        };
        self.say(
            5,
            Event::VersionCreated {
                version: VersionId(id),
                parent,
                round,
                candidate: 0,
                author,
                source,
            },
        );
    }

    fn check(&mut self, id: u32, failure: Option<&Failure>) {
        let version = VersionId(id);
        self.say(
            5,
            Event::Progressed {
                version,
                progress: Progress::Building,
            },
        );
        for index in 0..7usize {
            let result = case_result(id, index, failure);
            let case = result.case.clone();
            self.say(
                5,
                Event::Progressed {
                    version,
                    progress: Progress::CaseStarted {
                        index,
                        total: 7,
                        case,
                    },
                },
            );
            for sample in result.trace.iter().step_by(6) {
                self.say(
                    2,
                    Event::Progressed {
                        version,
                        progress: Progress::Sampled { sample: *sample },
                    },
                );
            }
            let failed = !result.verdict.accepted();
            self.say(
                20,
                Event::Progressed {
                    version,
                    progress: Progress::CaseFinished {
                        index,
                        total: 7,
                        result,
                    },
                },
            );
            if failed && id == 3 {
                break;
            }
        }
    }

    fn evaluation(&mut self, id: u32, failed: Option<(Verdict, Failure)>) -> Evaluation {
        let failure = failed.as_ref().map(|f| f.1.clone());
        let count = if id == 3 { 1 } else { 7 };
        let cases: Vec<CaseResult> = (0..count)
            .map(|i| case_result(id, i, failure.as_ref()))
            .collect();
        let figures = cases
            .iter()
            .fold(Figures::default(), |a, c| a.join(c.figures));
        Evaluation {
            files_bytes: crate::units::Bytes(0),
            verdict: failed.map_or(Verdict::Accepted, |f| f.0),
            figures,
            cases,
            cases_total: 7,
            build: None,
            failure,
            flags: Vec::new(),
            floor: Some(Figures {
                wall_ns: Nanos(21_000_000),
                cpu_ns: Nanos(18_000_000),
                peak_bytes: crate::units::Bytes(9_000_000),
                integral_byte_ns: crate::units::ByteNanos(1.5e14),
                reported: None,
            }),
            memory_source: MemorySource::Cgroup,
        }
    }

    fn evaluated(
        &mut self,
        id: u32,
        parent: Option<VersionId>,
        evaluation: Evaluation,
        comparison: Option<Comparison>,
        against_original: Option<Comparison>,
    ) {
        let (verdict, figures) = (evaluation.verdict, evaluation.figures);
        self.say(
            10,
            Event::VersionEvaluated {
                version: VersionId(id),
                parent,
                verdict,
                figures,
                evaluation,
                comparison,
                against_original,
            },
        );
    }

    fn decide(&mut self, id: u32, decision: Decision, reason: &str) {
        if decision == Decision::Accepted {
            self.incumbent = VersionId(id);
        }
        let incumbent = Some(self.incumbent);
        self.say(
            5,
            Event::Decided {
                version: VersionId(id),
                decision,
                incumbent,
                by_hand: false,
                taken_back: false,
                reason: reason.into(),
            },
        );
    }

    fn pairs(&mut self, id: u32, against: u32, looks: &[usize], confirming: bool) {
        let version = VersionId(id);
        let last = looks.last().copied().unwrap_or(0);
        let truth = (SHAPES[against as usize].seconds / SHAPES[id as usize].seconds).ln();
        let noise = crate::measure::Noise {
            level: crate::measure::noise::Level::Quiet,
            ..Default::default()
        };
        let heard = Progress::Heard { noise };
        self.say(
            1,
            Event::Progressed {
                version,
                progress: heard,
            },
        );
        for pair in 1..=last {
            let log_ratio = truth + 0.06 * self.noise();
            let left = if confirming {
                None
            } else {
                Some(Nanos(((last - pair) as u64 + 12) * 380_000_000))
            };
            let progress = Progress::Paired {
                pairs: pair,
                log_ratio,
                incumbent: case_result(against, 6, None).figures,
                candidate: case_result(id, 6, None).figures,
                confirming,
                left_ns: left,
            };
            self.say(150, Event::Progressed { version, progress });
            if looks.contains(&pair) && !confirming {
                let look = look(truth, pair);
                self.say(
                    1,
                    Event::Progressed {
                        version,
                        progress: Progress::Looked {
                            look,
                            metric: Metric::Cpu,
                        },
                    },
                );
                self.say(
                    1,
                    Event::LookTaken {
                        version,
                        against: VersionId(against),
                        metric: Metric::Cpu,
                        look,
                    },
                );
            }
            if id == 2 && pair == 12 && !confirming {
                self.mark(Moment::Comparing);
            }
            if id == 2 && pair == 7 && confirming {
                self.mark(Moment::Confirming);
            }
        }
    }
}

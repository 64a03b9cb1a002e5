//! What is found out about the fabricated versions: cases, pairs, verdicts, decisions.

use super::Moment;
use super::figures::{SHAPES, case_result, look};
use super::maker::Maker;
use crate::base::units::Nanos;
use crate::measure::{
    CaseResult, Comparison, Evaluation, Failure, Figures, Metric, Progress, Verdict,
};
use crate::sandbox::MemorySource;
use crate::session::event::{Author, Decision, Event, VersionId};
use crate::task::Source;

impl Maker {
    pub(super) fn version(&mut self, id: u32, parent: Option<VersionId>, round: u32, text: &str) {
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

    pub(super) fn check(&mut self, id: u32, failure: Option<&Failure>) {
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

    pub(super) fn evaluation(&mut self, id: u32, failed: Option<(Verdict, Failure)>) -> Evaluation {
        let failure = failed.as_ref().map(|f| f.1.clone());
        let count = if id == 3 { 1 } else { 7 };
        let cases: Vec<CaseResult> = (0..count)
            .map(|i| case_result(id, i, failure.as_ref()))
            .collect();
        let figures = cases
            .iter()
            .fold(Figures::default(), |a, c| a.join(c.figures));
        Evaluation {
            files_bytes: crate::base::units::Bytes(0),
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
                peak_bytes: crate::base::units::Bytes(9_000_000),
                integral_byte_ns: crate::base::units::ByteNanos(1.5e14),
                reported: None,
            }),
            memory_source: MemorySource::Cgroup,
        }
    }

    pub(super) fn evaluated(
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

    pub(super) fn decide(&mut self, id: u32, decision: Decision, reason: &str) {
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
                flagged: false,
                reason: reason.into(),
            },
        );
    }

    pub(super) fn pairs(&mut self, id: u32, against: u32, looks: &[usize], confirming: bool) {
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

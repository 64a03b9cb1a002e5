//! Takes in what the judge is doing.

use super::{LivePair, Session};
use crate::measure::{Look, Progress};
use crate::session::ids::VersionId;
use crate::session::stage::Stage;

impl Session {
    /// What the comparison that is on says so far; while a win is confirmed the fresh pairs alone count, and say nothing before
    /// the first look at them.
    #[must_use]
    pub fn latest_look(&self) -> Option<Look> {
        let (look, _) = self.live.look?;
        match self.stage {
            Stage::Confirming { version, .. } => self.fresh_looks(version).last().copied(),
            _ => Some(look),
        }
    }

    /// The looks at fresh pairs, which follow the look that ended the first stage.
    fn fresh_looks(&self, version: VersionId) -> &[Look] {
        let looks = self.version(version).map_or(&[][..], |v| &v.looks);
        let pairs = self.live.pairs.iter();
        let first_stage = pairs.filter(|p| !p.confirming).count();
        let ended = looks.iter().position(|look| look.pairs >= first_stage);
        ended.map_or(&[], |n| &looks[n + 1..])
    }

    pub(super) fn progress(&mut self, version: VersionId, progress: &Progress) {
        if self.live.version.replace(version) != Some(version) {
            // Of several candidates each has pairs of its own.
            self.live.pairs.clear();
            self.live.look = None;
        }
        match progress {
            Progress::Building => {
                self.live.settled = None;
                self.live.cases.clear();
                self.stage = Stage::Building { version };
            }
            Progress::CaseStarted { index, total, case } => {
                self.live.settled = None;
                self.live.case.clone_from(case);
                self.live.samples.clear();
                self.stage = Stage::Checking {
                    version,
                    done: *index,
                    total: *total,
                };
            }
            Progress::Sampled { sample } => self.live.samples.push(*sample),
            Progress::CaseFinished {
                index,
                total,
                result,
            } => {
                if !result.trace.is_empty() {
                    self.live.samples.clone_from(&result.trace);
                }
                self.live.cases.retain(|c| c.case != result.case);
                self.live.cases.push(result.clone());
                self.stage = Stage::Checking {
                    version,
                    done: index + 1,
                    total: *total,
                };
            }
            Progress::WarmingUp => {
                self.live.settled = None;
                self.live.pairs.clear();
                self.live.look = None;
                self.live.left_ns = None;
                if let Some(v) = self.version_mut(version) {
                    v.looks.clear();
                }
            }
            Progress::Paired {
                pairs,
                log_ratio,
                incumbent,
                candidate,
                confirming,
                left_ns,
            } => {
                self.live.pairs.push(LivePair {
                    log_ratio: *log_ratio,
                    incumbent: *incumbent,
                    candidate: *candidate,
                    confirming: *confirming,
                });
                self.live.left_ns = *left_ns;
                match &mut self.stage {
                    Stage::Comparing {
                        pairs: p,
                        left_ns: l,
                        ..
                    } => {
                        *p = *pairs;
                        *l = *left_ns;
                    }
                    Stage::Confirming { pairs: p, .. } => *p = *pairs,
                    _ => {}
                }
            }
            Progress::Estimated { look, metric } | Progress::Looked { look, metric } => {
                self.live.look = Some((*look, *metric))
            }
            Progress::Heard { noise } => self.live.noise = Some(*noise),
            // The engine says it in a note. What was left was left of another time.
            Progress::BeyondBudget { .. } => {
                self.live.left_ns = None;
                if let Stage::Comparing { left_ns, .. } = &mut self.stage {
                    *left_ns = None;
                }
            }
        }
    }
}

//! The part of the fold that handles cases: added ones, single runs, and reference solutions.

use super::{Session, Version};
use crate::base::units::Gain;
use crate::measure::{CaseResult, Comparison, Failure, Metric, Verdict};
use crate::session::cases::{AddedCase, Reference, ReferenceRank, Rerun};
use crate::session::ids::VersionId;

/// Single runs that are kept of a version, over all cases.
const RERUNS: usize = 100;

impl Version {
    /// The comparison with v0: the one measured in its own right, which is the newer one, or that with the incumbent of its
    /// time where v0 was it.
    #[must_use]
    pub fn original_comparison(&self) -> Option<&Comparison> {
        let direct = || self.comparison.as_ref().filter(|c| c.is_with_original());
        self.against_original.as_ref().or_else(direct)
    }

    /// The last single run of a case, if there was one.
    #[must_use]
    pub fn rerun(&self, case: &str) -> Option<&Rerun> {
        self.reruns.iter().rev().find(|r| r.result.case == case)
    }

    /// Whether the verdict on a case has varied from run to run.
    #[must_use]
    pub fn flaky(&self, case: &str) -> bool {
        let Some(evaluation) = &self.evaluation else {
            return false;
        };
        let checked = evaluation.cases.iter().find(|c| c.case == case);
        let Some(verdict) = checked.map(|c| c.verdict) else {
            return false;
        };
        let timed = evaluation
            .failure
            .as_ref()
            .filter(|f| f.case.as_deref() == Some(case));
        let again = self.reruns.iter().map(|r| &r.result);
        let mut again = again.filter(|r| r.case == case);
        (verdict.accepted() && timed.is_some()) || again.any(|r| r.verdict != verdict)
    }
}

impl Version {
    /// Sets aside the comparison with v0 in which something else was timed, and brings back the last one like this.
    fn timed_on(&mut self, only: Option<&str>) {
        let like = |c: &Comparison| c.only.as_deref() == only;
        if self.original_comparison().is_none_or(like) {
            return;
        }
        self.otherwise.extend(self.against_original.take());
        if !self.original_comparison().is_some_and(like) {
            let place = self.otherwise.iter().rposition(like);
            // Where there is none the other one stays, and says so itself, until it is measured anew.
            let place = place.or(self.otherwise.len().checked_sub(1));
            self.against_original = place.map(|at| self.otherwise.remove(at));
        }
    }
}

impl Session {
    /// From now on this case alone is timed, or all are.
    pub(super) fn time_only(&mut self, case: Option<&str>) {
        self.only = case.map(str::to_owned);
        for version in &mut self.versions {
            version.timed_on(case);
        }
    }

    /// A case that was added goes where its kind goes: shown ones before those that are held out.
    pub(super) fn add_case(&mut self, case: &AddedCase) {
        self.added.push(case.clone());
        let Some(task) = &mut self.task else { return };
        let entry = (case.name.clone(), case.input.len() as u64);
        if case.held_out {
            task.held_out.push(case.name.clone());
            task.cases.push(entry);
        } else {
            let held = |(name, _): &(String, u64)| task.held_out.contains(name);
            let at = task.cases.iter().position(held);
            task.cases.insert(at.unwrap_or(task.cases.len()), entry);
        }
    }

    /// An added case is taken back: every version is again what it was without it.
    pub(super) fn withdraw_case(&mut self, name: &str) {
        self.added.retain(|case| case.name != name);
        if self.only.as_deref() == Some(name) {
            self.time_only(None);
        }
        if let Some(task) = &mut self.task {
            task.cases.retain(|(case, _)| case != name);
            task.held_out.retain(|case| case != name);
        }
        let total = self.task.as_ref().map_or(0, |t| t.cases.len());
        let mut others = Vec::new();
        for version in &mut self.versions {
            let checks = std::mem::take(&mut version.checks);
            if let Some(before) = checks.before {
                version.evaluation = Some(*before);
                let of_others = checks.results.into_iter().filter(|r| r.result.case != name);
                others.extend(of_others.map(|r| (version.id, r)));
            }
            if let Some(evaluation) = &mut version.evaluation {
                evaluation.cases.retain(|c| c.case != name);
                evaluation.cases_total = total;
            }
            version.reruns.retain(|r| r.result.case != name);
        }
        for (id, check) in others {
            self.take_check(id, &check.result, check.failure.as_ref());
        }
    }

    /// A version that passed keeps its verdict only if it is right on the added case too.
    pub(super) fn take_check(
        &mut self,
        id: VersionId,
        result: &CaseResult,
        failure: Option<&Failure>,
    ) {
        let Some(task) = self.task.clone() else {
            return;
        };
        let place = |name: &str| task.cases.iter().position(|(n, _)| n == name);
        let Some(version) = self.version_mut(id) else {
            return;
        };
        let original = version.parent.is_none();
        let Some(evaluation) = &mut version.evaluation else {
            return;
        };
        let before = || Box::new(evaluation.clone());
        version.checks.before.get_or_insert_with(before);
        version.checks.results.push(Rerun {
            result: result.clone(),
            failure: failure.cloned(),
        });
        evaluation.cases.retain(|c| c.case != result.case);
        evaluation.cases.push(result.clone());
        evaluation.cases.sort_by_key(|c| place(&c.case));
        evaluation.cases_total = task.cases.len();
        evaluation.figures = evaluation.figures.join(result.figures);
        if !result.verdict.accepted() && evaluation.verdict.accepted() {
            let fitted = task.holds_out(&result.case)
                && !original
                && result.verdict != Verdict::SandboxError;
            evaluation.verdict = if fitted {
                Verdict::Overfitted
            } else {
                result.verdict
            };
            evaluation.failure = failure.cloned();
        }
    }

    pub(super) fn take_rerun(
        &mut self,
        id: VersionId,
        result: &CaseResult,
        failure: Option<&Failure>,
    ) {
        if let Some(version) = self.version_mut(id) {
            version.reruns.push(Rerun {
                result: result.clone(),
                failure: failure.cloned(),
            });
            let over = version.reruns.len().saturating_sub(RERUNS);
            version.reruns.drain(..over);
        }
    }

    pub(super) fn take_reference(
        &mut self,
        name: &str,
        verdict: Verdict,
        comparison: Option<&Comparison>,
    ) {
        self.references.retain(|r| r.name != name);
        self.references.push(Reference {
            name: name.to_owned(),
            verdict,
            comparison: comparison.cloned(),
        });
    }

    /// The versions that pass with the added cases that they have not run on yet, ancestors first.
    #[must_use]
    pub fn unchecked(&self) -> Vec<(VersionId, String)> {
        if self.added.is_empty() {
            return Vec::new();
        }
        let mut missing = Vec::new();
        for version in &self.versions {
            let Some(evaluation) = version.evaluation.as_ref().filter(|e| e.verdict.accepted())
            else {
                continue;
            };
            let run = |name: &str| evaluation.cases.iter().any(|c| c.case == name);
            let names = self.added.iter().map(|c| &c.name).filter(|n| !run(n));
            missing.extend(names.map(|n| (version.id, n.clone())));
        }
        missing
    }

    /// Where a version stands among the reference solutions, as far as both were timed on the same cases by the same
    /// figure; `None` where there is nothing to stand among.
    #[must_use]
    pub fn reference_rank(&self, version: &Version) -> Option<ReferenceRank> {
        let own = version.original_comparison();
        let mut place = ReferenceRank::default();
        for c in self.references.iter().filter_map(|r| r.comparison.as_ref()) {
            // v0 stands at exactly 1.
            let (low, high) = match own {
                Some(o) if o.only == c.only && same_figure(o, c) => (o.low, o.high),
                None if version.id.is_original() => (Gain::ONE, Gain::ONE),
                _ => continue,
            };
            place.of += 1;
            if low > c.high {
                place.ahead_of += 1;
            } else if high >= c.low {
                place.level_with += 1;
            }
        }
        (place.of > 0).then_some(place)
    }
}

impl Session {
    /// `faster than 3 of 4 references, level with 1`, in the word of what the version was timed by.
    #[must_use]
    pub fn rank_in_words(&self, version: &Version) -> Option<String> {
        let rank = self.reference_rank(version)?;
        let own = version.original_comparison();
        let objective = own.map_or(self.objective, |c| c.metric.objective());
        Some(rank.in_words(objective))
    }
}

/// Times are times, by whichever clock; a peak is no time.
fn same_figure(a: &Comparison, b: &Comparison) -> bool {
    let clock = |m| matches!(m, Metric::Wall | Metric::Cpu);
    a.metric == b.metric || (clock(a.metric) && clock(b.metric))
}

//! What a developer asks for beside the rounds: a case is run once more, added, or made the only one that is timed.
//!
//! Requests wait until nothing is measured. What follows from an added case or from another choice of
//! what is timed is worked out from the session alone ([`Session::unchecked`]), so that a session that was broken off
//! in the middle goes on with it.

use crate::engine::added_cases::{forget, insert};
use crate::engine::event_loop::Loop;
use crate::engine::jobs::ComparisonJob;
use crate::engine::queries;
use crate::engine::side_requests::{FollowUp, NewCase, SideRequest};
use crate::measure::judge::JudgeError;
use crate::measure::{ContenderRole, ContestOutcome, Verdict};
use crate::session::Event;
use crate::session::event::{AddedCase, Decision, Stage, Steer, VersionId};
use crate::task::{Case, Task};

/// Why a version is no longer the best one.
fn lost_by(case: &str) -> String {
    format!("fails case {case}, which was added")
}

/// A name that no case has: the next number where names are numbers.
fn fresh_name(task: &Task) -> String {
    let names: Vec<&str> = task
        .workload
        .cases
        .iter()
        .map(|c| c.name.as_str())
        .collect();
    let numbers: Option<Vec<u64>> = names.iter().map(|n| n.parse().ok()).collect();
    if let Some(numbers) = numbers {
        let next = numbers.into_iter().max().unwrap_or(0).saturating_add(1);
        let width = names.iter().map(|n| n.len()).max().unwrap_or(2);
        let name = format!("{next:0width$}");
        if !names.contains(&name.as_str()) {
            return name;
        }
    }
    (1_u32..)
        .map(|n| format!("added-{n}"))
        .find(|n| !names.contains(&n.as_str()))
        .unwrap_or_default()
}

impl Loop {
    /// Accepts a request; what needs no run is done at once.
    pub(super) fn wish(&mut self, aside: SideRequest) {
        let known =
            |l: &Self, name: &str| l.setup.task.workload.cases.iter().any(|c| c.name == name);
        match &aside {
            SideRequest::Rerun { version, case } => {
                if !known(self, case) || self.session.version(*version).is_none() {
                    return self.note(format!("there is no case {case} of {version} to run"), true);
                }
            }
            SideRequest::TimeOnly(Some(case)) if !known(self, case) => {
                return self.note(format!("there is no case {case} to time"), true);
            }
            SideRequest::TimeOnly(case) => {
                let case = case.clone();
                if self.session.only != case {
                    let check = |f: &FollowUp| matches!(f, FollowUp::Check(..));
                    self.side_queue.failed.retain(check);
                    self.emit(Event::Steered {
                        steer: Steer::Timed { case },
                    });
                }
                return;
            }
            SideRequest::Add(new) => {
                let same = |c: &&Case| *c.input == *new.input.as_bytes();
                if let Some(case) = self.setup.task.workload.cases.iter().find(same) {
                    let name = case.name.clone();
                    return self.note(format!("case {name} has this input already"), true);
                }
            }
            SideRequest::Withdraw(case) => {
                if !self.session.added.iter().any(|c| c.name == *case) {
                    return self.note(
                        format!("only a case that was added can be taken back, and {case} is none"),
                        true,
                    );
                }
            }
            SideRequest::References => {}
            SideRequest::MeasureAgain(version) => {
                if let Some(why) = self.not_measured_again(*version) {
                    return self.note(why, true);
                }
            }
        }
        self.side_queue.waiting.push_back(aside);
    }

    /// Does one thing that waits beside the rounds, if there is one; whether there was.
    pub(super) async fn aside(&mut self) -> bool {
        if self.journal.is_none() {
            self.side_queue.waiting.clear();
            return false;
        }
        self.warn_of_unknown_cost();
        let over = self.session.finished.is_some();
        if !self.aside_of().await {
            return false;
        }
        if over {
            self.stage(Stage::Finished);
        }
        self.take_interrupt();
        true
    }

    async fn aside_of(&mut self) -> bool {
        if self.dethrone() {
            return true;
        }
        if self.setup.task.workload.only != self.session.only {
            self.setup.task.workload.only.clone_from(&self.session.only);
            let only = self.session.only.clone();
            drop(self.work(move |w| w.time_only(only)).await);
            return true;
        }
        if let Some(wish) = self.side_queue.waiting.pop_front() {
            self.grant(wish).await;
            return true;
        }
        // What follows by itself waits after a stop, until the loop goes on.
        if self.halted && self.asked_for == 0 {
            return false;
        }
        let due = self.session.unchecked();
        let failed = &self.side_queue.failed;
        let next = due
            .into_iter()
            .find(|d| !failed.contains(&d.clone().into()));
        if let Some((version, case)) = next {
            self.check(version, case).await;
            return true;
        }
        self.compare_anew().await
    }

    async fn grant(&mut self, wish: SideRequest) {
        match wish {
            SideRequest::Rerun { version, case } => self.rerun(version, case).await,
            SideRequest::Add(new) => self.add(new).await,
            SideRequest::Withdraw(case) => self.withdraw(case).await,
            SideRequest::References => self.measure_references().await,
            SideRequest::MeasureAgain(version) => self.measure_again(version).await,
            SideRequest::TimeOnly(_) => {}
        }
    }

    async fn rerun(&mut self, version: VersionId, case: String) {
        let Some(subject) = self.subject(version) else {
            return;
        };
        self.stage(Stage::Aside {
            what: format!("case {case} runs once more on {version}"),
        });
        let name = case.clone();
        match self.work(move |w| w.run_case(&subject, &name)).await {
            Ok((result, failure)) => {
                let verdict = result.verdict;
                self.emit(Event::CaseRerun {
                    version,
                    result,
                    failure,
                });
                if self
                    .session
                    .version(version)
                    .is_some_and(|v| v.flaky(&case))
                {
                    let words = verdict_words(verdict);
                    self.note(
                        format!("{version} is flaky on case {case}: this run {words}, and not every run does"),
                        true,
                    );
                }
            }
            Err(error) => self.note(
                format!("case {case} of {version} did not run: {error}"),
                true,
            ),
        }
    }

    async fn add(&mut self, new: NewCase) {
        let by_original = new.expected.is_none();
        let case = Case {
            name: fresh_name(&self.setup.task),
            input: new.input.as_bytes().into(),
            expected: new.expected.as_ref().map(|e| e.as_bytes().into()),
            status: None,
            held_out: new.held_out,
        };
        let name = case.name.clone();
        self.stage(Stage::Aside {
            what: format!("case {name} is added"),
        });
        let passes = queries::original_passes(&self.session);
        let (expected, status) = match self.work(move |w| w.take_case(case, passes)).await {
            Ok(case) => (case.expected.unwrap_or_default(), case.status),
            Err(error) => return self.note(format!("the case is not added: {error}"), true),
        };
        let case = AddedCase {
            name: name.clone(),
            input: new.input.into(),
            expected: String::from_utf8_lossy(&expected).into(),
            status,
            held_out: new.held_out,
            by_original,
        };
        insert(&mut self.setup.task, (&case).into());
        self.emit(Event::CaseAdded { case });
        let place = match &self.setup.task.workload.place {
            Some(place) if place.is_dir() => format!(
                "; for other sessions, write {name}.in and {name}.out into {}",
                place.display()
            ),
            _ => String::new(),
        };
        self.note(
            format!(
                "case {name} is added to this session: whatever passes is checked on it{place}"
            ),
            false,
        );
    }

    /// Takes an added case back, and gives the rank back to the version that lost it by that case alone.
    async fn withdraw(&mut self, case: String) {
        self.stage(Stage::Aside {
            what: format!("case {case} is taken back"),
        });
        let name = case.clone();
        if let Err(error) = self.work(move |w| w.withdraw(&name)).await {
            return self.note(format!("case {case} stays: {error}"), true);
        }
        forget(&mut self.setup.task, &case);
        let of_it = |f: &FollowUp| matches!(f, FollowUp::Check(_, failed) if *failed == case);
        self.side_queue.failed.retain(|f| !of_it(f));
        let lost = lost_by(&case);
        let last = self.session.decisions.last().cloned();
        self.emit(Event::CaseWithdrawn { case: case.clone() });
        let fallen = last.filter(|d| !d.by_hand && d.after == self.session.incumbent);
        let heir = fallen
            .and_then(|d| self.session.version(d.version))
            .filter(|v| {
                v.verdict() == Some(Verdict::Accepted)
                    && v.decision.as_ref().is_some_and(|(_, why)| *why == lost)
            });
        let back = match heir.map(|v| v.id) {
            Some(version) => {
                self.emit(Event::Decided {
                    version,
                    decision: Decision::Accepted,
                    incumbent: Some(version),
                    by_hand: false,
                    taken_back: false,
                    flagged: false,
                    reason: format!("case {case}, which it failed, was taken back"),
                });
                format!("; {version} is the best version again")
            }
            None => String::new(),
        };
        self.note(format!("case {case} is taken back{back}"), false);
    }

    /// Runs a version that passes on a case that came later.
    async fn check(&mut self, version: VersionId, case: String) {
        let Some(subject) = self.subject(version) else {
            return;
        };
        self.stage(Stage::Aside {
            what: format!("{version} is checked on case {case}, which was added"),
        });
        let name = case.clone();
        match self.work(move |w| w.run_case(&subject, &name)).await {
            Ok((result, failure)) => self.emit(Event::CaseChecked {
                version,
                result,
                failure,
            }),
            Err(error) => {
                // After a stop it is tried again when the loop goes on.
                if !matches!(error, JudgeError::Stopped) {
                    let check = FollowUp::Check(version, case.clone());
                    self.side_queue.failed.insert(check);
                }
                self.note(
                    format!("{version} was not checked on case {case}: {error}"),
                    true,
                );
            }
        }
    }

    /// The best version must pass: where it no longer does its best ancestor that passes takes its place.
    fn dethrone(&mut self) -> bool {
        let Some(fallen) = self
            .session
            .best()
            .filter(|v| v.verdict().is_some_and(|verdict| !verdict.accepted()))
        else {
            return false;
        };
        let version = fallen.id;
        let failure = fallen.evaluation.as_ref().and_then(|e| e.failure.as_ref());
        let case = failure.and_then(|f| f.case.clone()).unwrap_or_default();
        // An heir must have run on the new case as well.
        let due = self.session.unchecked();
        let ancestors = due.iter().filter(|(id, _)| *id < version);
        if ancestors
            .into_iter()
            .any(|d| !self.side_queue.failed.contains(&d.clone().into()))
        {
            return false;
        }
        let incumbent = queries::heir(&self.session, version);
        self.emit(Event::Decided {
            version,
            decision: Decision::Rejected,
            incumbent,
            by_hand: false,
            taken_back: false,
            flagged: false,
            reason: lost_by(&case),
        });
        let now = incumbent.map_or_else(
            || "no version passes every case any more".to_owned(),
            |heir| format!("{heir} is the best version now"),
        );
        self.note(
            format!("{version} fails case {case}, which was added; {now}"),
            true,
        );
        true
    }

    /// Where another choice of cases is timed now, what the best version gains over v0 is measured on that choice.
    async fn compare_anew(&mut self) -> bool {
        let Some(best) = self.session.best().filter(|v| !v.id.is_original()) else {
            return false;
        };
        let version = best.id;
        let stale = best
            .original_comparison()
            .is_some_and(|c| c.only != self.session.only);
        let once = FollowUp::CompareWithOriginal(version);
        if !stale
            || self.side_queue.failed.contains(&once)
            || !queries::original_passes(&self.session)
        {
            return false;
        }
        let (Some(candidate), Some(original)) =
            (self.subject(version), self.subject(VersionId::ORIGINAL))
        else {
            return false;
        };
        let on = match &self.session.only {
            Some(case) => format!("case {case} only"),
            None => "the workload".to_owned(),
        };
        self.stage(Stage::Aside {
            what: format!("{version} is timed against v0 on {on}"),
        });
        let job = ComparisonJob {
            candidate,
            incumbent: original,
            original: None,
            objective: self.session.objective,
            times: 1,
        };
        let failed = match self.work(move |w| w.compare(&job)).await {
            Ok(ContestOutcome::Done { comparison, .. }) => {
                self.emit(Event::ComparedAnew {
                    version,
                    comparison,
                });
                return true;
            }
            Ok(ContestOutcome::Disqualified(out)) => {
                let which = match out.version {
                    ContenderRole::Candidate => version,
                    _ => VersionId::ORIGINAL,
                };
                format!("{which} failed in a timing run ({})", out.failure.reason)
            }
            Err(error) => error.to_string(),
        };
        self.side_queue.failed.insert(once);
        self.note(
            format!("{version} was not timed against v0 on {on}: {failed}"),
            true,
        );
        true
    }
}

fn verdict_words(verdict: Verdict) -> String {
    if verdict.accepted() {
        "passes".into()
    } else {
        format!("ends in {}", verdict.in_words())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::task::{Languages, bundled};

    fn task(names: &[(&str, bool)]) -> Task {
        let mut task = bundled::load("pairs", &Languages::load(None).unwrap()).unwrap();
        let case = |(name, held_out): &(&str, bool)| Case {
            name: (*name).into(),
            input: Default::default(),
            expected: None,
            status: None,
            held_out: *held_out,
        };
        task.workload.cases = names.iter().map(case).collect();
        task
    }

    #[test]
    fn an_added_case_has_the_next_number_or_a_name_of_its_own() {
        assert_eq!(fresh_name(&task(&[("01", false), ("09", true)])), "10");
        assert_eq!(fresh_name(&task(&[("7", false)])), "8");
        assert_eq!(fresh_name(&task(&[("small", false)])), "added-1");
        assert_eq!(
            fresh_name(&task(&[("a", false), ("added-1", false)])),
            "added-2"
        );
        assert_eq!(fresh_name(&task(&[])), "01");
    }

    #[test]
    fn shown_cases_stand_before_those_that_are_held_out() {
        let mut task = task(&[("01", false), ("02", true)]);
        let case = |name: &str, held_out| Case {
            name: name.into(),
            held_out,
            ..task_case()
        };
        insert(&mut task, case("03", false));
        insert(&mut task, case("04", true));
        let names: Vec<&str> = task
            .workload
            .cases
            .iter()
            .map(|c| c.name.as_str())
            .collect();
        assert_eq!(names, ["01", "03", "02", "04"]);
    }

    fn task_case() -> Case {
        Case {
            name: String::new(),
            input: Default::default(),
            expected: None,
            status: None,
            held_out: false,
        }
    }
}

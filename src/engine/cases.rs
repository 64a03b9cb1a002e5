//! What a developer asks for beside the rounds: a case is run once more, added, or made the only one that is timed.
//!
//! Wishes wait for a moment at which nothing is measured. What follows from an added case or from another choice of
//! what is timed is worked out from the session alone ([`Session::unchecked`]), so that a session that was broken off
//! in the middle goes on with it.

use std::collections::{HashSet, VecDeque};

use crate::engine::brief;
use crate::engine::errand::{Brought, Errand};
use crate::engine::hands::{Job, Product, Versus};
use crate::engine::run::Loop;
use crate::measure::Verdict;
use crate::measure::judge::JudgeError;
use crate::session::event::{AddedCase, Decision, Stage, Steer, VersionId};
use crate::session::{Event, Happened, Session};
use crate::task::{Case, Task};

/// Something to be done beside the rounds.
#[derive(Clone, Debug, PartialEq)]
pub enum Aside {
    /// Run a version once more on one case.
    Rerun {
        /// Which version.
        version: VersionId,
        /// Which case.
        case: String,
    },
    /// Add a case to the session's workload.
    Add(NewCase),
    /// Take an added case back.
    Withdraw(String),
    /// Time this case only, from the next comparison on; `None` for the workload.
    TimeOnly(Option<String>),
    /// Measure the task's reference solutions against v0.
    References,
}

/// A case that the developer typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewCase {
    /// Standard input.
    pub input: String,
    /// Standard output as it should be; `None` takes what the original writes.
    pub expected: Option<String>,
    /// Whether the model is never shown it.
    pub held_out: bool,
}

/// What waits to be done beside the rounds.
#[derive(Debug, Default)]
pub(super) struct Asides {
    waiting: VecDeque<Aside>,
    /// Checks and comparisons that could not be made in this sitting: they are not tried again.
    failed: HashSet<(VersionId, String)>,
}

/// Takes in the cases that were added in earlier sittings, and the choice of what is timed.
pub(super) fn recall(task: &mut Task, past: &[Happened]) {
    for happened in past {
        match &happened.event {
            Event::CaseAdded { case } => insert(task, case.into()),
            Event::CaseWithdrawn { case } => forget(task, case),
            Event::Steered {
                steer: Steer::Timed { case },
            } => task.workload.only.clone_from(case),
            _ => {}
        }
    }
}

/// Shown cases stand before those that are held out.
pub(super) fn insert(task: &mut Task, case: Case) {
    let cases = &mut task.workload.cases;
    let at = cases.iter().position(|c| c.held_out && !case.held_out);
    cases.insert(at.unwrap_or(cases.len()), case);
}

/// The case is no more, and is not what is timed.
fn forget(task: &mut Task, case: &str) {
    let workload = &mut task.workload;
    workload.cases.retain(|c| c.name != case);
    workload.only.take_if(|only| only == case);
}

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
    /// Takes a wish in; what needs no run is done at once.
    pub(super) fn wish(&mut self, aside: Aside) {
        let known =
            |l: &Self, name: &str| l.setup.task.workload.cases.iter().any(|c| c.name == name);
        match &aside {
            Aside::Rerun { version, case } => {
                if !known(self, case) || self.session.version(*version).is_none() {
                    return self.note(format!("there is no case {case} of {version} to run"), true);
                }
            }
            Aside::TimeOnly(Some(case)) if !known(self, case) => {
                return self.note(format!("there is no case {case} to time"), true);
            }
            Aside::TimeOnly(case) => {
                let case = case.clone();
                if self.session.only != case {
                    self.asides.failed.retain(|(_, what)| !what.is_empty());
                    self.emit(Event::Steered {
                        steer: Steer::Timed { case },
                    });
                }
                return;
            }
            Aside::Add(new) => {
                let same = |c: &&Case| *c.input == *new.input.as_bytes();
                if let Some(case) = self.setup.task.workload.cases.iter().find(same) {
                    let name = case.name.clone();
                    return self.note(format!("case {name} has this input already"), true);
                }
            }
            Aside::Withdraw(case) => {
                if !self.session.added.iter().any(|c| c.name == *case) {
                    return self.note(
                        format!("only a case that was added can be taken back, and {case} is none"),
                        true,
                    );
                }
            }
            Aside::References => {}
        }
        self.asides.waiting.push_back(aside);
    }

    /// Does one thing that waits beside the rounds, if there is one; whether there was.
    pub(super) async fn aside(&mut self) -> bool {
        if self.journal.is_none() {
            self.asides.waiting.clear();
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
            drop(self.errand(Errand::TimeOnly(only)).await);
            return true;
        }
        if let Some(wish) = self.asides.waiting.pop_front() {
            self.grant(wish).await;
            return true;
        }
        // What follows by itself waits after a stop, until the loop goes on.
        if self.halted && self.asked_for == 0 {
            return false;
        }
        let due = self.session.unchecked();
        if let Some((version, case)) = due.into_iter().find(|d| !self.asides.failed.contains(d)) {
            self.check(version, case).await;
            return true;
        }
        self.compare_anew().await
    }

    async fn grant(&mut self, wish: Aside) {
        match wish {
            Aside::Rerun { version, case } => self.rerun(version, case).await,
            Aside::Add(new) => self.add(new).await,
            Aside::Withdraw(case) => self.withdraw(case).await,
            Aside::References => self.measure_references().await,
            Aside::TimeOnly(_) => {}
        }
    }

    pub(super) async fn errand(&mut self, errand: Errand) -> Result<Brought, JudgeError> {
        match self.work(Job::Errand(errand)).await? {
            Product::Errand(brought) => Ok(*brought),
            _ => Err(other_question()),
        }
    }

    async fn rerun(&mut self, version: VersionId, case: String) {
        let Some(subject) = self.subject(version) else {
            return;
        };
        self.stage(Stage::Aside {
            what: format!("case {case} runs once more on {version}"),
        });
        match self.errand(Errand::Run(subject, case.clone())).await {
            Ok(Brought::Ran(result, failure)) => {
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
            Ok(_) => {}
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
            held_out: new.held_out,
        };
        let name = case.name.clone();
        self.stage(Stage::Aside {
            what: format!("case {name} is added"),
        });
        let passes = original_passes(&self.session);
        let expected = match self.errand(Errand::Add { case, passes }).await {
            Ok(Brought::Added(case)) => case.expected.unwrap_or_default(),
            Ok(_) => return,
            Err(error) => return self.note(format!("the case is not added: {error}"), true),
        };
        let case = AddedCase {
            name: name.clone(),
            input: new.input.into(),
            expected: String::from_utf8_lossy(&expected).into(),
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
        if let Err(error) = self.errand(Errand::Withdraw(case.clone())).await {
            return self.note(format!("case {case} stays: {error}"), true);
        }
        forget(&mut self.setup.task, &case);
        self.asides.failed.retain(|(_, failed)| *failed != case);
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
        match self.errand(Errand::Run(subject, case.clone())).await {
            Ok(Brought::Ran(result, failure)) => self.emit(Event::CaseChecked {
                version,
                result,
                failure,
            }),
            Ok(_) => {}
            Err(error) => {
                // After a stop it is tried again when the loop goes on.
                if !matches!(error, JudgeError::Stopped) {
                    self.asides.failed.insert((version, case.clone()));
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
        let case = failure.map_or_else(String::new, |f| f.case.clone());
        // An heir must have run on the new case as well.
        let due = self.session.unchecked();
        let ancestors = due.iter().filter(|(id, _)| *id < version);
        if ancestors
            .into_iter()
            .any(|d| !self.asides.failed.contains(d))
        {
            return false;
        }
        let incumbent = brief::heir(&self.session, version);
        self.emit(Event::Decided {
            version,
            decision: Decision::Rejected,
            incumbent,
            by_hand: false,
            taken_back: false,
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
        let Some(best) = self.session.best().filter(|v| v.id != VersionId(0)) else {
            return false;
        };
        let version = best.id;
        let stale = best
            .original_comparison()
            .is_some_and(|c| c.only != self.session.only);
        // The empty name stands for the comparison with v0.
        let once = (version, String::new());
        if !stale || self.asides.failed.contains(&once) || !original_passes(&self.session) {
            return false;
        }
        let (Some(candidate), Some(original)) = (self.subject(version), self.subject(VersionId(0)))
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
        let objective = self.session.objective;
        let errand = Errand::Anew {
            candidate,
            original,
            objective,
        };
        let failed = match self.errand(errand).await {
            Ok(Brought::Compared(Versus::Done { comparison, .. })) => {
                self.emit(Event::ComparedAnew {
                    version,
                    comparison,
                });
                return true;
            }
            Ok(Brought::Compared(Versus::Voided {
                version: voided,
                failure,
                ..
            })) => format!("{voided} failed in a timing run ({})", failure.reason),
            Ok(_) => other_question().to_string(),
            Err(error) => error.to_string(),
        };
        self.asides.failed.insert(once);
        self.note(
            format!("{version} was not timed against v0 on {on}: {failed}"),
            true,
        );
        true
    }
}

/// Whether v0 passes, so that something can be timed against it.
pub(super) fn original_passes(session: &Session) -> bool {
    let original = session.version(VersionId(0)).and_then(|v| v.verdict());
    original == Some(Verdict::Accepted)
}

fn verdict_words(verdict: Verdict) -> String {
    if verdict.accepted() {
        "passes".into()
    } else {
        format!("ends in {}", verdict.in_words())
    }
}

pub(super) fn other_question() -> JudgeError {
    JudgeError::Environment("the judge answered another question".into())
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
            held_out: false,
        }
    }
}

//! Correctness first: runs a version on every case, compares what it wrote with what is expected, and keeps
//! figures and traces of these runs.

use super::build::Built;
use super::exit_status;
use super::figures::run_figures;
use super::flags::{self, Refusals};
use super::judge::{Judge, JudgeError, Watch, ending};
use super::{CaseResult, Evaluation, Failure, Figures, Flag, FlagKind, Progress, Verdict, text};
use crate::base::units::Bytes;
use crate::sandbox::{CancelToken, Outcome, RunVerdict, thin};
use crate::task::calls::driver;
use crate::task::project::hint_for;
use crate::task::{Case, Harness, Task};

/// Points that a kept trace has at most.
const TRACE: usize = 512;

/// After so many failures the remaining cases teach nothing new.
const ENOUGH_FAILURES: usize = 3;

/// What excerpts of input and outputs are cut to, in bytes.
const EXCERPT: usize = 400;

/// What standard error is cut to.
const STDERR: usize = 1_200;

impl Judge {
    /// Runs a version on every case of the task: shown cases first, then held-out ones, else in the order of the
    /// workload. After three failures, or one at the limit of time, the rest is left out. The verdict is that of the
    /// first failure; if that is on a held-out case, which means that all shown ones passed, it is
    /// [`Verdict::Overfitted`] (the case's own verdict stands in [`CaseResult`]).
    ///
    /// Attempts that were refused become flags.
    ///
    /// # Errors
    /// A case without expected output, the sandbox failed, or stopped.
    pub fn evaluate(
        &mut self,
        built: &Built,
        task: &Task,
        cancel: &CancelToken,
        watch: Watch<'_>,
    ) -> Result<Evaluation, JudgeError> {
        if super::commands::of(task).is_some() && built.failure.is_none() {
            return self.evaluate_commands(built, task, cancel, watch);
        }
        let cases = &task.workload.cases;
        let mut evaluation = Evaluation {
            verdict: Verdict::Accepted,
            figures: Figures::default(),
            files_bytes: Bytes(0),
            cases: Vec::new(),
            cases_total: cases.len(),
            build: built.report.clone(),
            failure: None,
            flags: Vec::new(),
            floor: None,
            memory_source: self.guards().memory_source,
        };
        if let Some(failure) = &built.failure {
            evaluation.verdict = Verdict::CompileError;
            evaluation.failure = Some(Failure {
                hint: hint_for(&failure.stderr, &task.project),
                ..failure.clone()
            });
            return Ok(evaluation);
        }
        let mut failures = 0;
        let mut kept = None;
        let mut survives = Vec::new();
        let mut refusals = Refusals::default();
        let mut order: Vec<usize> = (0..cases.len()).collect();
        order.sort_by_key(|i| cases[*i].held_out);
        for index in order {
            let case = &cases[index];
            watch(Progress::CaseStarted {
                index,
                total: cases.len(),
                case: case.name.clone(),
            });
            let mut program = built.program(task, case);
            program.watched = true;
            let outcome = self.run(
                &program,
                &task.limits,
                &mut |sample| watch(Progress::Sampled { sample }),
                cancel,
            )?;
            refusals.see(&outcome.attempts, &case.name);
            if matches!(task.harness, Harness::Calls(_)) && kept.is_none() {
                kept = driver::kept(&outcome.stderr.bytes);
            }
            if matches!(task.harness, Harness::Calls(_)) {
                survives.extend(driver::survives(&outcome.stderr.bytes));
            }
            evaluation.files_bytes = evaluation.files_bytes.max(outcome.files);
            let judged = self.verdict(&outcome, case, task, cancel)?;
            let verdict = judged
                .as_ref()
                .map_or(Verdict::Accepted, |(verdict, _)| *verdict);
            let result = case_result(case, verdict, &outcome);
            evaluation.figures = evaluation.figures.join(result.figures);
            evaluation.cases.push(result.clone());
            watch(Progress::CaseFinished {
                index,
                total: cases.len(),
                result,
            });
            if let Some((verdict, failure)) = judged {
                failures += 1;
                if failures == 1 {
                    evaluation.verdict = match verdict {
                        Verdict::SandboxError => verdict,
                        _ if case.held_out => Verdict::Overfitted,
                        _ => verdict,
                    };
                    evaluation.failure = Some(failure);
                }
                if failures == ENOUGH_FAILURES || verdict == Verdict::TimeLimit {
                    break;
                }
            }
        }
        let place = |r: &CaseResult| cases.iter().position(|c| c.name == r.case);
        evaluation.cases.sort_by_cached_key(place);
        evaluation.flags = refusals.flags();
        evaluation.flags.extend(kept.map(|why| Flag {
            kind: FlagKind::Repeats,
            reason: format!("{why}; what is kept between them counts"),
        }));
        evaluation.flags.extend(flags::survives(&survives));
        Ok(evaluation)
    }

    /// Whether a run is right: `None`, or the verdict and its failure.
    ///
    /// # Errors
    /// A case without expected output, or a checker program that failed itself.
    pub(super) fn verdict(
        &mut self,
        outcome: &Outcome,
        case: &Case,
        task: &Task,
        cancel: &CancelToken,
    ) -> Result<Option<(Verdict, Failure)>, JudgeError> {
        if super::commands::of(task).is_some() {
            return self.command_verdict(outcome, case, task);
        }
        let failure = |reason: String| Failure {
            case: Some(case.name.clone()),
            held_out: case.held_out,
            reason,
            input: text::head(&case.input, EXCERPT),
            stderr: text::ends(&outcome.stderr.bytes, STDERR),
            ..Failure::default()
        };
        let Some(status) = exit_status::allowed(task, outcome) else {
            let driver = match task.harness {
                Harness::Calls(_) => driver::failure(&outcome.stderr.bytes),
                _ => None,
            };
            let mut told = failure(driver.unwrap_or_else(|| {
                exit_status::ending(task, outcome, ending(outcome, &task.limits))
            }));
            told.got = text::head(&outcome.stdout.bytes, EXCERPT);
            told.hint = missing(outcome, task);
            let verdict = match outcome.verdict {
                // A task may allow other statuses alone.
                RunVerdict::Ok => Verdict::RuntimeError,
                other => other.into(),
            };
            return Ok(Some((verdict, told)));
        };
        let Some(expected) = &case.expected else {
            return Err(JudgeError::Task(format!(
                "case {} has no expected output, and no original to say it",
                case.name
            )));
        };
        if let Some(reason) = exit_status::mismatch(case, status) {
            let mut told = failure(reason);
            told.got = text::head(&outcome.stdout.bytes, EXCERPT);
            return Ok(Some((Verdict::WrongAnswer, told)));
        }
        let compared = self.compare_outputs(task, case, expected, &outcome.stdout.bytes, cancel)?;
        Ok(compared.err().map(|mismatch| {
            let call = call_of(task, case, mismatch.line);
            let mut told = failure(mismatch.reason);
            if let Some(call) = call {
                told.input = text::head(call, EXCERPT);
            }
            told.expected = text::clean(&mismatch.expected_excerpt);
            told.got = text::clean(&mismatch.got_excerpt);
            (Verdict::WrongAnswer, told)
        }))
    }
}

/// The call whose outcome stands in this line of the outcomes, which begin with a line of their own; `None` where the case has no
/// calls in its text.
fn call_of<'a>(task: &Task, case: &'a Case, line: usize) -> Option<&'a [u8]> {
    match &task.harness {
        Harness::Calls(calls) if calls.generator.is_none() => {
            let calls = case.input.split(|b| *b == b'\n');
            let mut calls = calls.filter(|l| !l.trim_ascii().is_empty());
            calls.nth(line.checked_sub(2)?)
        }
        _ => None,
    }
}

/// What a run says that was missing, with what to do. A program that was stopped says nothing of the kind.
pub(super) fn missing(outcome: &Outcome, task: &Task) -> Option<String> {
    let ended_itself = outcome.verdict == RunVerdict::RuntimeError;
    let said = String::from_utf8_lossy(&outcome.stderr.bytes);
    ended_itself
        .then(|| hint_for(&said, &task.project))
        .flatten()
}

/// What one run of a case came to.
pub(super) fn case_result(case: &Case, verdict: Verdict, outcome: &Outcome) -> CaseResult {
    CaseResult {
        case: case.name.clone(),
        verdict,
        figures: run_figures(outcome),
        trace: thin(&outcome.samples, TRACE),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::task::harness::{CallGenerator, Calls};
    use crate::task::{Languages, bundled};

    #[test]
    fn the_call_that_a_line_of_outcomes_is_of_is_found() {
        let mut task = bundled::load("pairs", &Languages::load(None).unwrap()).unwrap();
        let case = Case {
            input: b"[1]\n\n[2]\n".as_slice().into(),
            ..task.workload.cases[0].clone()
        };
        assert_eq!(call_of(&task, &case, 2), None, "a program has no calls");
        task.harness = Harness::Calls(Calls::default());
        // The first line tells how many there are.
        let calls = [1, 2, 3, 4].map(|line| call_of(&task, &case, line));
        assert_eq!(calls, [None, Some(&b"[1]"[..]), Some(&b"[2]"[..]), None]);
        let generator = CallGenerator {
            file: "gen.py".into(),
            function: "calls".into(),
        };
        task.harness = Harness::Calls(Calls {
            generator: Some(generator),
            ..Calls::default()
        });
        assert_eq!(call_of(&task, &case, 2), None, "its text is a seed");
    }
}

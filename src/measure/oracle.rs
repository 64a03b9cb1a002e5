//! Where outputs are missing the original is the oracle: it says what is right, if it agrees with itself.

use std::sync::Arc;
use std::time::Duration;

use super::build::Built;
use super::judge::{Judge, JudgeError, Watch, ending};
use super::{CaseResult, Progress, Verdict, check, exit_status, launches, text};
use crate::base::units::Nanos;
use crate::sandbox::{CancelToken, Captured, RunVerdict};
use crate::task::calls::{Evidence, driver};
use crate::task::project::hint_for;
use crate::task::{Case, Harness, Task, calls};

/// How often all calls are made again in one process. Differences between them are often rare.
const TOGETHER: usize = 3;

/// The error when the original's function does not agree with itself, with the reason where its text shows one.
fn calls_vary(task: &Task, why: &str) -> String {
    let name = task.region.as_ref().map_or("the function", |t| &t.name);
    let reasons = task.region.as_ref().map_or_else(Vec::new, |t| t.reads());
    let reasons: Vec<String> = reasons
        .iter()
        .map(|(reads, line, what)| format!("\n  {}", reads.sentence(*line, what)))
        .collect();
    format!(
        "{name} gives different results from run to run: {why}; there is nothing to trust. Leave such calls out, or make it depend on its arguments alone{}",
        reasons.concat()
    )
}

/// Takes out of the comparison what the original itself leaves behind otherwise another time, each kind with a note.
fn leave_out_what_varies(task: &mut Task, first: &[u8], again: &[u8], when: &str) {
    while let Some(kind) = task.checker.varies_in(first, again) {
        task.checker.leave_out(kind);
        task.notes.push(format!(
            "what the calls leave behind differs {when} in the original itself ({0}), so it is not compared, as with --ignore {0}",
            kind.name()
        ));
    }
}

/// Refuses outcomes that prove nothing, and notes those that prove little.
fn weigh(task: &mut Task) -> Result<(), JudgeError> {
    let cases = task.workload.cases.iter();
    let outcomes: Vec<&[u8]> = cases.filter_map(|c| c.expected.as_deref()).collect();
    match calls::evidence(&outcomes) {
        Evidence::Enough => Ok(()),
        Evidence::Nothing(why) => Err(JudgeError::Task(why)),
        Evidence::Little(why) => {
            if !task.notes.contains(&why) {
                task.notes.push(why);
            }
            Ok(())
        }
    }
}

impl Judge {
    /// Runs the original twice on every case that has no expected output (calls: once, and all of them together several times more);
    /// what it wrote becomes the expected output, and the exit status that it ended with the expected one, where the task allows several.
    /// Cases whose outputs are given are not run: there the original may fail.
    ///
    /// # Errors
    /// The original does not build, fails, or gives two different outputs (the case is named: there is nothing to
    /// trust), its calls prove nothing (all raise), the sandbox failed, or stopped. What is known of the task's outputs by then may be in it.
    pub fn complete_with_oracle(
        &mut self,
        task: &mut Task,
        cancel: &CancelToken,
        watch: Watch<'_>,
    ) -> Result<(), JudgeError> {
        let missing: Vec<usize> = (0..task.workload.cases.len())
            .filter(|i| task.workload.cases[*i].expected.is_none())
            .collect();
        let Some(first) = missing.first() else {
            return Ok(());
        };
        let Some(source) = task.source.clone() else {
            return Err(JudgeError::Task(format!(
                "case {} has no expected output and there is no original to say it; give the outputs, or a program that is right",
                task.workload.cases[*first].name
            )));
        };
        let original = self.prepare(task, &source, cancel, watch)?;
        if let Some(failure) = &original.failure {
            return Err(JudgeError::Task(format!(
                "the expected outputs are missing and the original, which should say them, does not compile ({}){}\n{}",
                failure.reason,
                what_to_do(hint_for(&failure.stderr, &task.project)),
                failure.stderr
            )));
        }
        let by_calls = matches!(task.harness, Harness::Calls(_));
        let mut answers = Vec::new();
        for (index, i) in missing.iter().enumerate() {
            let name = task.workload.cases[*i].name.clone();
            watch(Progress::CaseStarted {
                index,
                total: missing.len(),
                case: name.clone(),
            });
            let (first, status, result) = self.ask(task, &original, *i, cancel, watch)?;
            if !by_calls {
                let (again, ended, _) = self.ask(task, &original, *i, cancel, watch)?;
                if status != ended {
                    return Err(JudgeError::Task(format!(
                        "case {name} ends with exit status {status} on one run and with {ended} on another; there is nothing to trust. Make the original deterministic, or leave the case out"
                    )));
                }
                let case = &task.workload.cases[*i];
                let outputs = [&*first.bytes, &*again.bytes];
                let compared = self.compare_outputs(task, case, outputs[0], outputs[1], cancel)?;
                if let Err(mismatch) = compared {
                    return Err(JudgeError::Task(format!(
                        "case {name} gives different output on two runs: {}; there is nothing to trust. Make the original deterministic (a fixed seed, a sorted order), give the expected outputs, or choose another --checker",
                        text::clean(&mismatch.reason)
                    )));
                }
            } else if let Some(problem) = calls::problem(&first.bytes) {
                return Err(JudgeError::Task(problem));
            }
            answers.push((Arc::<[u8]>::from(first.bytes), status));
            watch(Progress::CaseFinished {
                index,
                total: missing.len(),
                result,
            });
        }
        for (i, (answer, status)) in missing.into_iter().zip(answers) {
            let case = &mut task.workload.cases[i];
            case.expected = Some(answer);
            case.status = (!task.ok_status.is_default()).then_some(status);
        }
        if by_calls {
            weigh(task)?;
            self.all_calls_again(task, &original, cancel)?;
            self.all_calls_together(task, &original, cancel)?;
        }
        Ok(())
    }

    /// Whether what comes of calls varies from run to run: all of them in one process, several times.
    fn all_calls_again(
        &mut self,
        task: &mut Task,
        original: &Built,
        cancel: &CancelToken,
    ) -> Result<(), JudgeError> {
        let all: Vec<&Case> = task.workload.cases.iter().collect();
        let (joined, limits) = (calls::join(&all), launches::limits(task, all.len()));
        let program = original.program(task, &joined);
        let mut first: Option<Captured> = None;
        for _ in 0..TOGETHER {
            let outcome = self.run(&program, &limits, &mut |_| {}, cancel)?;
            let again = match outcome.verdict {
                RunVerdict::Ok => outcome.stdout,
                RunVerdict::SandboxError => {
                    return Err(JudgeError::Sandbox(ending(&outcome, &limits)));
                }
                _ => {
                    return Err(JudgeError::Task(format!(
                        "each call comes to its end, but all of them in one process do not: {}; give fewer calls, or more with --time-limit and --memory-limit",
                        ending(&outcome, &limits)
                    )));
                }
            };
            let Some(first) = &first else {
                first = Some(again);
                continue;
            };
            leave_out_what_varies(task, &first.bytes, &again.bytes, "from run to run");
            // Closer than versions are compared: else a clock might pass unnoticed.
            if let Some(why) = task.checker.varies(&[&*first.bytes, &*again.bytes]) {
                return Err(JudgeError::Task(calls_vary(task, &text::clean(&why))));
            }
        }
        Ok(())
    }

    /// Calls are timed all together and many times over: their outcomes must then be the same.
    fn all_calls_together(
        &mut self,
        task: &mut Task,
        original: &Built,
        cancel: &CancelToken,
    ) -> Result<(), JudgeError> {
        let all: Vec<&Case> = task.workload.cases.iter().collect();
        let joined = calls::join(&all);
        let Some(expected) = &joined.expected else {
            return Ok(());
        };
        let program = launches::with_passes(&original.program(task, &joined), task, &joined, 4);
        let limits = launches::limits(task, all.len() * 4);
        let outcome = self.run(&program, &limits, &mut |_| {}, cancel)?;
        if outcome.verdict == RunVerdict::Ok {
            let why = "after other calls";
            leave_out_what_varies(task, expected, &outcome.stdout.bytes, why);
        }
        let compared = match outcome.verdict {
            RunVerdict::Ok => task.checker.check(expected, &outcome.stdout.bytes),
            // What is wrong with it will be told when it is timed.
            _ => Ok(()),
        };
        compared.map_err(|mismatch| {
            JudgeError::Task(format!(
                "what came of a call depends on the calls before it: {}. It keeps something between calls, outside of its arguments; give calls of which this is not so",
                text::clean(&mismatch.reason)
            ))
        })
    }

    fn ask(
        &mut self,
        task: &Task,
        original: &Built,
        index: usize,
        cancel: &CancelToken,
        watch: Watch<'_>,
    ) -> Result<(Captured, u8, CaseResult), JudgeError> {
        let case = &task.workload.cases[index];
        let outcome = self.run(
            &original.program(task, case),
            &task.limits,
            &mut |sample| watch(Progress::Sampled { sample }),
            cancel,
        )?;
        if let Some(status) = exit_status::allowed(task, &outcome) {
            let result = check::case_result(case, Verdict::Accepted, &outcome);
            return Ok((outcome.stdout, status, result));
        }
        if outcome.verdict == RunVerdict::SandboxError {
            return Err(JudgeError::Sandbox(ending(&outcome, &task.limits)));
        }
        if let Some(why) = driver::failure(&outcome.stderr.bytes) {
            return Err(JudgeError::Task(why));
        }
        if outcome.verdict == RunVerdict::TimeLimit && matches!(task.harness, Harness::Calls(_)) {
            return Err(JudgeError::Task(no_end(&case.name, task.limits.time)));
        }
        let missing = check::missing(&outcome, task);
        let hint = match (missing, exit_status::how_to_allow(task, &outcome)) {
            (None, Some(how)) => {
                // A status that comes and goes is not meant.
                let program = original.program(task, case);
                let again = self.run(&program, &task.limits, &mut |_| {}, cancel)?;
                (again.exit_status() == outcome.exit_status()).then_some(how)
            }
            (missing, _) => missing,
        };
        let said = text::tail(&outcome.stderr.bytes, 600);
        Err(JudgeError::Task(format!(
            "case {} has no expected output and the original, which should say it, fails there: {}{}{}{said}",
            case.name,
            exit_status::ending(task, &outcome, ending(&outcome, &task.limits)),
            what_to_do(hint),
            if said.is_empty() { "" } else { "\n" },
        )))
    }
}

/// The error when the original does not come to the end of its calls.
fn no_end(case: &str, limit: Duration) -> String {
    let numbers = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (calls, shorter) = match case.split_once('-') {
        _ if numbers(case) => (format!("call {case}"), "a shorter call in its place"),
        Some((first, last)) if numbers(first) && numbers(last) => (
            format!("calls {first} to {last}"),
            "shorter or fewer calls in their place",
        ),
        _ => (format!("case {case}"), "shorter calls in its place"),
    };
    let limit = Nanos::from(limit);
    format!(
        "the original itself does not end within {limit}, the limit of time, on {calls}: give {shorter}, or more time with --time-limit"
    )
}

/// A hint as the end of a sentence.
fn what_to_do(hint: Option<String>) -> String {
    hint.map_or_else(String::new, |hint| format!("; {hint}"))
}

//! The verdict on a run of a command, from its exit status and from what it has printed.

use super::metric::{self, ReportedFigure, Unit};
use super::{VersionCopy, command_in, diagnostics, of};
use crate::measure::judge::{Judge, JudgeError, ending};
use crate::measure::{Failure, Verdict, text};
use crate::sandbox::{CancelToken, Limits, Outcome, RunVerdict};
use crate::task::harness::{BENCH, CHECK};
use crate::task::{Case, Task};

/// What the end of an output is cut to, in bytes.
const EXCERPT: usize = 1_600;

impl Judge {
    /// The verdict on one run of a command: `None` if it succeeded.
    ///
    /// # Errors
    /// The sandbox failed.
    pub(in crate::measure) fn command_verdict(
        &self,
        outcome: &Outcome,
        case: &Case,
        task: &Task,
    ) -> Result<Option<(Verdict, Failure)>, JudgeError> {
        let command = command_in(task, case);
        let whole = diagnostics::text(outcome);
        let failure = |reason: String| failed(case, reason, outcome);
        let told = match outcome.verdict {
            RunVerdict::SandboxError => {
                return Err(JudgeError::Sandbox(ending(outcome, &task.limits)));
            }
            RunVerdict::Ok => {
                let said = self.reported_in(task, case, &whole);
                let Some(fixed) = self
                    .commands
                    .reported_figure
                    .as_ref()
                    .filter(|_| case.name == BENCH)
                else {
                    return Ok(None);
                };
                if said.is_some() {
                    return Ok(None);
                }
                let reason = format!(
                    "`{command}` did not say {}, which the original does",
                    fixed.name
                );
                (Verdict::RuntimeError, failure(reason))
            }
            RunVerdict::RuntimeError if outcome.signal.is_none() && outcome.exit_code.is_some() => {
                let how = ending(outcome, &task.limits);
                let why = diagnostics::failed_in_words(&whole);
                let broken = diagnostics::build_error(&whole).filter(|_| why.is_none());
                match (broken, why) {
                    (Some(line), _) => {
                        let line = text::clean(line);
                        let reason = format!("it does not build: {line}");
                        (Verdict::CompileError, failure(reason))
                    }
                    (None, Some(why)) => {
                        let why = text::clean(&why);
                        let reason = format!("{why} (`{command}`: {how})");
                        (Verdict::WrongAnswer, failure(reason))
                    }
                    (None, None) => {
                        let verdict = if case.name == CHECK {
                            Verdict::WrongAnswer
                        } else {
                            Verdict::RuntimeError
                        };
                        (verdict, failure(exited(command, &how)))
                    }
                }
            }
            other => {
                let how = ending(outcome, &task.limits);
                (other.into(), failure(exited(command, &how)))
            }
        };
        Ok(Some(told))
    }

    /// The verdict on a run of a version that succeeded, where it shows less than the runs of the original did: fewer tests, or
    /// not its last line. A bench that says its figure has come to its end.
    pub(in crate::measure) fn left_out(
        &self,
        outcome: &Outcome,
        case: &Case,
        task: &Task,
    ) -> Option<(Verdict, Failure)> {
        let says = case.name == BENCH && self.commands.reported_figure.is_some();
        if says {
            return None;
        }
        let missing = (self.commands.shown.get(&case.name)?).missing(streams(outcome))?;
        let command = command_in(task, case);
        let reason = format!("`{command}` succeeds, but {missing}");
        Some((Verdict::WrongAnswer, failed(case, reason, outcome)))
    }

    /// As [`Judge::left_out`]; one that prints nothing is run once more to see how it ends.
    ///
    /// # Errors
    /// The sandbox failed, or stopped.
    pub(in crate::measure) fn unfinished(
        &mut self,
        version: &VersionCopy,
        outcome: &Outcome,
        case: &Case,
        task: &Task,
        cancel: &CancelToken,
    ) -> Result<Option<(Verdict, Failure)>, JudgeError> {
        if version.is_original {
            return Ok(None);
        }
        if let Some(judged) = self.left_out(outcome, case, task) {
            return Ok(Some(judged));
        }
        let early = self.ends_early(version, task, case, cancel)?;
        Ok(early.map(|reason| (Verdict::WrongAnswer, failed(case, reason, outcome))))
    }

    /// The value of the figure that the original fixed, as the run of a bench says it.
    pub(super) fn reported_value(&self, outcome: &Outcome) -> Option<f64> {
        let fixed = self.commands.reported_figure.as_ref()?;
        let said = metric::all(&diagnostics::text(outcome));
        metric::choose(&said, Some(&fixed.name)).map(|figure| figure.value)
    }

    /// The figure that the original fixed, as this output says it.
    fn reported_in(&self, task: &Task, case: &Case, whole: &str) -> Option<ReportedFigure> {
        let fixed = self.commands.reported_figure.as_ref()?;
        if of(task).is_none() || case.name != BENCH {
            return None;
        }
        let said = metric::choose(&metric::all(whole), Some(&fixed.name))?;
        (said.unit == fixed.unit || fixed.unit == Unit::Plain).then_some(said)
    }
}

/// The failure of a run, with the end of what it has printed.
fn failed(case: &Case, reason: String, outcome: &Outcome) -> Failure {
    Failure {
        case: Some(case.name.clone()),
        reason,
        got: text::tail(&outcome.stdout.bytes, EXCERPT),
        stderr: text::tail(&outcome.stderr.bytes, EXCERPT),
        ..Failure::default()
    }
}

/// What a run has printed.
pub(super) fn streams(outcome: &Outcome) -> [&[u8]; 2] {
    [&outcome.stdout.bytes, &outcome.stderr.bytes]
}

/// The reason of a command that failed and says nothing more.
fn exited(command: &str, how: &str) -> String {
    format!("`{command}`: {how}")
}

/// The error for an original that does not pass: one sentence and the end of its output.
pub(super) fn original_fails(
    task: &Task,
    case: &Case,
    outcome: &Outcome,
    failure: &Failure,
) -> JudgeError {
    let whole = diagnostics::text(outcome);
    let command = command_in(task, case);
    let end = text::tail(whole.trim().as_bytes(), EXCERPT);
    let end = if end.is_empty() {
        end
    } else {
        format!("\n{end}")
    };
    if let Some(hint) = diagnostics::missing(outcome, &whole, task) {
        return JudgeError::Environment(format!("`{command}` fails: {hint}{end}"));
    }
    let meant = outcome
        .exit_status()
        .filter(|_| failure.reason == exited(command, &ending(outcome, &task.limits)))
        .map_or_else(String::new, |status| {
            format!("; if status {status} is meant, say so: '({command}); test $? -eq {status}'")
        });
    JudgeError::Task(format!(
        "the original does not pass, so nothing can be said of other versions: {}{meant}{end}",
        failure.reason
    ))
}

pub(super) fn undecided(
    task: &Task,
    case: &Case,
    first: &Outcome,
    second: &Outcome,
    limits: &Limits,
) -> JudgeError {
    let command = command_in(task, case);
    let (failed, which) = if first.verdict == RunVerdict::Ok {
        (second, "passes once and fails when it is run again")
    } else {
        (first, "fails once and passes when it is run again")
    };
    let why = diagnostics::failed_in_words(&diagnostics::text(failed))
        .unwrap_or_else(|| ending(failed, limits));
    JudgeError::Task(format!(
        "`{command}` {which} on the original, in the same copy of the work tree: {why}; there is nothing to trust. Make it give the same answer each time, or choose another check\n{}",
        text::tail(diagnostics::text(failed).trim().as_bytes(), EXCERPT)
    ))
}

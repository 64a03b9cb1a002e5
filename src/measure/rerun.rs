//! One case by itself: run once more, outside of any comparison.

use super::build::Built;
use super::judge::{Judge, JudgeError, ending};
use super::{CaseResult, Evaluation, Failure, Verdict, check, exit_status};
use crate::sandbox::CancelToken;
use crate::task::{Case, Task};

impl Judge {
    /// Runs a version that builds once on one case of the task: its verdict and figures there, and how it failed if it
    /// did.
    ///
    /// # Errors
    /// A case without expected output, the sandbox failed, or stopped.
    pub fn check_one(
        &mut self,
        built: &Built,
        task: &Task,
        case: &Case,
        cancel: &CancelToken,
    ) -> Result<(CaseResult, Option<Failure>), JudgeError> {
        self.prepare_commands(built, task, cancel)?;
        self.restore_commands(built, case)?;
        let program = built.program(task, case);
        let outcome = self.run(&program, &task.limits, &mut |_| {}, cancel)?;
        let judged = match (self.verdict(&outcome, case, task, cancel)?, &built.commands) {
            (None, Some(version)) => self.unfinished(version, &outcome, case, task, cancel)?,
            (judged, _) => judged,
        };
        let (verdict, failure) = match judged {
            Some((verdict, failure)) => (verdict, Some(failure)),
            None => (Verdict::Accepted, None),
        };
        Ok((check::case_result(case, verdict, &outcome), failure))
    }

    /// Where the original fails by its exit status, and does so again: how to allow it, as half a sentence.
    ///
    /// # Errors
    /// The sandbox failed, or stopped.
    pub fn how_to_allow_status(
        &mut self,
        original: &Built,
        task: &Task,
        evaluation: &Evaluation,
        cancel: &CancelToken,
    ) -> Result<Option<String>, JudgeError> {
        let Some(failure) = evaluation.failure.as_ref().filter(|f| f.hint.is_none()) else {
            return Ok(None);
        };
        let ended = |case: &&Case| {
            let mut results = evaluation.cases.iter();
            failure.case.as_ref() == Some(&case.name)
                && results.any(|r| r.case == case.name && r.verdict == Verdict::RuntimeError)
        };
        let Some(case) = task.workload.cases.iter().find(ended) else {
            return Ok(None);
        };
        let program = original.program(task, case);
        let again = self.run(&program, &task.limits, &mut |_| {}, cancel)?;
        let how = exit_status::ending(task, &again, ending(&again, &task.limits));
        if how != failure.reason {
            return Ok(None);
        }
        Ok(exit_status::how_to_allow(task, &again))
    }
}

//! One case by itself: run once more, outside of any comparison.

use super::build::Built;
use super::judge::{Judge, JudgeError};
use super::{CaseResult, Failure, Verdict, check};
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
        let program = built.program(task, case);
        let outcome = self.run(&program, &task.limits, &mut |_| {}, cancel)?;
        let judged = self.verdict(&outcome, case, task, cancel)?;
        let (verdict, failure) = match judged {
            Some((verdict, failure)) => (verdict, Some(failure)),
            None => (Verdict::Accepted, None),
        };
        Ok((check::case_result(case, verdict, &outcome), failure))
    }
}

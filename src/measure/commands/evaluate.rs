//! Runs the commands of a version and judges their outcome.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::VersionCopy;
use super::shown::Shown;
use super::tree_state::TreeState;
use super::verdict::{original_fails, streams, undecided};
use crate::base::units::Bytes;
use crate::measure::build::Built;
use crate::measure::check::case_result;
use crate::measure::flags::Refusals;
use crate::measure::judge::{Judge, JudgeError, Watch, ending};
use crate::measure::{CaseResult, Evaluation, Figures, Progress, Verdict};
use crate::sandbox::{Attempt, CancelToken, Limits, Outcome, RunVerdict};
use crate::task::harness::{BENCH, CHECK};
use crate::task::{Case, Task};

/// A version may take so many times as long as the original's first run, which built everything …
const TIMES: u32 = 5;
/// … and at least so long.
const AT_LEAST: Duration = Duration::from_secs(30);

impl Judge {
    /// Runs the check and the bench of a version. The original is asked twice: what it says must be the same, and it must
    /// pass; of every version the first run of the bench builds and warms up, the second one counts.
    ///
    /// # Errors
    /// The original fails, or passes only sometimes; a command or something to be downloaded is missing; the sandbox
    /// failed, or stopped. A version that fails is no error.
    pub fn evaluate_commands(
        &mut self,
        built: &Built,
        task: &Task,
        cancel: &CancelToken,
        watch: Watch<'_>,
    ) -> Result<Evaluation, JudgeError> {
        let cases = &task.workload.cases;
        let began = Instant::now();
        let mut evaluation = Evaluation {
            verdict: Verdict::Accepted,
            figures: Figures::default(),
            files_bytes: Bytes(0),
            cases: Vec::new(),
            cases_total: cases.len(),
            build: None,
            failure: built.failure.clone(),
            flags: Vec::new(),
            floor: None,
            memory_source: self.guards().memory_source,
        };
        let (Some(version), None) = (built.commands.clone(), &built.failure) else {
            evaluation.verdict = Verdict::CompileError;
            return Ok(evaluation);
        };
        if !version.is_original {
            self.know_original(task, cancel)?;
        }
        if version.is_original {
            // A new look at the original sets all that was fixed by an older one.
            self.commands.reported_figure = None;
            self.commands.original_passed = false;
            self.commands.trial = None;
            self.commands.master = None;
            self.commands.states.clear();
            self.commands.shown.clear();
            self.commands.ends.clear();
            version.release();
        }
        self.lay_out(&version)?;
        self.record_state(&version)?;
        let (mut refusals, mut printed) = (Refusals::default(), Vec::new());
        for (index, case) in cases.iter().enumerate() {
            watch(Progress::CaseStarted {
                index,
                total: cases.len(),
                case: case.name.clone(),
            });
            let outcome = self.run_case(&version, task, case, &mut refusals, cancel, watch)?;
            let judged = match self.command_verdict(&outcome, case, task)? {
                None => self.unfinished(&version, &outcome, case, task, cancel)?,
                judged => judged,
            };
            if version.is_original
                && let Some((_, failure)) = &judged
            {
                return Err(original_fails(task, case, &outcome, failure));
            }
            evaluation.files_bytes = evaluation.files_bytes.max(outcome.files);
            let verdict = judged.as_ref().map_or(Verdict::Accepted, |(v, _)| *v);
            let result = CaseResult {
                figures: self.read_bench(task, case, &outcome, &version).figures,
                ..case_result(case, verdict, &outcome)
            };
            printed.extend(self.figure_flags(task, case, &outcome, &version));
            evaluation.figures = evaluation.figures.join(result.figures);
            evaluation.cases.push(result.clone());
            watch(Progress::CaseFinished {
                index,
                total: cases.len(),
                result,
            });
            if let Some((verdict, failure)) = judged {
                evaluation.verdict = verdict;
                evaluation.failure = Some(failure);
                // It is never timed.
                version.release();
                break;
            }
        }
        evaluation.flags = refusals.flags();
        evaluation.flags.extend(printed);
        if !version.is_original && evaluation.verdict.accepted() {
            evaluation.flags.extend(self.untested(task));
        }
        if version.is_original && evaluation.verdict.accepted() {
            self.make_master(&version, task)?;
            for case in cases {
                let shown = self.commands.shown.get(&case.name);
                let silent = shown.is_some_and(Shown::is_silent);
                let says = case.name == BENCH && self.commands.reported_figure.is_some();
                if silent
                    && !says
                    && version.is_restored()
                    && let Some(ends) = self.ends(&version, task, case, cancel)?
                    && !ends.is_empty()
                {
                    self.commands.ends.insert(case.name.clone(), ends);
                }
            }
            self.try_broken(&version, task, &evaluation, began.elapsed(), cancel)?;
            self.commands.original_passed = true;
        }
        Ok(evaluation)
    }

    /// Makes the copy in which the original has passed the one that all others are made from.
    fn make_master(&mut self, version: &Arc<VersionCopy>, task: &Task) -> Result<(), JudgeError> {
        let states = std::mem::take(&mut self.commands.states);
        let master = version.or_environment(version.take_master(task, states))?;
        self.commands.master = master.map(Arc::new);
        self.lay_out(version)?;
        if !version.is_restored() {
            self.commands.master = None;
            self.note(
                "what the commands build is too large to be copied again: every version builds everything, and what its runs write into its copy stays there".into(),
            );
        }
        Ok(())
    }

    /// The runs that one case of an evaluation takes; the last of them counts, or the first that failed.
    fn run_case(
        &mut self,
        version: &VersionCopy,
        task: &Task,
        case: &Case,
        refusals: &mut Refusals,
        cancel: &CancelToken,
        watch: Watch<'_>,
    ) -> Result<Outcome, JudgeError> {
        // What is timed is warmed up first, and its figures are taken while nobody watches its files.
        let timed = task.workload.cases.last().map(|c| &c.name) == Some(&case.name);
        if !version.is_original {
            self.build_products(version, task, cancel)?;
        }
        version.restore(&case.name)?;
        let limits = self.limits_for(version, task, case);
        let program = version.program(task, case);
        let mut once = |judge: &mut Self, watched: bool| {
            let program = crate::sandbox::Program {
                watched,
                ..program.clone()
            };
            let mut sampled = |sample| watch(Progress::Sampled { sample });
            judge.run(&program, &limits, &mut sampled, cancel)
        };
        let first = once(self, true)?;
        if first.verdict == RunVerdict::SandboxError {
            return Err(JudgeError::Sandbox(ending(&first, &limits)));
        }
        self.note_refusals(version, &first.attempts, case, refusals);
        let failed = first.verdict != RunVerdict::Ok && !version.is_original;
        if failed {
            return Ok(first);
        }
        if !version.is_ready(&case.name) {
            self.keep_products(version, task, case, cancel)?;
        }
        self.record_state(version)?;
        if !timed && !version.is_original {
            return Ok(first);
        }
        version.restore(&case.name)?;
        let second = once(self, false)?;
        if second.verdict == RunVerdict::SandboxError {
            return Err(JudgeError::Sandbox(ending(&second, &limits)));
        }
        self.record_state(version)?;
        if version.is_original {
            let name = case.name.clone();
            self.commands.first_runs.insert(name, first.wall);
            if case.name == CHECK
                && (first.verdict == RunVerdict::Ok) != (second.verdict == RunVerdict::Ok)
            {
                return Err(undecided(task, case, &first, &second, &limits));
            }
            if case.name == BENCH && second.verdict == RunVerdict::Ok {
                self.fix_figure(task, case, [&first, &second])?;
            }
            let streams = [&first, &second].map(streams);
            let shown = Shown::of(streams);
            self.commands.shown.insert(case.name.clone(), shown);
        }
        Ok(second)
    }

    /// Records what the copy of the original holds now, while it is evaluated.
    fn record_state(&mut self, version: &VersionCopy) -> Result<(), JudgeError> {
        if version.is_original {
            let state = version.with(|laid_out| TreeState::of(&laid_out.copy));
            let state = version.or_environment(state)?;
            self.commands.states.extend(state);
        }
        Ok(())
    }

    /// Limits of a version: the user's, and not much more time than the original took to build and run.
    pub(super) fn limits_for(&self, version: &VersionCopy, task: &Task, case: &Case) -> Limits {
        let mut limits = task.limits.clone();
        if let (false, Some(first)) = (
            version.is_original,
            self.commands.first_runs.get(&case.name),
        ) {
            let enough = (Duration::from(*first) * TIMES).max(AT_LEAST);
            limits.time = limits.time.min(enough);
        }
        limits
    }

    fn note_refusals(
        &mut self,
        version: &VersionCopy,
        attempts: &[Attempt],
        case: &Case,
        refusals: &mut Refusals,
    ) {
        let state = &mut self.commands;
        if version.is_original {
            state.refused.extend_from_slice(attempts);
            return;
        }
        let known = |a: &&Attempt| {
            !state
                .refused
                .iter()
                .any(|r| (r.kind, &r.what) == (a.kind, &a.what))
        };
        let new: Vec<Attempt> = attempts.iter().filter(known).cloned().collect();
        refusals.see(&new, &case.name);
    }
}

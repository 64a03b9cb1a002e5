//! Runs the commands of a version and judges their outcome.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::metric::{self, ReportedFigure, Unit};
use super::shown::Shown;
use super::surroundings::quoted;
use super::tree_state::TreeState;
use super::{VersionCopy, build_step, command_of, diagnostics, of};
use crate::base::units::Bytes;
use crate::measure::build::Built;
use crate::measure::check::case_result;
use crate::measure::flags::Refusals;
use crate::measure::judge::{Judge, JudgeError, Watch, ending};
use crate::measure::{CaseResult, Evaluation, Failure, Figures, Progress, Verdict, text};
use crate::sandbox::{Attempt, CancelToken, Limits, Outcome, RunVerdict};
use crate::task::harness::{BENCH, CHECK, Commands};
use crate::task::{Case, Task};

/// What the end of an output is cut to, in bytes.
const EXCERPT: usize = 1_600;

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
            self.commands.shown.clear();
            self.commands.ends.clear();
            version.release();
        }
        self.lay_out(&version)?;
        let before = if version.is_original {
            version.or_environment(version.with(|laid_out| TreeState::of(&laid_out.copy)))?
        } else {
            None
        };
        let (mut refusals, mut printed) = (Refusals::default(), Vec::new());
        for (index, case) in cases.iter().enumerate() {
            watch(Progress::CaseStarted {
                index,
                total: cases.len(),
                case: case.name.clone(),
            });
            let outcome = self.run_case(&version, task, case, &mut refusals, cancel, watch)?;
            let mut judged = match self.command_verdict(&outcome, case, task)? {
                None => self.left_out(&version, &outcome, case, task),
                judged => judged,
            };
            if judged.is_none() && !version.is_original {
                let early = self.ends_early(&version, task, case, cancel)?;
                judged = early.map(|reason| (Verdict::WrongAnswer, failed(case, reason, &outcome)));
            }
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
        if let Some(before) = before.filter(|_| evaluation.verdict.accepted()) {
            self.commands.original_passed = true;
            let master = version.or_environment(version.take_master(before))?;
            self.commands.master = master.map(Arc::new);
            self.lay_out(&version)?;
            if !version.is_restored() {
                self.commands.master = None;
                self.note(
                    "what the commands build is too large to be copied again: every version builds everything, and what its runs write into its copy stays there".into(),
                );
            }
            for case in cases {
                let silent = self
                    .commands
                    .shown
                    .get(&case.name)
                    .is_some_and(Shown::is_silent);
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
            self.try_broken(task, &evaluation, began.elapsed(), cancel)?;
        }
        Ok(evaluation)
    }

    /// Builds what the runs of a version need, as far as that can be done without running the version itself.
    pub(super) fn build_products(
        &mut self,
        version: &VersionCopy,
        task: &Task,
        cancel: &CancelToken,
    ) -> Result<(), JudgeError> {
        if version.is_built() {
            return Ok(());
        }
        if version.compiled_python().is_some() {
            let file = quoted(&version.base.file.display().to_string());
            let compile = format!("python3 -I -m py_compile {file}");
            let compiled = self.run_build(version, task, &compile, cancel)?;
            version.keep_compiled_python(compiled)?;
        }
        let mut built = version.needs_no_build();
        let cases: &[Case] = if built { &[] } else { &task.workload.cases };
        for case in cases {
            let build = build_step::build_only(command_in(task, case));
            built = match build {
                Some(build) if self.run_build(version, task, &build, cancel)? => {
                    version.keep_products()?;
                    true
                }
                _ => false,
            };
        }
        if built {
            version.set_built();
        }
        Ok(())
    }

    /// Runs a command that only builds; whether it succeeded.
    fn run_build(
        &mut self,
        version: &VersionCopy,
        task: &Task,
        build: &str,
        cancel: &CancelToken,
    ) -> Result<bool, JudgeError> {
        version.restore()?;
        let Some(case) = task.workload.cases.last() else {
            return Ok(false);
        };
        let mut program = version.program(task, case);
        program.argv = ["/bin/sh", "-c", build].map(str::to_owned).to_vec();
        let limits = self.limits_for(version, task, case);
        let outcome = self.run(&program, &limits, &mut |_| {}, cancel)?;
        Ok(outcome.verdict == RunVerdict::Ok)
    }

    /// Builds what the timed runs of a version need, by running its commands where nothing less does.
    pub(super) fn build_or_run(
        &mut self,
        version: &VersionCopy,
        task: &Task,
        limits: &Limits,
        cancel: &CancelToken,
    ) -> Result<(), JudgeError> {
        self.build_products(version, task, cancel)?;
        if version.is_built() {
            return Ok(());
        }
        let last = task.workload.cases.len().saturating_sub(1);
        for (index, case) in task.workload.cases.iter().enumerate() {
            if index == last || build_step::build_only(command_in(task, case)).is_none() {
                version.restore()?;
                // What comes of it the timed runs will say.
                let program = version.program(task, case);
                self.run(&program, limits, &mut |_| {}, cancel)?;
                version.keep_products()?;
            }
        }
        version.set_built();
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
        version.restore()?;
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
        if failed || (version.is_built() && !timed && !version.is_original) {
            return Ok(first);
        }
        if version.is_built() {
            version.restore()?;
        } else {
            // The bench may run what the check has built.
            if timed || build_step::build_only(command_in(task, case)).is_none() {
                version.keep_products()?;
            }
            if timed {
                version.set_built();
            }
        }
        if !timed && !version.is_original {
            return Ok(first);
        }
        version.restore()?;
        let second = once(self, false)?;
        if second.verdict == RunVerdict::SandboxError {
            return Err(JudgeError::Sandbox(ending(&second, &limits)));
        }
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
        let command = of(task).map_or("", |commands| command_of(commands, &case.name));
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
        version: &VersionCopy,
        outcome: &Outcome,
        case: &Case,
        task: &Task,
    ) -> Option<(Verdict, Failure)> {
        let says = case.name == BENCH && self.commands.reported_figure.is_some();
        if version.is_original || says {
            return None;
        }
        let missing = (self.commands.shown.get(&case.name)?).missing(streams(outcome))?;
        let command = of(task).map_or("", |commands| command_of(commands, &case.name));
        let reason = format!("`{command}` succeeds, but {missing}");
        Some((Verdict::WrongAnswer, failed(case, reason, outcome)))
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

/// The command that a case of a task stands for.
fn command_in<'a>(task: &'a Task, case: &Case) -> &'a str {
    of(task).map_or("true", |commands| command_of(commands, &case.name))
}

/// What a run has printed.
fn streams(outcome: &Outcome) -> [&[u8]; 2] {
    [&outcome.stdout.bytes, &outcome.stderr.bytes]
}

/// The reason of a command that failed and says nothing more.
fn exited(command: &str, how: &str) -> String {
    format!("`{command}`: {how}")
}

/// The error for an original that does not pass: one sentence and the end of its output.
fn original_fails(task: &Task, case: &Case, outcome: &Outcome, failure: &Failure) -> JudgeError {
    let whole = diagnostics::text(outcome);
    let command = of(task).map_or("", |commands: &Commands| command_of(commands, &case.name));
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

fn undecided(
    task: &Task,
    case: &Case,
    first: &Outcome,
    second: &Outcome,
    limits: &Limits,
) -> JudgeError {
    let command = of(task).map_or("", |commands| command_of(commands, &case.name));
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

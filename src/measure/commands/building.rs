//! Builds what the runs of a version need before it is measured, and keeps it.

use std::path::{Path, PathBuf};

use super::surroundings::quoted;
use super::{VersionCopy, build_step, command_in};
use crate::measure::judge::{Judge, JudgeError};
use crate::sandbox::{CancelToken, Limits, Outcome, RunVerdict};
use crate::task::{Case, Task};

impl Judge {
    /// Builds what the runs of a version need, as far as that can be done without running the version itself.
    pub(super) fn build_products(
        &mut self,
        version: &VersionCopy,
        task: &Task,
        cancel: &CancelToken,
    ) -> Result<(), JudgeError> {
        if !version.starts_building() {
            return Ok(());
        }
        self.compile_python(version, task, &[version.base.file.as_path()], cancel)?;
        for case in &task.workload.cases {
            if version.is_ready(&case.name) {
                continue;
            }
            if let Some(build) = build_step::build_only(command_in(task, case))
                && self.run_build(version, task, &build, cancel)?
            {
                self.keep_products(version, task, case, cancel)?;
            }
        }
        Ok(())
    }

    /// Builds what the timed runs of a version need, by running its commands where nothing less does. What was built is kept
    /// where the run `counts`.
    pub(super) fn build_or_run(
        &mut self,
        version: &VersionCopy,
        task: &Task,
        limits: &Limits,
        counts: impl Fn(&Outcome) -> bool,
        cancel: &CancelToken,
    ) -> Result<(), JudgeError> {
        self.build_products(version, task, cancel)?;
        for case in &task.workload.cases {
            if version.is_ready(&case.name) {
                continue;
            }
            version.restore(&case.name)?;
            let program = version.program(task, case);
            let outcome = self.run(&program, limits, &mut |_| {}, cancel)?;
            // What else comes of it the timed runs will say.
            if counts(&outcome) {
                self.keep_products(version, task, case, cancel)?;
            }
        }
        Ok(())
    }

    /// Keeps what a run of a case has built, so that no later run builds it again.
    pub(super) fn keep_products(
        &mut self,
        version: &VersionCopy,
        task: &Task,
        case: &Case,
        cancel: &CancelToken,
    ) -> Result<(), JudgeError> {
        version.keep_products(&case.name)?;
        let made = version.python_products();
        let made: Vec<&Path> = made.iter().map(PathBuf::as_path).collect();
        self.compile_python(version, task, &made, cancel)
    }

    /// Runs a command that only builds; whether it succeeded.
    fn run_build(
        &mut self,
        version: &VersionCopy,
        task: &Task,
        build: &str,
        cancel: &CancelToken,
    ) -> Result<bool, JudgeError> {
        let Some(case) = task.workload.cases.last() else {
            return Ok(false);
        };
        version.restore(&case.name)?;
        let mut program = version.program(task, case);
        program.argv = ["/bin/sh", "-c", build].map(str::to_owned).to_vec();
        let limits = self.limits_for(version, task, case);
        let outcome = self.run(&program, &limits, &mut |_| {}, cancel)?;
        Ok(outcome.verdict == RunVerdict::Ok)
    }

    /// Has Python compile files outside of any run, where it has compiled the original's: else they would be compiled in each
    /// of the timed runs of a version, and the original's not.
    fn compile_python(
        &mut self,
        version: &VersionCopy,
        task: &Task,
        files: &[&Path],
        cancel: &CancelToken,
    ) -> Result<(), JudgeError> {
        let compiled: Vec<(&Path, Vec<PathBuf>)> = (files.iter())
            .map(|file| (*file, version.compiled_python(file)))
            .filter(|(_, compiled)| !compiled.is_empty())
            .collect();
        if compiled.is_empty() {
            return Ok(());
        }
        let names = (compiled.iter()).map(|(file, _)| quoted(&file.display().to_string()));
        let names: Vec<String> = names.collect();
        let compile = format!("python3 -I -m py_compile {}", names.join(" "));
        if self.run_build(version, task, &compile, cancel)? {
            let all: Vec<PathBuf> = compiled.into_iter().flat_map(|(_, all)| all).collect();
            version.take(&all)?;
        }
        Ok(())
    }
}

//! Deciding whether an output is right: a rule is applied here, a checker program is run as a guest of its own.
//!
//! A checker program is built and run like any version: isolated and limited. The run is its own; no version is there
//! while the expected output is in its work folder. The same question is never asked twice, so that the timed runs of a
//! program whose output does not vary cost no run of the checker.

use std::collections::HashMap;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::build::Built;
use super::judge::{Judge, JudgeError, ending};
use super::text;
use crate::base::units::Bytes;
use crate::sandbox::{CancelToken, Limits, Mount, Outcome, Program, RunVerdict, WORK};
use crate::task::checker::{CheckerProgram, Mismatch};
use crate::task::{Case, Checker, Task};

/// Answers that are remembered before all are dropped: a program whose output varies must not fill the memory.
const REMEMBERED: usize = 10_000;

/// Longest reason that is kept of a checker, in bytes.
const REASON: usize = 400;

/// The checker programs of a judge, and the answers they gave.
#[derive(Default)]
pub(super) struct CheckerState {
    built: HashMap<String, Arc<Built>>,
    answers: HashMap<[u8; 32], Result<(), Mismatch>>,
}

/// Limits of a checker program: it reads three files and prints a sentence.
fn limits(task: &Task) -> Limits {
    let own = Limits::default();
    Limits {
        time: own.time.max(task.limits.time),
        memory: Bytes(own.memory.0.max(task.limits.memory.0)),
        output: Bytes::mib(1),
        ..own
    }
}

impl Judge {
    /// Whether two outputs count as the same for a case of the task.
    ///
    /// # Errors
    /// Only where a checker program is asked: it does not build, fails, or says neither right nor wrong; the sandbox
    /// failed, or stopped.
    pub(super) fn compare_outputs(
        &mut self,
        task: &Task,
        case: &Case,
        expected: &[u8],
        got: &[u8],
        cancel: &CancelToken,
    ) -> Result<Result<(), Mismatch>, JudgeError> {
        let Checker::Program(checker) = &task.checker else {
            return Ok(task.checker.check(expected, got));
        };
        let question = question(checker, &case.input, expected, got);
        if let Some(known) = self.checkers.answers.get(&question) {
            return Ok(known.clone());
        }
        let answer = self.ask_checker(checker, task, case, expected, got, cancel)?;
        if self.checkers.answers.len() >= REMEMBERED {
            self.checkers.answers.clear();
        }
        self.checkers.answers.insert(question, answer.clone());
        Ok(answer)
    }

    fn ask_checker(
        &mut self,
        checker: &CheckerProgram,
        task: &Task,
        case: &Case,
        expected: &[u8],
        got: &[u8],
        cancel: &CancelToken,
    ) -> Result<Result<(), Mismatch>, JudgeError> {
        let built = self.build_checker(checker, cancel)?;
        let room = self.cache.room()?;
        let texts = [
            ("input", &*case.input),
            ("got", got),
            ("expected", expected),
        ];
        let mut program = Program {
            argv: built.argv.clone(),
            environment: built.environment.clone(),
            mounts: built.mounts.clone(),
            ..Program::default()
        };
        for (name, bytes) in texts {
            let host = lay_out(room.path(), name, bytes).map_err(|why| JudgeError::Cache {
                path: room.path().to_path_buf(),
                why,
            })?;
            let guest = format!("{WORK}/{name}");
            program.argv.push(guest.clone());
            program.mounts.push(Mount { host, guest });
        }
        let limits = limits(task);
        let outcome = self.run(&program, &limits, &mut |_| {}, cancel)?;
        match said(&outcome) {
            Some(Ok(())) => Ok(Ok(())),
            Some(Err(reason)) => {
                // Where it differs only the checker knows; both texts are shown from their first difference on.
                let bytes = Checker::Exact
                    .check(expected, got)
                    .err()
                    .unwrap_or_default();
                Ok(Err(Mismatch { reason, ..bytes }))
            }
            None => Err(failed(checker, case, &outcome, &limits)),
        }
    }

    fn build_checker(
        &mut self,
        checker: &CheckerProgram,
        cancel: &CancelToken,
    ) -> Result<Arc<Built>, JudgeError> {
        let key = format!("{}\0{}", checker.source.file_name, checker.source.text);
        if let Some(built) = self.checkers.built.get(&key) {
            return Ok(built.clone());
        }
        let built = self.build(
            &checker.source,
            &checker.language,
            None,
            cancel,
            &mut |_| {},
        )?;
        if let Some(failure) = &built.failure {
            return Err(JudgeError::Task(format!(
                "the checker {} does not compile ({})\n{}",
                checker.source.file_name, failure.reason, failure.stderr
            )));
        }
        let built = Arc::new(built);
        self.checkers.built.insert(key, built.clone());
        Ok(built)
    }
}

/// Identifies a question to a checker.
fn question(checker: &CheckerProgram, input: &[u8], expected: &[u8], got: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for part in [checker.source.text.as_bytes(), input, expected, got] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}

fn lay_out(room: &Path, name: &str, bytes: &[u8]) -> std::io::Result<PathBuf> {
    let path = room.join(name);
    let mut file = std::fs::File::create(&path)?;
    file.write_all(bytes)?;
    // The guest is another user.
    file.set_permissions(std::fs::Permissions::from_mode(0o644))?;
    Ok(path)
}

/// What a checker said: right, wrong and why, or `None` if neither.
fn said(outcome: &Outcome) -> Option<Result<(), String>> {
    let first = |bytes: &[u8]| {
        let text = text::clean(&text::head(bytes, REASON));
        let line = text.lines().map(str::trim).find(|l| !l.is_empty());
        line.map(str::to_owned)
    };
    if outcome.verdict == RunVerdict::Ok {
        return Some(Ok(()));
    }
    if outcome.verdict != RunVerdict::RuntimeError || outcome.signal.is_some() {
        return None;
    }
    let (out, err) = (first(&outcome.stdout.bytes), first(&outcome.stderr.bytes));
    let testlib = err.clone().filter(|e| e.starts_with("wrong "));
    match (outcome.exit_code, out, testlib, err) {
        (Some(1 | 2), _, Some(reason), _) | (Some(1), Some(reason), None, _) => Some(Err(reason)),
        (Some(1), None, None, None) => {
            Some(Err("the checker says no more than that it is wrong".into()))
        }
        _ => None,
    }
}

fn failed(checker: &CheckerProgram, case: &Case, outcome: &Outcome, limits: &Limits) -> JudgeError {
    if outcome.verdict == RunVerdict::SandboxError {
        return JudgeError::Sandbox(ending(outcome, limits));
    }
    let error = text::tail(&outcome.stderr.bytes, 600);
    JudgeError::Task(format!(
        "the checker {} failed itself on case {} ({}); it must end with status 0 for right, or with status 1 and a reason on its standard output for wrong{}{error}",
        checker.source.file_name,
        case.name,
        ending(outcome, limits),
        if error.is_empty() { "" } else { "\n" },
    ))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_checker_has_at_least_the_time_of_a_version() {
        let languages = crate::task::Languages::load(None).unwrap();
        let mut task = crate::task::bundled::load("pairs", &languages).unwrap();
        task.limits.time = Duration::from_millis(5);
        assert_eq!(limits(&task).time, Limits::default().time);
        task.limits.time = Duration::from_secs(100);
        assert_eq!(limits(&task).time, Duration::from_secs(100));
    }
}

//! A second opinion on a version that passes the check: the calls that check and bench make of the original's function are recorded,
//! made again, and what comes of them is compared by value. What no test looks at is so looked at too.
//!
//! Of functions and methods of Python, and of functions of JavaScript that are no arrows and take plain data. Calls are recorded with the original, once; what cannot be pickled, or does not give the
//! same twice, gives no opinion.

use std::path::Path;
use std::time::Duration;

use super::of;
use crate::measure::judge::{Judge, JudgeError};
use crate::measure::{Flag, FlagKind, Verdict};
use crate::sandbox::{CancelToken, Limits};
use crate::task::calls::LeftKinds;
use crate::task::harness::{CallGenerator, Calls};
use crate::task::region::FunctionKind;
use crate::task::{Case, Checker, Harness, HoldOut, Source, Task, Workload};

/// How calls are recorded in a language. Names that begin with `REHEAT_` are put in.
struct Recorder {
    /// First statement of the function. While the file is being loaded the recorder is not there yet.
    statement: &'static str,
    /// The end of the file.
    recorder: &'static str,
    /// The file that makes the calls again, and its text.
    again: (&'static str, &'static str),
}

const PYTHON: Recorder = Recorder {
    statement: "globals().get('_reheat_saw', id)(__import__('sys')._getframe())",
    recorder: include_str!("../../../assets/recorder/python.py"),
    again: (
        "recorded.py",
        include_str!("../../../assets/recorder/calls.py"),
    ),
};

const JAVASCRIPT: Recorder = Recorder {
    statement: "globalThis.reheatSaw?.(arguments);",
    recorder: include_str!("../../../assets/recorder/javascript.js"),
    again: (
        "recorded.cjs",
        include_str!("../../../assets/recorder/calls.cjs"),
    ),
};

/// What the recorder writes to, below the guest's home.
const FILE: &str = ".reheat-calls";

/// Bytes that are read of what was recorded.
const MOST: u64 = 8 << 20;

/// A command that records may take so much longer than it did, and no longer than this.
const LONGER: u32 = 2;
const LONGEST: Duration = Duration::from_secs(20);

/// Time for the recorded calls, all together.
const TIME: Duration = Duration::from_secs(10);

/// Floats may differ by so much.
const TOLERANCE: f64 = 1e-9;

impl Judge {
    /// Records the calls that check and bench make of the original, unless that was done.
    ///
    /// # Errors
    /// The sandbox failed, or stopped.
    pub(crate) fn record_calls(
        &mut self,
        task: &Task,
        cancel: &CancelToken,
    ) -> Result<(), JudgeError> {
        if self.commands.recorded.is_none() {
            let recorded = match self.recorded_task(task, cancel) {
                Ok(recorded) => recorded,
                // The original does not agree with itself, or its calls prove nothing.
                Err(JudgeError::Task(_) | JudgeError::Environment(_)) => None,
                Err(error) => return Err(error),
            };
            self.commands.recorded = Some(recorded.map(Box::new));
        }
        Ok(())
    }

    /// A flag for a version that passes the check and gives something else than the original on calls that check or bench make.
    ///
    /// # Errors
    /// The sandbox failed, or stopped.
    pub(crate) fn second_opinion(
        &mut self,
        task: &Task,
        source: &Source,
        cancel: &CancelToken,
    ) -> Result<Option<Flag>, JudgeError> {
        self.record_calls(task, cancel)?;
        let Some(Some(again)) = self.commands.recorded.clone() else {
            return Ok(None);
        };
        let built = self.prepare(&again, source, cancel, &mut |_| {})?;
        let evaluation = self.evaluate(&built, &again, cancel, &mut |_| {})?;
        let failure = evaluation
            .failure
            .filter(|_| evaluation.verdict == Verdict::WrongAnswer);
        Ok(failure.map(|failure| Flag {
            kind: FlagKind::SecondOpinion,
            reason: format!(
                "it passes the check, but gives something else than the original on a call that check or bench make: {}",
                failure.reason
            ),
        }))
    }

    /// The task of making the recorded calls again, with what comes of them with the original; `None` where nothing was recorded.
    fn recorded_task(
        &mut self,
        task: &Task,
        cancel: &CancelToken,
    ) -> Result<Option<Task>, JudgeError> {
        let region = task.region.clone().filter(|_| of(task).is_some());
        let Some((region, kind)) = region.and_then(|r| Some((r.clone(), r.callee()?.kind))) else {
            return Ok(None);
        };
        let is_python = task.language.id == "python";
        let how = if is_python { PYTHON } else { JAVASCRIPT };
        let kind = match kind {
            FunctionKind::Function | FunctionKind::StaticMethod => "function",
            FunctionKind::ClassMethod => "class",
            FunctionKind::Method | FunctionKind::Getter | FunctionKind::Setter if is_python => {
                "object"
            }
            _ => return Ok(None),
        };
        let put_in = |text: &str| {
            text.replace("REHEAT_KIND", kind)
                .replace("REHEAT_FILE", FILE)
        };
        let Some(text) = region.with_first_statement(how.statement) else {
            return Ok(None);
        };
        let text = text + &put_in(how.recorder);
        let lines = self.recorded(task, &text, cancel)?;
        if lines.is_empty() {
            return Ok(None);
        }
        let again = put_in(how.again.1).replace("REHEAT_CALLS", &lines.join("\n"));
        let sum = blake3::hash(again.as_bytes()).to_hex()[..32].to_owned();
        let file = self.cache.source(&sum, how.again.0, again.as_bytes())?;
        let mut task = Task {
            harness: Harness::Calls(Calls {
                generator: Some(CallGenerator {
                    file,
                    function: "calls".into(),
                }),
                ..Calls::default()
            }),
            workload: Workload {
                cases: vec![Case {
                    name: "recorded".into(),
                    input: b"{}".as_slice().into(),
                    expected: None,
                    status: None,
                    held_out: false,
                }],
                hold_out: HoldOut::Count(0),
                ..Workload::default()
            },
            checker: Checker::Results {
                tolerance: TOLERANCE,
                messages: false,
                ignore: LeftKinds::ALL,
            },
            limits: Limits {
                time: TIME,
                ..Limits::default()
            },
            ..task.clone()
        };
        self.complete_with_oracle(&mut task, cancel, &mut |_| {})?;
        Ok(Some(task))
    }

    /// Runs check and bench with a file that records, and reads what it has recorded: lines of base64.
    fn recorded(
        &mut self,
        task: &Task,
        text: &str,
        cancel: &CancelToken,
    ) -> Result<Vec<String>, JudgeError> {
        let built = self.build_commands(task, text, &mut |_| {})?;
        let Some(version) = built.commands.clone() else {
            return Ok(Vec::new());
        };
        let mut lines = Vec::new();
        for case in &task.workload.cases {
            version.restore(&case.name)?;
            let usual = self.limits_for(&version, task, case);
            let first = self.commands.first_runs.get(&case.name).copied();
            let time = first.map_or(LONGEST, |first| {
                Duration::from(first) * LONGER + Duration::from_secs(1)
            });
            let limits = Limits {
                time: usual.time.min(time).min(LONGEST),
                ..usual
            };
            // How it ends does not matter: what it has recorded by then counts.
            self.run(&version.program(task, case), &limits, &mut |_| {}, cancel)?;
            let said = version.with(|laid_out| Ok(laid_out.copy.read_home(Path::new(FILE), MOST)));
            let said = version.or_environment(said)?.flatten().unwrap_or_default();
            let whole = |line: &&str| {
                let base64 = |b: u8| b.is_ascii_alphanumeric() || b"+/=".contains(&b);
                !line.is_empty() && line.bytes().all(base64)
            };
            lines.extend(said.lines().filter(whole).map(str::to_owned));
        }
        Ok(lines)
    }
}

//! Check and bench are tried before they are believed: with the function broken on purpose the check must fail, and the bench
//! cannot say the same.
//!
//! This is done once, when the original has passed, takes no longer than the original's own runs did, and is kept by the
//! content of the project.

use std::os::unix::fs::MetadataExt as _;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::{CopyTemplate, VersionCopy, command_of, of};
use crate::base::units::Nanos;
use crate::measure::figures::run_figures;
use crate::measure::judge::{Judge, JudgeError};
use crate::measure::{Evaluation, Flag, FlagKind, Verdict};
use crate::sandbox::{CancelToken, Limits, Outcome};
use crate::task::harness::{BENCH, CHECK};
use crate::task::region::{Broken, broken_file};
use crate::task::{Case, Task};

/// Time for all of it, where the original's own runs took less.
const AT_LEAST: Duration = Duration::from_secs(20);

/// Figures of a bench that are no further apart are the same.
const SAME: f64 = 0.1;

/// By so many times the figure of a bench changes that times a function which does next to nothing …
const FAR: f64 = 2.0;
/// … and so much of its time is left, without that for its start, where it goes on until the clock ends it.
const AS_LONG: f64 = 0.3;

/// The name under which an answer is kept.
const KEPT: &str = "trial.json";

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Trial {
    /// How the check took what the broken function did.
    check: Vec<(String, Notice)>,
    /// Whether the bench says the same with the broken function.
    bench_is_same: bool,
    /// Whether the bench chooses by the clock how often it calls the function: a function that does next to nothing makes its
    /// figure fall and leaves its time as it is.
    #[serde(default)]
    pub(super) is_by_clock: bool,
    /// CPU time of the bench until it calls the function for the first time.
    pub(super) start: Option<Nanos>,
}

/// How a check took a broken function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Notice {
    Failed,
    Passed,
    NotBuilt,
}

impl Trial {
    /// What is to be said of it before the first round.
    fn sentences(&self, name: &str) -> Vec<String> {
        let all = |notice| self.check.iter().all(|(_, n)| *n == notice) && !self.check.is_empty();
        let passed = self.check.iter().filter(|(_, n)| *n == Notice::Passed);
        let passed: Vec<&str> = passed.map(|(how, _)| how.as_str()).collect();
        let of_check = if let Some(why) = self.untested(name) {
            Some(format!("{why}. What a version gives back is not looked at"))
        } else if all(Notice::NotBuilt) {
            Some(format!(
                "whether the check tests {name} is not known: broken on purpose it does not build"
            ))
        } else if passed.is_empty() {
            None
        } else {
            Some(format!(
                "the check passes although {name} {}: it looks little at what that gives back",
                passed.join(", or ")
            ))
        };
        let of_bench = self.bench_is_same.then(|| {
            format!(
                "the bench says the same although {name} raises an error at once: it does not seem to run it, so that no version can be told from another by it"
            )
        });
        of_check.into_iter().chain(of_bench).collect()
    }

    /// Why the check says nothing, where it passes whatever was broken.
    fn untested(&self, name: &str) -> Option<String> {
        let all = self.check.iter().all(|(_, n)| *n == Notice::Passed);
        (all && !self.check.is_empty()).then(|| {
            let hows: Vec<&str> = self.check.iter().map(|(how, _)| how.as_str()).collect();
            format!(
                "the check passes although {name} is broken (it {}): it does not test it",
                hows.join(", or ")
            )
        })
    }
}

/// The name of what is broken, for people.
fn name_of(task: &Task) -> String {
    match (&task.region, &task.source) {
        (Some(region), _) => format!("`{}`", region.name),
        (None, Some(source)) => source.file_name.clone(),
        (None, None) => "the code".to_owned(),
    }
}

fn broken(task: &Task) -> Vec<Broken> {
    match (&task.region, &task.source) {
        (Some(region), _) => region.broken(),
        (None, Some(source)) => broken_file(&source.file_name, &source.text)
            .into_iter()
            .collect(),
        (None, None) => Vec::new(),
    }
}

impl Judge {
    /// Tries check and bench with the function broken, and says what came of it. `took` is how long the original's own runs
    /// took, `evaluation` what they gave.
    ///
    /// # Errors
    /// The sandbox failed, or stopped.
    pub(super) fn try_broken(
        &mut self,
        task: &Task,
        evaluation: &Evaluation,
        took: Duration,
        cancel: &CancelToken,
    ) -> Result<(), JudgeError> {
        let all = broken(task);
        let base = self.commands.base.clone().filter(|_| !all.is_empty());
        let Some(base) = base else {
            self.commands.trial = None;
            return Ok(());
        };
        let identity = identity(task, &all, &base);
        let kept = self.cache.find(&identity, KEPT);
        let kept = kept.and_then(|file| serde_json::from_slice(&std::fs::read(file).ok()?).ok());
        let trial = match kept {
            Some(trial) => trial,
            None => {
                let trial = self.trial(task, &all, evaluation, took.max(AT_LEAST), cancel)?;
                let bytes = serde_json::to_vec(&trial).unwrap_or_default();
                // Done again next time, if it cannot be kept.
                drop(self.cache.keep(&identity, KEPT, &bytes, ""));
                trial
            }
        };
        for sentence in trial.sentences(&name_of(task)) {
            self.note(sentence);
        }
        self.commands.trial = Some(trial);
        Ok(())
    }

    fn trial(
        &mut self,
        task: &Task,
        all: &[Broken],
        evaluation: &Evaluation,
        most: Duration,
        cancel: &CancelToken,
    ) -> Result<Trial, JudgeError> {
        let began = Instant::now();
        let mut trial = Trial::default();
        let cases: [Option<&Case>; 2] =
            [CHECK, BENCH].map(|name| task.workload.cases.iter().find(|c| c.name == name));
        for (index, broken) in all.iter().enumerate() {
            if began.elapsed() >= most {
                break;
            }
            // One copy serves check and bench: it is put back between them.
            let built = self.build_commands(task, &broken.text, &mut |_| {})?;
            let Some(version) = built.commands.clone() else {
                continue;
            };
            for case in cases.into_iter().flatten() {
                let left = most.saturating_sub(began.elapsed());
                let is_bench = case.name == BENCH;
                let told = index == 0 || index == 1 && self.commands.reported_figure.is_some();
                if is_bench && !told || left.is_zero() {
                    continue;
                }
                let Some((outcome, verdict)) =
                    self.run_broken(task, &version, case, left, cancel)?
                else {
                    continue;
                };
                if is_bench && index == 1 {
                    trial.is_by_clock = verdict.is_none()
                        && self.is_by_clock(case, &outcome, evaluation, trial.start);
                } else if case.name == CHECK {
                    let notice = match verdict {
                        None => Notice::Passed,
                        Some(Verdict::CompileError) => Notice::NotBuilt,
                        Some(_) => Notice::Failed,
                    };
                    trial.check.push((broken.how.to_owned(), notice));
                } else if verdict != Some(Verdict::CompileError) {
                    trial.start = Some(outcome.cpu);
                    trial.bench_is_same =
                        verdict.is_none() && self.is_same(task, case, &outcome, evaluation);
                }
            }
        }
        Ok(trial)
    }

    /// One run of a command with a broken function: how it ended, and the verdict on it, `None` where it passes. Nothing where
    /// it was stopped for want of time.
    fn run_broken(
        &mut self,
        task: &Task,
        version: &VersionCopy,
        case: &Case,
        left: Duration,
        cancel: &CancelToken,
    ) -> Result<Option<(Outcome, Option<Verdict>)>, JudgeError> {
        let usual = self.limits_for(version, task, case);
        let limits = Limits {
            time: usual.time.min(left),
            ..usual
        };
        if case.name == BENCH {
            self.build_or_run(version, task, &limits, cancel)?;
        }
        version.restore()?;
        let outcome = self.run(&version.program(task, case), &limits, &mut |_| {}, cancel)?;
        let judged = match self.command_verdict(&outcome, case, task)? {
            None => self.left_out(version, &outcome, case, task),
            judged => judged,
        };
        let verdict = judged.map(|(verdict, _)| verdict);
        let too_late = verdict == Some(Verdict::TimeLimit) && limits.time < usual.time;
        Ok((!too_late).then_some((outcome, verdict)))
    }

    /// Whether the bench says of the broken function what it says of the original.
    fn is_same(
        &self,
        task: &Task,
        case: &Case,
        outcome: &Outcome,
        evaluation: &Evaluation,
    ) -> bool {
        let Some(before) = evaluation.cases.iter().find(|c| c.case == case.name) else {
            return false;
        };
        let near = |a: f64, b: f64| (a - b).abs() <= SAME * a.abs().max(b.abs());
        let command = of(task).map_or("", |commands| command_of(commands, &case.name));
        match (before.figures.reported, self.reported_value(outcome)) {
            (Some(a), Some(b)) => near(a, b),
            (Some(_), None) => false,
            (None, _) => {
                let now = run_figures(outcome);
                let alike = |a: Nanos, b: Nanos| near(a.0 as f64, b.0 as f64);
                command != "true"
                    && alike(before.figures.cpu_ns, now.cpu_ns)
                    && alike(before.figures.wall_ns, now.wall_ns)
            }
        }
    }

    /// Whether the bench says far more of a function that does next to nothing, and takes as long as with the original.
    fn is_by_clock(
        &self,
        case: &Case,
        outcome: &Outcome,
        evaluation: &Evaluation,
        start: Option<Nanos>,
    ) -> bool {
        let before = evaluation.cases.iter().find(|c| c.case == case.name);
        let Some((figures, said)) = before
            .map(|c| c.figures)
            .and_then(|f| Some((f, f.reported?)))
        else {
            return false;
        };
        let now = self.reported_value(outcome).unwrap_or(said);
        let far = (now / said).max(said / now.max(f64::MIN_POSITIVE)) > FAR;
        // CPU time: on a busy machine the wall says little.
        let beyond = |cpu: Nanos| cpu.saturating_sub(start.unwrap_or_default()).0 as f64;
        far && beyond(outcome.cpu) > AS_LONG * beyond(figures.cpu_ns)
    }

    /// A flag for a version that passes a check which does not test it.
    pub(super) fn untested(&self, task: &Task) -> Option<Flag> {
        let trial = self.commands.trial.as_ref()?;
        trial.untested(&name_of(task)).map(|reason| Flag {
            kind: FlagKind::Untested,
            reason,
        })
    }
}

/// Everything that the answer depends on: the files of the project by their sizes and times.
fn identity(task: &Task, all: &[Broken], base: &CopyTemplate) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut add = |said: String| {
        hasher.update(said.as_bytes());
        hasher.update(b"\0");
    };
    add("reheat trial 1".to_owned());
    add(format!("{:?} {:?}", of(task), base.file));
    for broken in all {
        add(broken.text.clone());
    }
    for entry in &base.tree.entries {
        let facts = std::fs::symlink_metadata(base.tree.root.join(&entry.path));
        let facts = facts.map(|f| (f.len(), f.mtime(), f.mtime_nsec()));
        add(format!("{:?} {:?}", entry, facts.ok()));
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_check_does_not_notice_is_said_in_one_sentence() {
        let trial = |all: &[(&str, Notice)]| Trial {
            check: all.iter().map(|(how, n)| ((*how).to_owned(), *n)).collect(),
            ..Trial::default()
        };
        use Notice::{Failed, NotBuilt, Passed};
        for (all, says) in [
            (&[("raises", Failed), ("does nothing", Failed)][..], None),
            (&[], None),
            (
                &[("raises", Passed), ("does nothing", Passed)],
                Some(
                    "the check passes although `f` is broken (it raises, or does nothing): it does not test it",
                ),
            ),
            (
                &[("raises", Failed), ("does nothing", Passed)],
                Some("the check passes although `f` does nothing: it looks little"),
            ),
            (
                &[("raises", NotBuilt)],
                Some("whether the check tests `f` is not known"),
            ),
        ] {
            let sentences = trial(all).sentences("`f`");
            assert_eq!(sentences.is_empty(), says.is_none(), "{sentences:?}");
            let first = sentences.first().map_or("", String::as_str);
            assert!(first.starts_with(says.unwrap_or_default()), "{first}");
        }
    }
}

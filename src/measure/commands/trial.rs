//! Check and bench are tried before they are believed: with the function broken on purpose the check must fail, and the bench
//! cannot say the same.
//!
//! This is done once, when the original has passed, takes no longer than the original's own runs did, and is kept by the
//! content of the project. What the bench does with a function that does nothing is tried when a gain depends on it.

use std::os::unix::fs::MetadataExt as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{CopyTemplate, VersionCopy, command_of, of};
use crate::base::units::Nanos;
use crate::measure::figures::run_figures;
use crate::measure::judge::{Judge, JudgeError};
use crate::measure::{Contender, Evaluation, Flag, FlagKind, Verdict};
use crate::sandbox::{CancelToken, Limits, Outcome, RunVerdict};
use crate::task::harness::{BENCH, CHECK};
use crate::task::region::{Broken, broken_file};
use crate::task::{Case, Task};

/// Time for all of it, where the original's own runs took less.
const AT_LEAST: Duration = Duration::from_secs(20);

/// Figures of a bench that are no further apart are the same.
const SAME: f64 = 0.1;

/// A broken function may take so many times as long as the original's first run, and a moment more: what takes longer than
/// that does not do what it does with the original.
const TIMES: u32 = 2;
const MOMENT: Duration = Duration::from_secs(1);

/// By so many times the figure of a bench changes that times a function which does next to nothing …
const FAR: f64 = 2.0;
/// … and so much of its time is left, without that for its start, where it goes on until the clock ends it.
const AS_LONG: f64 = 0.3;

/// Runs that must agree on it.
const IDLE_RUNS: usize = 3;

/// The names under which answers are kept.
const KEPT: &str = "trial.json";
const KEPT_IDLE: &str = "idle.json";

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Trial {
    /// How the check took what the broken function did.
    check: Vec<(String, Notice)>,
    /// Whether the bench says the same with the broken function.
    bench_is_same: bool,
    /// CPU time of the bench until it calls the function for the first time.
    pub(super) start: Option<Nanos>,
    /// What the bench does with a function that does nothing, where that was tried.
    #[serde(skip)]
    pub(super) idle: Option<Idle>,
    /// Of all that the answer depends on.
    #[serde(skip)]
    identity: String,
}

/// What a bench does with a function that does next to nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Idle {
    /// CPU time of its command: that of everything else. `None` where it fails.
    pub(super) cpu: Option<Nanos>,
    /// Whether it chooses by the clock how often it calls the function: its figure falls, and its time stays as it is. `None`
    /// where that is not known.
    pub(super) is_by_clock: Option<bool>,
}

/// How a check took a broken function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Notice {
    Failed,
    Passed,
    NotBuilt,
}

/// Where a broken function is run.
struct Place<'b> {
    copy: Arc<VersionCopy>,
    /// The file with the broken function, where the copy is not its own.
    laid_over: Option<&'b str>,
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
    /// took, `evaluation` what they gave; broken versions that need not be built are run in the copy of `original`.
    ///
    /// # Errors
    /// The sandbox failed, or stopped.
    pub(super) fn try_broken(
        &mut self,
        original: &Arc<VersionCopy>,
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
        let kept = self.kept(&identity, KEPT);
        let mut trial = match kept {
            Some(trial) => trial,
            None => {
                let limit = took.max(AT_LEAST);
                let (trial, is_whole) =
                    self.trial(original, task, &all, evaluation, limit, cancel)?;
                if is_whole {
                    self.keep_answer(&identity, KEPT, &trial);
                }
                trial
            }
        };
        for sentence in trial.sentences(&name_of(task)) {
            self.note(sentence);
        }
        trial.idle = self.kept(&of_idle(&identity), KEPT_IDLE);
        trial.identity = identity;
        self.commands.trial = Some(trial);
        Ok(())
    }

    fn kept<T: DeserializeOwned>(&self, identity: &str, name: &str) -> Option<T> {
        let file = self.cache.find(identity, name)?;
        serde_json::from_slice(&std::fs::read(file).ok()?).ok()
    }

    /// Keeps an answer; it is looked for again next time, if it cannot be kept.
    fn keep_answer(&self, identity: &str, name: &str, answer: &impl Serialize) {
        let bytes = serde_json::to_vec(answer).unwrap_or_default();
        drop(self.cache.keep(identity, name, &bytes, ""));
    }

    /// The trial itself, and whether there was time for all of it.
    fn trial(
        &mut self,
        original: &Arc<VersionCopy>,
        task: &Task,
        all: &[Broken],
        evaluation: &Evaluation,
        most: Duration,
        cancel: &CancelToken,
    ) -> Result<(Trial, bool), JudgeError> {
        let began = Instant::now();
        let mut trial = Trial::default();
        let case = |name| task.workload.cases.iter().find(|c| c.name == name);
        let (check, bench) = (case(CHECK), case(BENCH));
        for (index, broken) in all.iter().enumerate() {
            // What is noticed in two ways would be in a third one.
            let noticed = trial.check.iter().filter(|(_, n)| *n == Notice::Failed);
            if index > 0 && (check.is_none() || noticed.count() == 2) {
                break;
            }
            // One place serves check and bench: it is put back between them.
            let place = self.place_of(broken, original, task)?;
            let left = || most.saturating_sub(began.elapsed());
            if let Some(check) = check {
                let Some((_, verdict)) = self.run_broken(task, &place, check, left(), cancel)?
                else {
                    return Ok((trial, false));
                };
                let notice = match verdict {
                    None => Notice::Passed,
                    Some(Verdict::CompileError) => Notice::NotBuilt,
                    Some(_) => Notice::Failed,
                };
                trial.check.push((broken.how.to_owned(), notice));
                if notice == Notice::NotBuilt {
                    continue;
                }
            }
            if let Some(bench) = bench.filter(|_| index == 0) {
                let Some((outcome, verdict)) =
                    self.run_broken(task, &place, bench, left(), cancel)?
                else {
                    return Ok((trial, false));
                };
                if verdict != Some(Verdict::CompileError) {
                    trial.start = Some(outcome.cpu);
                    trial.bench_is_same =
                        verdict.is_none() && self.is_same(task, bench, &outcome, evaluation);
                }
            }
        }
        Ok((trial, true))
    }

    /// Finds out what the bench does with a function that does nothing, where a gain depends on it and it was not tried yet.
    ///
    /// # Errors
    /// The sandbox failed, or stopped.
    pub(in crate::measure) fn try_idle(
        &mut self,
        task: &Task,
        original: Contender<'_>,
        cancel: &CancelToken,
    ) -> Result<(), JudgeError> {
        let fixed = self.commands.reported_figure.as_ref();
        let Some(trial) = (self.commands.trial.as_ref())
            .filter(|trial| trial.idle.is_none() && fixed.is_some_and(|fixed| fixed.in_lines))
        else {
            return Ok(());
        };
        let (identity, start) = (of_idle(&trial.identity), trial.start);
        let bench = task.workload.cases.iter().find(|c| c.name == BENCH);
        let broken = task.region.as_ref().and_then(|region| region.idle());
        let mut idle = Idle::default();
        if let (Some(broken), Some(bench), Some(copy)) =
            (broken, bench, original.built.commands.clone())
        {
            self.lay_out(&copy)?;
            let place = self.place_of(&broken, &copy, task)?;
            // On a busy machine a run may well take as long for another reason; it does not take less.
            for _ in 0..IDLE_RUNS {
                let run = self.run_broken(task, &place, bench, task.limits.time, cancel)?;
                let Some((outcome, None)) = run else {
                    break;
                };
                let cpu = idle.cpu.map_or(outcome.cpu, |cpu| cpu.min(outcome.cpu));
                idle.cpu = Some(cpu);
                idle.is_by_clock = self.is_by_clock(bench, &outcome, original.evaluation, start);
                if idle.is_by_clock == Some(false) {
                    break;
                }
                // On a machine that has become slower since, everything takes long: so the original is run now as well.
                let whole = Place {
                    copy: copy.clone(),
                    laid_over: None,
                };
                let run = self.run_broken(task, &whole, bench, task.limits.time, cancel)?;
                let cases = &original.evaluation.cases;
                let before = cases.iter().find(|c| c.case == bench.name);
                if let (Some((again, None)), Some(before)) = (run, before) {
                    let before = [start.unwrap_or_default(), before.figures.cpu_ns];
                    if !takes_as_long(outcome.cpu, slowed(before, again.cpu)) {
                        idle.is_by_clock = Some(false);
                        break;
                    }
                }
            }
        }
        self.keep_answer(&identity, KEPT_IDLE, &idle);
        if let Some(trial) = &mut self.commands.trial {
            trial.idle = Some(idle);
        }
        Ok(())
    }

    /// Where a broken function is run: in the copy of the original, with the broken file laid over it, unless something is
    /// built.
    fn place_of<'b>(
        &mut self,
        broken: &'b Broken,
        original: &Arc<VersionCopy>,
        task: &Task,
    ) -> Result<Place<'b>, JudgeError> {
        let cases = &task.workload.cases;
        if original.is_restored() && cases.iter().all(|case| !original.makes(&case.name)) {
            return Ok(Place {
                copy: original.clone(),
                laid_over: Some(&broken.text),
            });
        }
        let copy = self.copy_of(task, &broken.text)?;
        let laid_over = None;
        Ok(Place { copy, laid_over })
    }

    /// One run of a command with a broken function: how it ended, and the verdict on it, `None` where it passes. Nothing where
    /// it was stopped for want of time.
    fn run_broken(
        &mut self,
        task: &Task,
        place: &Place<'_>,
        case: &Case,
        left: Duration,
        cancel: &CancelToken,
    ) -> Result<Option<(Outcome, Option<Verdict>)>, JudgeError> {
        if left.is_zero() {
            return Ok(None);
        }
        let version = &*place.copy;
        let usual = self.limits_for(version, task, case);
        let first = self.commands.first_runs.get(&case.name);
        let enough = first.map_or(usual.time, |first| Duration::from(*first) * TIMES + MOMENT);
        let enough = usual.time.min(enough);
        let limits = Limits {
            time: enough.min(left),
            ..usual
        };
        if case.name == BENCH && place.laid_over.is_none() {
            // It may well fail; what was built before that is there.
            let ended = |outcome: &Outcome| {
                matches!(outcome.verdict, RunVerdict::Ok | RunVerdict::RuntimeError)
            };
            self.build_or_run(version, task, &limits, ended, cancel)?;
        }
        version.restore(&case.name)?;
        if let Some(text) = place.laid_over {
            version.lay_over(text)?;
        }
        let outcome = self.run(&version.program(task, case), &limits, &mut |_| {}, cancel)?;
        let judged = match self.command_verdict(&outcome, case, task)? {
            None => self.left_out(&outcome, case, task),
            judged => judged,
        };
        let verdict = judged.map(|(verdict, _)| verdict);
        let too_late = verdict == Some(Verdict::TimeLimit) && limits.time < enough;
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

    /// Whether the bench says far more of a function that does next to nothing, and takes as long as with the original; `None`
    /// where it takes as long and says nearly the same.
    fn is_by_clock(
        &self,
        case: &Case,
        outcome: &Outcome,
        original: &Evaluation,
        start: Option<Nanos>,
    ) -> Option<bool> {
        let before = original.cases.iter().find(|c| c.case == case.name)?.figures;
        let (said, now) = (before.reported?, self.reported_value(outcome)?);
        let far = (now / said).max(said / now.max(f64::MIN_POSITIVE)) > FAR;
        // CPU time: on a busy machine the wall says little.
        let as_long = takes_as_long(outcome.cpu, [start.unwrap_or_default(), before.cpu_ns]);
        (far || !as_long).then_some(as_long)
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

/// Whether a bench takes about as long with a function that does nothing; `before`: the original's start, and all of it.
fn takes_as_long(idle: Nanos, [start, whole]: [Nanos; 2]) -> bool {
    // The start was seen in another run: where that was a busy moment it took longer than this whole one.
    let start = start.min(idle);
    let beyond = |cpu: Nanos| cpu.saturating_sub(start).0 as f64;
    beyond(idle) > AS_LONG * beyond(whole)
}

/// The original's times on a machine that has become slower since: all of it takes `now`.
fn slowed([start, whole]: [Nanos; 2], now: Nanos) -> [Nanos; 2] {
    let slower = (now.0 as f64 / whole.0.max(1) as f64).max(1.0);
    [start, whole].map(|time| Nanos((time.0 as f64 * slower) as u64))
}

/// Everything that the answer depends on: the files of the project by their sizes and times.
fn identity(task: &Task, all: &[Broken], base: &CopyTemplate) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut add = |said: String| {
        hasher.update(said.as_bytes());
        hasher.update(b"\0");
    };
    add("reheat trial 2".to_owned());
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

/// Of all that the answer about an idle function depends on.
fn of_idle(identity: &str) -> String {
    blake3::hash(format!("{identity} idle").as_bytes()).to_hex()[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bench_on_a_machine_that_has_become_slower_does_not_go_by_the_clock() {
        let ms = |n: u64| Nanos(n * 1_000_000);
        let before = [ms(55), ms(190)];
        assert!(!takes_as_long(ms(62), before), "a fixed amount of work");
        assert!(takes_as_long(ms(188), before), "by the clock");
        // Twice as slow, a start alone takes longer than the start and a third of the rest did.
        assert!(takes_as_long(ms(124), before));
        assert!(!takes_as_long(ms(124), slowed(before, ms(380))));
        assert!(takes_as_long(ms(250), slowed(before, ms(240))));
        // It has not become slower.
        assert_eq!(slowed(before, ms(150)), before);
    }

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

//! The blocking side of the loop: one thread that owns the judge and its sandbox and does one job at a time.
//!
//! Jobs go in, and each brings its own answer back. What is seen meanwhile comes out as news; readings are dropped when nobody
//! fetches them, everything else arrives.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, channel};
use tokio::sync::oneshot;

use crate::engine::jobs::VersionUnderTest;
use crate::measure::build::Built;
use crate::measure::judge::{Judge, JudgeError};
use crate::measure::{
    ComparisonPlan, Contender, Evaluation, Flag, FlagKind, Metric, Progress, flags,
};
use crate::sandbox::{self, CancelToken, Guards};
use crate::session::event::VersionId;
use crate::task::{Harness, Objective, Task};

/// Something to be done with the judge.
type Job = Box<dyn FnOnce(&mut Worker) + Send>;

/// What is told while a job is done.
pub(super) type News = Arc<dyn Fn(VersionId, Progress) + Send + Sync>;

/// How comparisons are timed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    /// Time that one may take.
    pub(super) budget: Duration,
    /// The time by which the timed cases are chosen: see [`ComparisonPlan::usual_budget`].
    pub(super) usual: Duration,
    /// The clock, where the developer chose one.
    pub(super) clock: Option<Metric>,
}

/// The loop's end of the thread.
pub(super) struct JudgeThread {
    jobs: Option<std::sync::mpsc::Sender<Job>>,
    thread: Option<std::thread::JoinHandle<()>>,
    /// What is seen of a version while a job is done.
    pub news: Receiver<(VersionId, Progress)>,
    pub cancel: CancelToken,
}

impl JudgeThread {
    /// Starts the thread. It ends when this value is dropped and its job is done or stopped.
    pub(super) fn start(
        task: Task,
        sandbox: sandbox::Settings,
        cache: Option<PathBuf>,
        timing: Timing,
    ) -> std::io::Result<Self> {
        let (jobs, todo) = std::sync::mpsc::channel::<Job>();
        let (sender, news) = channel(1024);
        let cancel = CancelToken::new();
        let tell: News = Arc::new(move |about, progress| match progress {
            Progress::Sampled { .. } => drop(sender.try_send((about, progress))),
            other => drop(sender.blocking_send((about, other))),
        });
        let mut worker = Worker::new(task, sandbox, cache, timing, tell, cancel.clone());
        let thread = std::thread::Builder::new()
            .name("judge".into())
            .spawn(move || {
                while let Ok(job) = todo.recv() {
                    job(&mut worker);
                }
            })?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
            news,
            cancel,
        })
    }

    /// Gives the thread a job, for which the judge is opened first. Where the thread has ended, so has what is returned.
    pub(super) fn give<T: Send + 'static>(
        &mut self,
        job: impl FnOnce(&mut Worker) -> Result<T, JudgeError> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, JudgeError>> {
        self.cancel.rearm();
        // Messages of an earlier, stopped job are of no interest any more.
        while self.news.try_recv().is_ok() {}
        let (sender, answer) = oneshot::channel();
        let job: Job = Box::new(move |worker| {
            let done = worker.open_judge().and_then(|()| job(worker));
            drop(sender.send(done));
        });
        if let Some(jobs) = &self.jobs {
            drop(jobs.send(job));
        }
        answer
    }
}

impl Drop for JudgeThread {
    /// Waits for the thread, so that the sandbox is cleared away before the program ends.
    fn drop(&mut self) {
        self.cancel.stop();
        self.jobs = None;
        self.news.close();
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

pub(super) struct Worker {
    pub(super) task: Task,
    sandbox: sandbox::Settings,
    cache: Option<PathBuf>,
    timing: Timing,
    judge: Option<Judge>,
    built: HashMap<VersionId, Arc<Built>>,
    news: News,
    cancel: CancelToken,
}

/// What was found when the sandbox was opened.
pub(super) struct Opened {
    pub guards: Guards,
    pub toolchain: String,
    pub notes: Vec<String>,
}

impl Worker {
    /// A worker without a thread of its own.
    pub(super) fn new(
        task: Task,
        sandbox: sandbox::Settings,
        cache: Option<PathBuf>,
        timing: Timing,
        news: News,
        cancel: CancelToken,
    ) -> Self {
        Self {
            task,
            sandbox,
            cache,
            timing,
            judge: None,
            built: HashMap::new(),
            news,
            cancel,
        }
    }

    /// From now on times are compared by this clock.
    pub(super) fn time_by(&mut self, clock: Option<Metric>) {
        self.timing.clock = clock;
    }

    /// How a comparison is made that may take so many times the usual time.
    pub(super) fn plan(&self, objective: Objective, times: u32) -> ComparisonPlan {
        ComparisonPlan {
            metric: self.timing.clock,
            budget: self.timing.budget.saturating_mul(times.max(1)),
            ..ComparisonPlan::new(objective, self.timing.usual)
        }
    }

    pub(super) fn open_judge(&mut self) -> Result<(), JudgeError> {
        if self.judge.is_none() {
            self.judge = Some(Judge::open(self.sandbox.clone(), self.cache.as_deref())?);
        }
        Ok(())
    }

    /// The parts that every job needs, borrowed apart from each other.
    pub(super) fn tools(
        &mut self,
        about: VersionId,
    ) -> Result<
        (
            &mut Judge,
            &mut Task,
            impl FnMut(Progress) + 'static,
            CancelToken,
        ),
        JudgeError,
    > {
        let news = self.news.clone();
        let watch = move |progress| news(about, progress);
        match self.judge.as_mut() {
            Some(judge) => Ok((judge, &mut self.task, watch, self.cancel.clone())),
            None => Err(JudgeError::Environment("the sandbox is not open".into())),
        }
    }

    /// Finds the toolchain.
    pub(super) fn open(&mut self) -> Result<Opened, JudgeError> {
        let (judge, task, _, cancel) = self.tools(VersionId::ORIGINAL)?;
        let toolchain = judge.toolchain(&task.language, task.tool.as_deref(), &cancel)?;
        Ok(Opened {
            guards: judge.guards().clone(),
            toolchain,
            notes: judge.notes(),
        })
    }

    /// The task, whose missing outputs the original has said.
    pub(super) fn oracle(&mut self) -> Result<Task, JudgeError> {
        let (judge, task, mut watch, cancel) = self.tools(VersionId::ORIGINAL)?;
        judge.complete_with_oracle(task, &cancel, &mut watch)?;
        Ok(self.task.clone())
    }

    pub(super) fn build(&mut self, subject: &VersionUnderTest) -> Result<Arc<Built>, JudgeError> {
        // The folder of builds may be emptied at any time.
        let there = |built: &&Arc<Built>| built.mounts.iter().all(|m| m.host.exists());
        if let Some(built) = self.built.get(&subject.id).filter(there) {
            return Ok(built.clone());
        }
        let (judge, task, mut watch, cancel) = self.tools(subject.id)?;
        let built = Arc::new(judge.prepare(task, &subject.source, &cancel, &mut watch)?);
        self.built.insert(subject.id, built.clone());
        Ok(built)
    }

    /// Builds a version and checks it on every case. With it goes what the judge has to say about how it works here, so far.
    pub(super) fn evaluate(
        &mut self,
        subject: &VersionUnderTest,
    ) -> Result<(Evaluation, Vec<String>), JudgeError> {
        let built = self.build(subject)?;
        let (judge, task, mut watch, cancel) = self.tools(subject.id)?;
        let mut evaluation = judge.evaluate(&built, task, &cancel, &mut watch)?;
        if subject.id.is_original()
            && let Some(how) = judge.how_to_allow_status(&built, task, &evaluation, &cancel)?
            && let Some(failure) = &mut evaluation.failure
        {
            failure.hint = Some(format!(
                "the original fails on case {} ({}); {how}",
                failure.case.as_deref().unwrap_or_default(),
                failure.reason
            ));
        }
        if !subject.id.is_original() && evaluation.verdict.accepted() {
            let second = judge.second_opinion(task, &subject.source, &cancel)?;
            evaluation.flags.extend(second);
        }
        let unchecked =
            matches!(&task.harness, Harness::Commands(c) if c.check.is_none() && c.bench.is_some());
        if unchecked && !subject.id.is_original() && evaluation.verdict.accepted() {
            evaluation.flags.push(Flag {
                kind: FlagKind::Unchecked,
                reason: "nothing says whether it is right: there is a bench, and no --check".into(),
            });
        }
        let original = task.source.as_ref().map_or("", |s| &*s.text);
        let in_code = flags::in_code(task, original, &subject.source.text);
        evaluation.flags.extend(in_code);
        if !matches!(task.harness, Harness::Commands(_)) {
            evaluation.floor = judge.floor(&task.language, task.tool.as_deref(), &cancel)?;
        }
        Ok((evaluation, judge.notes()))
    }

    /// Records what a second opinion on versions needs.
    pub(super) fn record_calls(&mut self) -> Result<(), JudgeError> {
        let (judge, task, _, cancel) = self.tools(VersionId::ORIGINAL)?;
        judge.record_calls(task, &cancel)
    }

    pub(super) fn contender(
        &mut self,
        subject: &VersionUnderTest,
    ) -> Result<OwnedContender, JudgeError> {
        let Some(evaluation) = subject.evaluation.clone() else {
            return Err(JudgeError::Environment(format!(
                "{} was never evaluated",
                subject.id
            )));
        };
        Ok(OwnedContender {
            name: subject.id.to_string(),
            built: self.build(subject)?,
            evaluation,
        })
    }
}

/// A contender that owns its parts.
pub(super) struct OwnedContender {
    name: String,
    built: Arc<Built>,
    evaluation: Evaluation,
}

impl OwnedContender {
    pub(super) fn lend(&self) -> Contender<'_> {
        Contender {
            name: &self.name,
            built: &self.built,
            evaluation: &self.evaluation,
        }
    }
}

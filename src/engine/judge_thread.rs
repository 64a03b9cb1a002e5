//! The blocking side of the loop: one thread that owns the judge and its sandbox and does one job at a time.
//!
//! Jobs go in, news come out; readings are dropped when nobody fetches them, everything else arrives.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::engine::jobs::{Job, JobResult, VersionUnderTest, WorkerMessage};
use crate::measure::build::Built;
use crate::measure::judge::{Judge, JudgeError};
use crate::measure::{Contender, Evaluation, Progress, Promising, flags};
use crate::sandbox::{self, CancelToken};
use crate::session::event::VersionId;
use crate::task::{Harness, Task};

/// The loop's end of the thread.
pub(super) struct JudgeThread {
    jobs: Option<std::sync::mpsc::Sender<Job>>,
    thread: Option<std::thread::JoinHandle<()>>,
    pub news: Receiver<WorkerMessage>,
    pub cancel: CancelToken,
}

impl JudgeThread {
    /// Starts the thread. It ends when this value is dropped and its job is done or stopped.
    pub(super) fn start(
        task: Task,
        sandbox: sandbox::Settings,
        cache: Option<PathBuf>,
        budget: Duration,
    ) -> std::io::Result<Self> {
        let (jobs, todo) = std::sync::mpsc::channel();
        let (sender, news) = channel(1024);
        let cancel = CancelToken::new();
        let worker = Worker {
            task,
            sandbox,
            cache,
            budget,
            judge: None,
            built: HashMap::new(),
            promising: HashMap::new(),
            news: sender,
            cancel: cancel.clone(),
        };
        let thread = std::thread::Builder::new()
            .name("judge".into())
            .spawn(move || worker.work(&todo))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
            news,
            cancel,
        })
    }

    pub(super) fn give(&mut self, job: Job) {
        self.cancel.rearm();
        // Messages of an earlier, stopped job are of no interest any more.
        while self.news.try_recv().is_ok() {}
        if let Some(jobs) = &self.jobs {
            drop(jobs.send(job));
        }
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
    pub(super) budget: Duration,
    judge: Option<Judge>,
    built: HashMap<VersionId, Arc<Built>>,
    /// Candidates of this round that look better, with what their confirmation needs.
    pub(super) promising: HashMap<VersionId, Promising>,
    news: Sender<WorkerMessage>,
    cancel: CancelToken,
}

impl Worker {
    fn work(mut self, todo: &std::sync::mpsc::Receiver<Job>) {
        while let Ok(job) = todo.recv() {
            let result = self.do_one(job);
            if self
                .news
                .blocking_send(WorkerMessage::Done(result))
                .is_err()
            {
                return;
            }
        }
    }

    fn do_one(&mut self, job: Job) -> Result<JobResult, JudgeError> {
        if self.judge.is_none() {
            self.judge = Some(Judge::open(self.sandbox.clone(), self.cache.as_deref())?);
        }
        match job {
            Job::Open => self.open(),
            Job::Oracle => self.oracle(),
            Job::SideJob(side_job) => self
                .run_side_job(side_job)
                .map(|b| JobResult::SideJob(Box::new(b))),
            Job::Evaluate(subject) => {
                let evaluation = Box::new(self.evaluate(&subject)?);
                let notes = self.judge.as_ref().map(Judge::notes).unwrap_or_default();
                Ok(JobResult::Evaluated { evaluation, notes })
            }
            Job::FirstStage(comparison_job) => self
                .first_stage(&comparison_job)
                .map(|l| JobResult::FirstStage(Box::new(l))),
            Job::Confirm(comparison_job) => self
                .confirm(&comparison_job)
                .map(|v| JobResult::Compared(Box::new(v))),
        }
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
        let watch = move |progress: Progress| match progress {
            Progress::Sampled { .. } => {
                drop(news.try_send(WorkerMessage::Progress(about, progress)))
            }
            other => drop(news.blocking_send(WorkerMessage::Progress(about, other))),
        };
        match self.judge.as_mut() {
            Some(judge) => Ok((judge, &mut self.task, watch, self.cancel.clone())),
            None => Err(JudgeError::Environment("the sandbox is not open".into())),
        }
    }

    fn open(&mut self) -> Result<JobResult, JudgeError> {
        let (judge, task, _, cancel) = self.tools(VersionId::ORIGINAL)?;
        let toolchain = judge.toolchain(&task.language, task.tool.as_deref(), &cancel)?;
        Ok(JobResult::Opened {
            guards: judge.guards().clone(),
            toolchain,
            notes: judge.notes(),
        })
    }

    fn oracle(&mut self) -> Result<JobResult, JudgeError> {
        let (judge, task, mut watch, cancel) = self.tools(VersionId::ORIGINAL)?;
        judge.complete_with_oracle(task, &cancel, &mut watch)?;
        Ok(JobResult::Completed {
            task: Box::new(self.task.clone()),
        })
    }

    pub(super) fn build(&mut self, subject: &VersionUnderTest) -> Result<Arc<Built>, JudgeError> {
        if let Some(built) = self.built.get(&subject.id) {
            return Ok(built.clone());
        }
        let (judge, task, mut watch, cancel) = self.tools(subject.id)?;
        let built = Arc::new(judge.prepare(task, &subject.source, &cancel, &mut watch)?);
        self.built.insert(subject.id, built.clone());
        Ok(built)
    }

    fn evaluate(&mut self, subject: &VersionUnderTest) -> Result<Evaluation, JudgeError> {
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
        let original = task.source.as_ref().map_or("", |s| &*s.text);
        let in_code = flags::in_code(task, original, &subject.source.text);
        evaluation.flags.extend(in_code);
        if !matches!(task.harness, Harness::Commands(_)) {
            evaluation.floor = judge.floor(&task.language, task.tool.as_deref(), &cancel)?;
        }
        Ok(evaluation)
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

//! The blocking side of the loop: one thread that owns the judge and its sandbox and does one job at a time.
//!
//! Jobs go in, news come out; readings are dropped when nobody fetches them, everything else arrives.

mod compare;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::engine::errand::{Brought, Errand};
use crate::measure::build::Built;
use crate::measure::judge::{Judge, JudgeError};
use crate::measure::{Comparison, Evaluation, Failure, Progress, Verdict};
use crate::measure::{Contender, Promising, flags};
use crate::sandbox::{self, Control, Guards};
use crate::session::event::VersionId;
use crate::task::{Harness, Objective, Source, Task};

pub(super) use self::compare::Looked;

/// A version as the judge needs it.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub id: VersionId,
    pub source: Source,
    /// Its evaluation, if it has one.
    pub evaluation: Option<Evaluation>,
}

#[derive(Debug)]
pub(super) enum Job {
    /// Open the sandbox and find the toolchain.
    Open,
    /// Where outputs are missing, have the original say them.
    Oracle,
    /// Something beside the rounds.
    Errand(Errand),
    /// Build a version and check it on every case.
    Evaluate(Subject),
    /// Compare two versions that pass, as far as it takes to see whether the candidate looks better.
    Look(MatchUp),
    /// Confirm that a candidate is better, on fresh runs and against the original too; it has looked so before.
    Confirm(MatchUp),
}

/// Who is compared with whom.
#[derive(Clone, Debug)]
pub(super) struct MatchUp {
    pub candidate: Subject,
    pub incumbent: Subject,
    /// v0, where it passes and is not the incumbent.
    pub original: Option<Subject>,
    pub objective: Objective,
}

#[derive(Debug)]
pub(super) enum Product {
    Opened {
        guards: Guards,
        toolchain: String,
        notes: Vec<String>,
    },
    Completed {
        task: Box<Task>,
    },
    Evaluated(Box<Evaluation>),
    Looked(Box<Looked>),
    Errand(Box<Brought>),
    Compared(Box<Versus>),
}

/// What a comparison came to.
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time crosses a channel; a box would save nothing"
)]
#[derive(Debug)]
pub(super) enum Versus {
    Done {
        comparison: Comparison,
        against_original: Option<Comparison>,
    },
    /// A version failed a case in a timing run.
    Voided {
        version: VersionId,
        verdict: Verdict,
        failure: Failure,
    },
}

pub(super) enum News {
    Progress(VersionId, Progress),
    Done(Result<Product, JudgeError>),
}

/// The loop's end of the thread.
pub(super) struct Hands {
    jobs: Option<std::sync::mpsc::Sender<Job>>,
    thread: Option<std::thread::JoinHandle<()>>,
    pub news: Receiver<News>,
    pub control: Control,
}

impl Hands {
    /// Starts the thread. It ends when this value is dropped and its job is done or stopped.
    pub(super) fn start(
        task: Task,
        sandbox: sandbox::Settings,
        cache: Option<PathBuf>,
        budget: Duration,
    ) -> std::io::Result<Self> {
        let (jobs, todo) = std::sync::mpsc::channel();
        let (sender, news) = channel(1024);
        let control = Control::new();
        let worker = Worker {
            task,
            sandbox,
            cache,
            budget,
            judge: None,
            built: HashMap::new(),
            promising: HashMap::new(),
            news: sender,
            control: control.clone(),
        };
        let thread = std::thread::Builder::new()
            .name("judge".into())
            .spawn(move || worker.work(&todo))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
            news,
            control,
        })
    }

    pub(super) fn give(&mut self, job: Job) {
        self.control.rearm();
        // News of an earlier, stopped job are of no interest any more.
        while self.news.try_recv().is_ok() {}
        if let Some(jobs) = &self.jobs {
            drop(jobs.send(job));
        }
    }
}

impl Drop for Hands {
    /// Waits for the thread, so that the sandbox is cleared away before the program ends.
    fn drop(&mut self) {
        self.control.stop();
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
    promising: HashMap<VersionId, Promising>,
    news: Sender<News>,
    control: Control,
}

impl Worker {
    fn work(mut self, todo: &std::sync::mpsc::Receiver<Job>) {
        while let Ok(job) = todo.recv() {
            let result = self.do_one(job);
            if self.news.blocking_send(News::Done(result)).is_err() {
                return;
            }
        }
    }

    fn do_one(&mut self, job: Job) -> Result<Product, JudgeError> {
        if self.judge.is_none() {
            self.judge = Some(Judge::open(self.sandbox.clone(), self.cache.as_deref())?);
        }
        match job {
            Job::Open => self.open(),
            Job::Oracle => self.oracle(),
            Job::Errand(errand) => self
                .run_errand(errand)
                .map(|b| Product::Errand(Box::new(b))),
            Job::Evaluate(subject) => self
                .evaluate(&subject)
                .map(|e| Product::Evaluated(Box::new(e))),
            Job::Look(match_up) => self.look(&match_up).map(|l| Product::Looked(Box::new(l))),
            Job::Confirm(match_up) => self
                .confirm(&match_up)
                .map(|v| Product::Compared(Box::new(v))),
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
            Control,
        ),
        JudgeError,
    > {
        let news = self.news.clone();
        let watch = move |progress: Progress| match progress {
            Progress::Sampled { .. } => drop(news.try_send(News::Progress(about, progress))),
            other => drop(news.blocking_send(News::Progress(about, other))),
        };
        match self.judge.as_mut() {
            Some(judge) => Ok((judge, &mut self.task, watch, self.control.clone())),
            None => Err(JudgeError::Environment("the sandbox is not open".into())),
        }
    }

    fn open(&mut self) -> Result<Product, JudgeError> {
        let (judge, task, _, control) = self.tools(VersionId(0))?;
        let toolchain = judge.toolchain(&task.language, task.tool.as_deref(), &control)?;
        Ok(Product::Opened {
            guards: judge.guards().clone(),
            toolchain,
            notes: judge.notes(),
        })
    }

    fn oracle(&mut self) -> Result<Product, JudgeError> {
        let (judge, task, mut watch, control) = self.tools(VersionId(0))?;
        judge.complete_with_oracle(task, &control, &mut watch)?;
        Ok(Product::Completed {
            task: Box::new(self.task.clone()),
        })
    }

    pub(super) fn build(&mut self, subject: &Subject) -> Result<Arc<Built>, JudgeError> {
        if let Some(built) = self.built.get(&subject.id) {
            return Ok(built.clone());
        }
        let (judge, task, mut watch, control) = self.tools(subject.id)?;
        let built = Arc::new(judge.ready(task, &subject.source, &control, &mut watch)?);
        self.built.insert(subject.id, built.clone());
        Ok(built)
    }

    fn evaluate(&mut self, subject: &Subject) -> Result<Evaluation, JudgeError> {
        let built = self.build(subject)?;
        let (judge, task, mut watch, control) = self.tools(subject.id)?;
        let mut evaluation = judge.evaluate(&built, task, &control, &mut watch)?;
        let original = task.source.as_ref().map_or("", |s| &*s.text);
        let in_code = flags::in_code(task, original, &subject.source.text);
        evaluation.flags.extend(in_code);
        if !matches!(task.harness, Harness::Commands(_)) {
            evaluation.floor = judge.floor(&task.language, task.tool.as_deref(), &control)?;
        }
        Ok(evaluation)
    }

    pub(super) fn contender(&mut self, subject: &Subject) -> Result<Prepared, JudgeError> {
        let Some(evaluation) = subject.evaluation.clone() else {
            return Err(JudgeError::Environment(format!(
                "{} was never evaluated",
                subject.id
            )));
        };
        Ok(Prepared {
            name: subject.id.to_string(),
            built: self.build(subject)?,
            evaluation,
        })
    }
}

/// A contender that owns its parts.
pub(super) struct Prepared {
    name: String,
    built: Arc<Built>,
    evaluation: Evaluation,
}

impl Prepared {
    pub(super) fn lend(&self) -> Contender<'_> {
        Contender {
            name: &self.name,
            built: &self.built,
            evaluation: &self.evaluation,
        }
    }
}

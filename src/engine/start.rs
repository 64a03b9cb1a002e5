//! How a sitting begins: a new session is written down and its original judged; an old one is taken up where it was left.

use crate::engine::event_loop::{Interrupt, Loop};
use crate::engine::judge_thread::{Opened, Worker};
use crate::measure::Verdict;
use crate::measure::judge::JudgeError;
use crate::measure::machine;
use crate::session::Event;
use crate::session::event::{Author, Origin, Stage, Steer, TaskRecord, VersionId};
use crate::task::{Task, held_out, load};

/// Folder in a session's folder in which a task that is not bundled is kept.
const KEPT: &str = "task";

impl Loop {
    /// Brings the loop to the point where rounds can begin.
    pub(super) async fn open(&mut self) -> Result<(), JudgeError> {
        open(self).await
    }
}

async fn open(l: &mut Loop) -> Result<(), JudgeError> {
    let Opened {
        guards,
        toolchain,
        notes,
    } = l.work(Worker::open).await?;
    let model = l.setup.provider.name();
    let reached_by = l.setup.reached_by.clone();
    let fresh = l.session.task.is_none();
    if fresh {
        let task = record(l, toolchain);
        let (mode, goal) = (l.setup.mode, l.setup.goal.clone());
        let session = l.id.clone();
        l.emit(Event::SessionStarted {
            session,
            task,
            machine: machine::facts(),
            guards,
            model,
            mode,
            goal,
            reached_by,
        });
    } else {
        l.emit(Event::SessionResumed {
            guards,
            model,
            reached_by,
        });
    }
    if l.session.goal != l.setup.goal {
        l.emit(Event::Steered {
            steer: Steer::Goal {
                goal: l.setup.goal.clone(),
            },
        });
    }
    steer(l, fresh);
    for note in notes.into_iter().chain(l.setup.task.notes.clone()) {
        l.note(note, false);
    }
    if fresh {
        tell_held_out(l);
    }
    if fresh && let Some(source) = l.setup.task.source.clone() {
        l.create(None, (0, 0), Author::Original, source.text.to_string());
    }
    if fresh {
        // Whatever happens next, the session can be resumed.
        keep(l);
    }
    let told = l.setup.task.notes.len();
    l.setup.task = complete(l).await?;
    for note in l.setup.task.notes.get(told..).unwrap_or_default().to_vec() {
        l.note(note, false);
    }
    if fresh {
        keep(l);
        begin(l).await;
    } else {
        take_up(l).await;
    }
    l.take_interrupt();
    Ok(())
}

/// Says how many replies a round asks for, and the temperature, where flags or config say something else than the session.
fn steer(l: &mut Loop, fresh: bool) {
    let provider = l.setup.provider.temperature();
    if let Some(candidates) = l.setup.candidates {
        l.choose_candidates(candidates);
    }
    l.temperature = l.setup.temperature;
    let session = l.session.temperature;
    if !fresh && l.temperature.is_none() && l.setup.provider.has_temperature() {
        l.temperature = session.filter(|t| provider != Some(*t));
    }
    let temperature = l.temperature.or(provider);
    if session != temperature {
        l.emit(Event::Steered {
            steer: Steer::Temperature { temperature },
        });
    }
}

fn record(l: &Loop, toolchain: String) -> TaskRecord {
    let task = &l.setup.task;
    TaskRecord {
        name: task.name.clone(),
        title: task.title.clone(),
        statement: task.statement.as_str().into(),
        language: task.language.id.clone(),
        toolchain,
        objective: task.objective,
        ok_status: task.ok_status.unusual(),
        cases: task
            .workload
            .cases
            .iter()
            .map(|c| (c.name.clone(), c.input.len() as u64))
            .collect(),
        held_out: held_out::names(task),
        held_out_seed: l
            .held_out_seed
            .filter(|_| !held_out::names(task).is_empty()),
        origin: l.setup.origin.clone(),
    }
}

/// Says once which cases the model is never shown.
fn tell_held_out(l: &mut Loop) {
    let names = held_out::names(&l.setup.task);
    if names.is_empty() {
        return;
    }
    let cases = if names.len() == 1 { "case" } else { "cases" };
    l.note(
        format!(
            "held out: {cases} {}; the model is never shown them, unless you quote them in a hint (--held-out 0 holds out none)",
            names.join(", ")
        ),
        false,
    );
}

/// Keeps a task that is not bundled beside the journal, so that the session can go on when its files are gone.
fn keep(l: &mut Loop) {
    if l.setup.origin != Origin::Kept {
        return;
    }
    let folder = l.setup.library.folder(&l.session.id).join(KEPT);
    if let Err(error) = load::save_folder(&l.setup.task, &folder) {
        l.note(format!("the task could not be kept beside the session ({error}); `reheat resume` will not be able to go on with it"), true);
    }
}

async fn begin(l: &mut Loop) {
    l.demo_pause(2).await;
    if l.setup.task.source.is_some() {
        l.judge(VersionId::ORIGINAL).await;
        if l.session
            .version(VersionId::ORIGINAL)
            .and_then(|v| v.verdict())
            .is_some_and(|v| v != Verdict::Accepted)
        {
            l.note("the original does not pass; the first aim is a version that does, speed comes after".into(), false);
        }
    } else {
        l.create(None, (0, 0), Author::Original, String::new());
        l.note(
            "there is no original; the first aim is a version that passes, speed comes after"
                .into(),
            false,
        );
    }
    l.demo_pause(2).await;
}

/// The task with every expected output. Stopped by the developer it waits, and goes on when asked to.
async fn complete(l: &mut Loop) -> Result<Task, JudgeError> {
    loop {
        match l.work(Worker::oracle).await {
            Ok(task) => return Ok(task),
            Err(JudgeError::Stopped) if l.interrupt == Some(Interrupt::Stop) => {
                l.take_interrupt();
                l.note(
                    "stopped before it was known what the original writes; n goes on".into(),
                    false,
                );
                while l.asked_for == 0 && l.interrupt.is_none() && !l.quit {
                    l.wait().await;
                }
                if l.interrupt.is_some() || l.quit {
                    return Err(JudgeError::Stopped);
                }
                l.asked_for = 0;
                l.halted = false;
                l.stage(Stage::Preparing);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Judges what was made but not measured when the last sitting ended.
async fn take_up(l: &mut Loop) {
    let unmeasured: Vec<VersionId> = l
        .session
        .versions
        .iter()
        .filter(|v| v.evaluation.is_none() && !v.source.text.trim().is_empty())
        .map(|v| v.id)
        .collect();
    // What they are to be compared with must have run on every case.
    while l.interrupt.is_none() && l.aside().await {}
    for version in unmeasured {
        if l.interrupt.is_none() {
            l.judge(version).await;
        }
    }
}

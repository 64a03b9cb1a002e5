//! How a sitting begins: a new session is written down and its original judged; an old one is taken up where it was left.

use crate::engine::event_loop::{Interrupt, Loop};
use crate::engine::judge_thread::{Opened, Worker};
use crate::measure::Verdict;
use crate::measure::judge::JudgeError;
use crate::measure::machine;
use crate::session::Event;
use crate::session::event::{
    Author, EndReason, Mode, Origin, Stage, Steer, TaskRecord, Terms, VersionId,
};
use crate::task::{Harness, HoldOut, Task, held_out, load};

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
    let terms = Terms {
        comparison_ns: Some(l.setup.comparison_budget.into()),
        clock: l.setup.comparison_clock,
    };
    if fresh {
        let task = TaskRecord::of(
            &l.setup.task,
            toolchain,
            l.setup.origin.clone(),
            l.held_out_seed,
        );
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
            strict: l.setup.strict,
            reached_by,
            terms,
        });
    } else {
        l.emit(Event::SessionResumed {
            guards,
            model,
            strict: l.setup.strict,
            reached_by,
            terms,
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
    let silent = fresh && !model_is_there(l).await;
    let told = l.setup.task.notes.len();
    l.setup.task = complete(l).await?;
    for note in l.setup.task.notes.get(told..).unwrap_or_default().to_vec() {
        l.note(note, false);
    }
    if fresh {
        keep(l);
        // Nothing is measured for a model that cannot be asked: the original is as soon as a round is asked for.
        if !silent || l.setup.task.source.is_none() {
            begin(l).await;
        }
    } else {
        take_up(l).await;
    }
    l.take_interrupt();
    Ok(())
}

/// Whether the model can be asked, as far as that is known before it is; where it cannot, that is said, and no round begins by itself.
/// Where nothing happens by itself anyway there is time to start it.
async fn model_is_there(l: &mut Loop) -> bool {
    let Some(asked) = l.setup.provider.is_there() else {
        return true;
    };
    match asked.await {
        Ok(()) => true,
        Err(why) => {
            l.note(format!("the model cannot be asked: {why}"), true);
            if l.setup.mode != Mode::Auto {
                return true;
            }
            l.dead_end = Some(EndReason::Provider);
            false
        }
    }
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

/// Says once which cases the model is never shown.
fn tell_held_out(l: &mut Loop) {
    let names = held_out::names(&l.setup.task);
    if names.is_empty() {
        return;
    }
    let cases = if names.len() == 1 { "case" } else { "cases" };
    let fewer = match l.setup.task.workload.hold_out {
        HoldOut::Count(wanted) if wanted > names.len() => {
            format!(" ({wanted} were asked for, and one at least is shown)")
        }
        _ => String::new(),
    };
    l.note(
        format!(
            "held out: {cases} {}{fewer}; the model is never shown them, unless you quote them in a hint (--held-out 0 holds out none)",
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
        if let Some(words) = weak_ground(l) {
            let judges = l.setup.task.harness.judges();
            l.note(words, !judges);
        }
        if l.session
            .version(VersionId::ORIGINAL)
            .and_then(|v| v.verdict())
            .is_some_and(|v| v != Verdict::Accepted)
        {
            l.note("the original does not pass; the first aim is a version that does, speed comes after".into(), false);
        } else {
            // While the model thinks. Nobody waits for it, and what was stopped is done when it is needed.
            drop(l.judge_thread.give(Worker::record_calls));
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

/// What hours and tokens would be wasted on: said once the original is known, before the first round.
fn weak_ground(l: &Loop) -> Option<String> {
    if let Harness::Commands(commands) = &l.setup.task.harness {
        return match (&commands.check, &commands.bench) {
            (None, Some(_)) => Some(
                "nothing says whether a version is right: there is a bench and no check, so one that does nothing would win; give a check with --check"
                    .into(),
            ),
            (Some(_), None) => Some(
                "the check itself is timed, since there is no bench: most of that is the start of the tests; give a bench with --bench"
                    .into(),
            ),
            _ => None,
        };
    }
    if matches!(l.setup.task.harness, Harness::Calls(_)) {
        // A call is timed without the start of its process.
        return None;
    }
    let original = l
        .session
        .version(VersionId::ORIGINAL)?
        .evaluation
        .as_ref()?;
    let floor = original
        .floor
        .filter(|_| original.verdict == Verdict::Accepted)?;
    let runs = original.cases.len() as f64;
    let share = runs * floor.cpu_ns.0 as f64 / (original.figures.cpu_ns.0 as f64).max(1.0);
    (share > MOSTLY_START).then(|| {
        format!(
            "{:.0} % of what the original takes is the start of {}: nothing can make that faster; larger inputs would show more",
            (share * 100.0).min(99.0),
            l.setup.task.language.name
        )
    })
}

/// From this part of its time on a program does little more than start.
const MOSTLY_START: f64 = 0.85;

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
    if l.interrupt.is_none() {
        l.take_up_round().await;
    }
}

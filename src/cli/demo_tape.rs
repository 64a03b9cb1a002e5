//! `reheat demo FILE`: somebody's session, played here. What is on the tape is somebody else's code: it sees nothing of this machine
//! and runs in the sandbox or not at all.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::app_context::AppContext;
use super::session_request::{BREATH, PACE, PLAYED, PlayedTape, SessionRequest};
use super::{CliError, ENVIRONMENT, NOTHING};
use crate::engine::{COMPARISON, DEMO_COMPARISON};
use crate::model::tape::file::{self, SessionTape};
use crate::report::played::RecordedFigures;
use crate::session::event::{Mode, Origin};
use crate::task::{Task, TaskError, bundled};

/// Whether a word means a file, and no bundled task.
pub(super) fn is_file(word: &str) -> bool {
    !bundled::names().any(|name| name == word)
        && (word.contains('/') || word.contains('.') || Path::new(word).exists())
}

/// A tape from a file, for `reheat demo`.
///
/// # Errors
/// It is no tape, or a damaged one.
pub(super) fn open(path: &Path) -> Result<SessionTape, CliError> {
    let tape = file::read(path);
    tape.map_err(|e| {
        let hint = match path.extension().and_then(|e| e.to_str()) {
            Some("jsonl" | "md") => "; replies without a task are played with `reheat optimize FILE --cases DIR --tape TAPE`",
            _ => "",
        };
        CliError::new(NOTHING, format_args!("{e}{hint}"))
    })
}

/// Everything that is needed to play a tape.
///
/// # Errors
/// The task on it is refused, its language is missing here, or it cannot be unpacked.
pub(super) fn request(
    app: &AppContext,
    path: &Path,
    tape: &SessionTape,
    speed: f64,
) -> Result<SessionRequest, CliError> {
    let refused = |e: TaskError| refused(path, &e);
    // Everything is checked before anything is written.
    let task = tape
        .task(None, &app.languages, &app.defaults())
        .map_err(refused)?;
    playable(app, &task).map_err(|why| CliError::new(ENVIRONMENT, why))?;
    let folder = app.folders.cache.join("tapes").join(tape.fingerprint());
    let mut task = tape
        .task(Some(&folder), &app.languages, &app.defaults())
        .map_err(refused)?;
    let figures = RecordedFigures::of(tape);
    task.notes.push(format!(
        "recorded ({}): {}",
        figures.origin(),
        figures.headline()
    ));
    let rounds = u32::try_from(tape.rounds.len()).unwrap_or(u32::MAX);
    let asked = tape.recorded.comparison_ns.map(Duration::from);
    let comparison = asked
        .unwrap_or(DEMO_COMPARISON)
        .clamp(DEMO_COMPARISON, COMPARISON);
    Ok(SessionRequest {
        program: None,
        opening: format!(
            "tape of {}: recorded replies; every figure is real and measured here, now",
            task.name
        ),
        task,
        origin: Origin::Kept,
        provider: Arc::new(tape.provider().with_speed(speed * PACE)),
        reached_by: BTreeMap::from([(PLAYED.to_owned(), "tape".to_owned())]),
        template: app.template(None)?,
        resume: None,
        rounds,
        goal: None,
        mode: Mode::Auto,
        candidates: None,
        temperature: None,
        comparison,
        clock: tape.recorded.clock,
        strict: tape.recorded.strict,
        demo_pause: BREATH.div_f64(speed),
        foreign: true,
        tape: Some(PlayedTape {
            script: tape.script(),
            figures,
        }),
    })
}

/// That the task on a tape is refused.
pub(super) fn refused(path: &Path, why: &TaskError) -> CliError {
    CliError::new(
        NOTHING,
        format_args!("cannot play {}: {why}", path.display()),
    )
}

/// Whether a task can be run on this machine.
///
/// # Errors
/// A sentence that says what is missing and how to get it.
pub(super) fn playable(app: &AppContext, task: &Task) -> Result<(), String> {
    let checker = match &task.checker {
        crate::task::Checker::Program(program) => Some(&program.language),
        _ => None,
    };
    for language in [Some(&task.language), checker].into_iter().flatten() {
        if let Some(why) = app.missing(&language.id) {
            return Err(format!(
                "the tape is in {}: {why}. {}",
                language.name, language.install_hint
            ));
        }
    }
    Ok(())
}

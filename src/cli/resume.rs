//! `reheat resume`: continues a session that was left, or that a crash cut off.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::app_context::AppContext;
use super::drive;
use super::flags::{LoopFlags, ModelFlags};
use super::session_request::{PLAYED, SessionRequest};
use super::{CliError, ENVIRONMENT, NOTHING, USAGE, fail};
use crate::base::words::count;
use crate::config;
use crate::model::Provider;
use crate::model::tape::{Tape, TapeError};
use crate::session::Session;
use crate::session::event::{Finish, Origin};
use crate::task::Task;

/// Flags of `reheat resume`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reheat resume                   the latest session
  reheat resume pairs --rounds 20 the session whose id begins with `pairs`, or else contains it, up to 20 rounds in all")]
pub(crate) struct ResumeArgs {
    /// Id of the session, or a beginning or a part of it; the latest where left out, or `last`.
    session: Option<String>,
    #[command(flatten)]
    loop_flags: LoopFlags,
    #[command(flatten)]
    model: ModelFlags,
}

/// Runs the command.
#[must_use]
pub(crate) fn run(args: &ResumeArgs, theme: Option<&str>) -> ExitCode {
    let app = match AppContext::read() {
        Ok(app) => app,
        Err(status) => return status,
    };
    let id = match app.library().find(args.session.as_deref()) {
        Ok(id) => id,
        Err(why) => return fail(USAGE, why),
    };
    match request(&app, &id, &args.loop_flags, &args.model) {
        Ok(request) => drive::run(&app, request, &args.loop_flags, theme),
        Err(refusal) => refusal.into(),
    }
}

/// Everything needed to continue a session.
///
/// # Errors
/// The session or its task cannot be read again, or there is no model.
pub(crate) fn request(
    app: &AppContext,
    id: &str,
    loop_flags: &LoopFlags,
    model: &ModelFlags,
) -> Result<SessionRequest, CliError> {
    let library = app.library();
    let session = library.read(id).map_err(|e| CliError::new(NOTHING, e))?;
    let Some(record) = session.task.clone() else {
        return Err(CliError::new(
            NOTHING,
            format_args!("session {id} ended before it had begun; there is nothing to go on with"),
        ));
    };
    let task = app.task_of(id, &record.origin).map_err(|e| {
        CliError::new(
            USAGE,
            format_args!("the task of session {id} cannot be read again: {e}"),
        )
    })?;
    let temperature = model.temperature;
    let kept = ModelFlags::from_kept(&session.reached_by);
    let model = if model.names_a_model() {
        model
    } else {
        &ModelFlags {
            template: model.template.clone(),
            ..kept
        }
    };
    let provider = provider(app, &session, &task, model)?;
    let template = app.template(model.template.as_deref())?;
    let mut goal = session.goal.clone();
    let asked = loop_flags.goal(goal.rounds);
    goal.rounds = asked.rounds;
    goal.gain = asked.gain.or(goal.gain);
    goal.time_ns = asked.time_ns;
    goal.tokens = asked.tokens.or(goal.tokens);
    goal.cost = asked.cost.or(goal.cost);
    let opening = format!(
        "resume: {id} · {} so far · replies by {}",
        count(session.rounds.len(), "round"),
        provider.name()
    );
    let comparison = app.comparison_of(&session);
    let mut reached_by = model.reached_by();
    let foreign = session.reached_by.contains_key(PLAYED);
    if foreign {
        reached_by.insert(PLAYED.to_owned(), "tape".to_owned());
    }
    Ok(SessionRequest {
        task,
        program: None,
        origin: record.origin,
        provider,
        reached_by,
        template,
        resume: Some(id.to_owned()),
        rounds: goal.rounds,
        goal: Some(goal),
        mode: session.mode,
        candidates: None,
        temperature,
        comparison,
        clock: session.terms.clock,
        strict: session.strict,
        demo_pause: Duration::ZERO,
        opening,
        foreign,
        tape: None,
    })
}

/// The model of the flags, else of the session, else of the config file. A tape continues where it was.
fn provider(
    app: &AppContext,
    session: &Session,
    task: &Task,
    model: &ModelFlags,
) -> Result<Arc<dyn Provider>, CliError> {
    let told = session
        .rounds
        .iter()
        .flat_map(|r| r.replies.values())
        .filter(|p| p.finish == Finish::Stop)
        .count();
    let played = |tape: Result<Tape, TapeError>| match tape {
        Ok(tape) => Ok(Arc::new(tape.skip(told)) as Arc<dyn Provider>),
        Err(error) => Err(CliError::new(ENVIRONMENT, error)),
    };
    if let Some(path) = &model.tape {
        return played(Tape::from_path(path));
    }
    // What was played before is played on.
    let bundled = matches!(
        session.task.as_ref().map(|t| &t.origin),
        Some(Origin::Bundled { .. })
    ) || session.reached_by.contains_key(PLAYED);
    if let Some(source) = task
        .tape
        .as_ref()
        .filter(|_| bundled && !model.names_a_model())
    {
        return played(Tape::open(&task.name, source));
    }
    config::resolve_provider(&app.config, &model.selection())
        .map_err(|e| CliError::new(ENVIRONMENT, e))
}

//! What actions do that ask something of the loop: the rounds, the selected version, the cases, the start screen.

use crate::engine::Command;
use crate::engine::side_requests::SideRequest;
use crate::model::MOST_AT_ONCE;
use crate::session::Session;
use crate::session::event::{Author, Mode, Stage, VersionId};
use crate::task::Objective;
use crate::tui::clipboard;
use crate::tui::component::{Context, Outcome};
use crate::tui::core::action::{Action, CopySource};
use crate::tui::core::home::Choice;
use crate::tui::core::tab::Tab;
use crate::tui::core::typing::line;
use crate::tui::dialogs::quit::Quit;
use crate::tui::panes::registry;
use crate::tui::state::cases::{marked, withdrawable};
use crate::tui::state::decisions::{busy, undone, unmeasured};
use crate::tui::state::effect::Effect;
use crate::tui::state::model_params;

/// Asks something of the loop.
pub(crate) fn send(command: Command) -> Outcome {
    Outcome::close().and(Effect::Send(command))
}

/// Stops what is on. Where nothing is, it is said, and what is looked at stays.
pub(crate) fn stop(cx: &mut Context<'_>) -> Outcome {
    if !busy(cx.session) {
        if cx.state.nav.selected.is_some() {
            let key = cx.state.prefs.keys.shown(Action::Follow);
            let words =
                format!("nothing is on that could be stopped; {key} lets the screen follow again");
            cx.state.say(words, false);
        }
        return Outcome::close();
    }
    // A reply costs money, a comparison half a minute, and this key closes boxes as well.
    if let Some(what) = costs(cx)
        && !cx.state.is_meant(Action::Stop)
    {
        let key = cx.state.prefs.keys.shown(Action::Stop);
        cx.state.say(format!("{key} once more stops {what}"), false);
        return Outcome::close();
    }
    send(Command::Stop)
}

/// What would be lost by stopping what is on, where that is more than a moment; a reply that is played from a tape is not.
fn costs(cx: &Context<'_>) -> Option<String> {
    let session = cx.session;
    match &session.stage {
        Stage::Asking | Stage::Streaming | Stage::Retrying { .. } => {
            let tape = session.reached_by.contains_key("tape");
            (!tape).then(|| "the reply; what came of it is kept".to_owned())
        }
        Stage::Comparing { version, .. } | Stage::Confirming { version, .. } => {
            let key = cx.state.prefs.keys.shown(Action::MeasureAgain);
            Some(format!(
                "the comparison; {version} is kept, and {key} measures it again"
            ))
        }
        _ => None,
    }
}

/// Holds everything, or lets it go on.
pub(crate) fn pause(cx: &mut Context<'_>) -> Outcome {
    let held = &mut cx.state.observed.held;
    *held = !*held;
    send(Command::Pause(*held))
}

/// Starts a round, or asks for one more after the one that is on.
pub(crate) fn next_round(cx: &mut Context<'_>) -> Outcome {
    if busy(cx.session) {
        let words = "one round more, after the one that is on; it asks the model";
        cx.state.say(words, false);
    }
    send(Command::NextRound)
}

/// Does the round that is on once more.
pub(crate) fn retry(cx: &mut Context<'_>) -> Outcome {
    // The developer's own text is no round's: doing the round again would ask the model.
    let own = cx
        .session
        .live
        .version
        .and_then(|id| cx.session.version(id));
    let own = own.filter(|v| v.author == Author::Hand);
    if let Some(version) = own.filter(|_| busy(cx.session)) {
        let [stop, again] =
            [Action::Stop, Action::MeasureAgain].map(|a| cx.state.prefs.keys.shown(a));
        let words = format!(
            "{} is yours and of no round: {stop} stops it, {again} measures it again",
            version.id
        );
        cx.state.say(words, false);
        return Outcome::close();
    }
    if busy(cx.session) {
        if let Some(what) = costs(cx)
            && !cx.state.is_meant(Action::Retry)
        {
            let key = cx.state.prefs.keys.shown(Action::Retry);
            let words = format!("{key} once more asks the model again, and stops {what}");
            cx.state.say(words, false);
            return Outcome::close();
        }
        return send(Command::Retry);
    }
    // Its reply is there already: what was stopped is measured.
    let stopped = cx.session.round().and_then(|r| r.versions.last());
    let stopped = stopped.and_then(|id| cx.session.version(*id));
    if let Some(version) = stopped.filter(|v| v.evaluation.is_none()) {
        let version = version.id;
        cx.state.say(format!("{version} is measured"), false);
        return send(Command::SideRequest(SideRequest::MeasureAgain(version)));
    }
    // It would ask the model once more, which costs: that is what the key of the next round says.
    let key = cx.state.prefs.keys.shown(Action::NextRound);
    let without = cx.session.round().filter(|r| r.versions.is_empty());
    let words = match without {
        Some(round) => format!(
            "no round is on, and round {} gave no version: {key} asks once more",
            round.number
        ),
        None => format!("no round is on: {key} starts a new one"),
    };
    cx.state.say(words, false);
    Outcome::close()
}

/// Takes back the marked case, if it was added by hand, else the last decision.
pub(crate) fn undo(cx: &mut Context<'_>) -> Outcome {
    if let Some(case) = withdrawable(cx.state, cx.session) {
        let words = format!("case {case} is taken back as soon as nothing is measured");
        cx.state.say(words, false);
        cx.state.nav.case = None;
        return send(Command::SideRequest(SideRequest::Withdraw(case)));
    }
    if let Some(words) = undone(cx.session) {
        cx.state.say(words, false);
    }
    send(Command::Undo)
}

/// One reply a round more; after the most, one again.
pub(crate) fn more_candidates(cx: &mut Context<'_>) -> Outcome {
    let next = model_params::more(cx.session);
    let key = cx.state.prefs.keys.shown(Action::Candidates);
    let words = match next {
        1 => "one reply a round, from the next one on".to_owned(),
        MOST_AT_ONCE => format!("{next} replies a round, from the next one on; {key} again: one"),
        n => format!("{n} replies a round, from the next one on"),
    };
    cx.state.say(words, false);
    send(Command::Candidates(next))
}

/// Goes on in the next mode.
pub(crate) fn next_mode(cx: &mut Context<'_>) -> Outcome {
    send(Command::Mode(match cx.session.mode {
        Mode::Auto => Mode::Step,
        Mode::Step => Mode::Manual,
        Mode::Manual => Mode::Auto,
    }))
}

/// Makes something else better from the next round on.
pub(crate) fn next_objective(cx: &mut Context<'_>) -> Outcome {
    let after = |objective| match objective {
        Objective::Time => Objective::Memory,
        Objective::Memory => Objective::Integral,
        Objective::Integral => Objective::Time,
    };
    let next = after(cx.session.objective);
    let best = cx.session.best();
    let kept = best
        .and_then(|best| Some((best.id, best.decided_over_original()?)))
        .filter(|(_, c)| c.metric.objective() != next)
        .map_or_else(String::new, |(id, c)| {
            format!("; the {} of {id} stays a gain of {}", c.gain, c.compared())
        });
    let key = cx.state.prefs.keys.shown(Action::Objective);
    let words = format!(
        "{next} from the next round on{kept}; {key} again: {}",
        after(next)
    );
    cx.state.say(words, false);
    send(Command::Objective(next))
}

/// Decides about the selected version by hand, once it is measured.
pub(crate) fn decide(cx: &mut Context<'_>, decision: fn(VersionId) -> Command) -> Outcome {
    let selected = cx.state.version(cx.session);
    if let Some(words) = unmeasured(cx.session, selected) {
        cx.state.say(words, false);
        return Outcome::close();
    }
    let Some(version) = selected else {
        return Outcome::close();
    };
    let command = decision(version);
    if matches!(command, Command::Reject(v) if v.is_original()) {
        cx.state.say(
            "the original cannot be rejected: the others are held against it",
            false,
        );
        return Outcome::close();
    }
    if matches!(command, Command::Accept(v) if cx.session.incumbent == Some(v)) {
        let words = format!("{version} is the best version already");
        cx.state.say(words, false);
        return Outcome::close();
    }
    send(command)
}

/// Lets the next round start from the selected version; again: from the best one.
pub(crate) fn branch(cx: &mut Context<'_>) -> Outcome {
    let selected = cx.state.version(cx.session);
    let next = selected.filter(|v| cx.session.chosen_parent != Some(*v));
    let words = match next {
        Some(version) => format!("the next round starts from {version}"),
        None => "the next round starts from the best version again".to_owned(),
    };
    cx.state.say(words, false);
    send(Command::Parent(next))
}

/// Pins the selected version, or releases it.
pub(crate) fn pin(cx: &mut Context<'_>) -> Outcome {
    let selected = cx.state.version(cx.session);
    let Some(version) = selected.and_then(|v| cx.session.version(v)) else {
        return Outcome::close();
    };
    send(Command::Pin(version.id, !version.pinned))
}

/// Edits the selected version in `$EDITOR`.
pub(crate) fn edit_outside(cx: &mut Context<'_>) -> Outcome {
    let selected = cx.state.version(cx.session);
    let Some(version) = selected.and_then(|v| cx.session.version(v)) else {
        return Outcome::close();
    };
    Outcome::close().and(Effect::Outside {
        parent: version.id,
        text: version.source.text.to_string(),
        file_name: version.source.file_name.clone(),
    })
}

/// Copies something to the clipboard.
pub(crate) fn copy(cx: &mut Context<'_>, source: CopySource) -> Outcome {
    match clipboard::text(cx.state, cx.session, source) {
        Ok((text, what)) => Outcome::close().and(Effect::Copy { text, what }),
        Err(why) => {
            cx.state.say(format!("nothing is copied: {why}"), false);
            Outcome::close()
        }
    }
}

/// Leaves the mouse to the terminal, or takes it back.
pub(crate) fn toggle_mouse(cx: &mut Context<'_>) -> Outcome {
    let ours = !cx.state.prefs.mouse;
    cx.state.prefs.mouse = ours;
    cx.state.say(
        if ours {
            "the mouse works here again; with shift held the terminal selects"
        } else {
            "the mouse is the terminal's: select and copy with it as in any other program"
        },
        false,
    );
    Outcome::close().and(Effect::Mouse(ours))
}

/// First stops what is on, then quits.
pub(crate) fn interrupt(cx: &mut Context<'_>) -> Outcome {
    let on = cx.state.at_work && busy(cx.session) && cx.state.playback.is_none();
    if on && !cx.state.interrupted_lately() {
        cx.state.pending.interrupt = Some(cx.state.now);
        return send(Command::Stop);
    }
    Outcome::close().and(Effect::Quit)
}

/// Why a key of the loop does nothing in a recorded session.
pub(crate) fn only_recorded(session: &Session) -> String {
    format!(
        "this session is only looked at; `reheat resume {}` goes on with it",
        session.id
    )
}

/// Opens the chosen session of the start screen to look into it.
pub(crate) fn look_into(cx: &mut Context<'_>) -> Outcome {
    let Some(home) = &cx.state.home else {
        return Outcome::close();
    };
    match home.sessions.get(home.cursor) {
        Some(session) => {
            let choice = Choice::LookInto(session.id.clone());
            let effect = cx.state.begin(choice);
            Outcome::close().and(effect)
        }
        None => {
            cx.state.say(
                "choose a session to look into; this is a task that can be started",
                false,
            );
            Outcome::close()
        }
    }
}

/// Quits; while something is on it is asked whether to.
pub(crate) fn quit(cx: &mut Context<'_>) -> Outcome {
    let recorded = cx.state.playback.is_some();
    if cx.state.at_work && busy(cx.session) && !cx.state.demo && !recorded {
        return Outcome::open(Quit);
    }
    Outcome::close().and(Effect::Quit)
}

/// Opens the hint box. A hint that went out is not one for the next round as well.
pub(crate) fn steer(cx: &mut Context<'_>) {
    let hint_box = &mut cx.state.hint_box;
    let used = cx.session.round().map(|r| r.hint.as_str());
    let text = hint_box.text.lines().join("\n");
    if cx.session.hint.is_empty() && used.is_some_and(|used| used.trim() == text.trim()) {
        hint_box.text = line("");
    }
    hint_box.active = true;
}

/// Takes what is typed as the hint of the next round.
pub(crate) fn give_hint(cx: &mut Context<'_>) -> Outcome {
    let state = &mut *cx.state;
    let hint = state.hint_box.text.lines().join("\n").trim().to_owned();
    state.hint_box.active = false;
    state.hint_box.text = line(&hint);
    state.hint_box.history.leave();
    let task = cx.session.task_name();
    state.prefs.memory.keep_hint(task, &hint);
    state.say(
        if hint.is_empty() {
            "the hint is taken back"
        } else {
            "the hint goes into the next prompt"
        },
        false,
    );
    Outcome::close()
        .and(Effect::Remember)
        .and(Effect::Send(Command::Hint(hint)))
}

/// Opens what is folded; on the start screen the entry.
pub(crate) fn open(cx: &mut Context<'_>) -> Outcome {
    if cx.state.at_work {
        registry::open(cx);
        return Outcome::close();
    }
    let Some(home) = cx.state.home.as_ref().filter(|h| h.opening.is_none()) else {
        return Outcome::close();
    };
    match home.chosen() {
        Ok(choice) => Outcome::close().and(cx.state.begin(choice)),
        Err(why) => {
            cx.state.say(why, true);
            Outcome::close()
        }
    }
}

/// Uses the model server that answers on this machine.
pub(crate) fn take_model(cx: &mut Context<'_>) -> Outcome {
    let Some(home) = &cx.state.home else {
        return Outcome::close();
    };
    match home.offer() {
        Some(server) => return Outcome::close().and(Effect::TakeModel(server.clone())),
        None if home.models.iter().any(|m| m.ready) => {
            cx.state
                .say("a model is ready already; , changes it", false);
        }
        None => cx.state.say(
            "no server answers on the usual ports of this machine; , sets a model up",
            true,
        ),
    }
    Outcome::close()
}

/// Times the task's reference solutions.
pub(crate) fn time_references(cx: &mut Context<'_>) -> Outcome {
    let words = "the references are timed as soon as nothing else is measured";
    cx.state.say(words, false);
    send(Command::SideRequest(SideRequest::References))
}

/// Measures the selected version again, for longer.
pub(crate) fn measure_again(cx: &mut Context<'_>) -> Outcome {
    let Some(version) = cx.state.version(cx.session) else {
        return Outcome::close();
    };
    let when = if busy(cx.session) {
        " as soon as nothing else is measured"
    } else {
        ""
    };
    if !version.is_original() {
        let words = format!("{version} is measured again, for twice as long{when}");
        cx.state.say(words, false);
    }
    send(Command::SideRequest(SideRequest::MeasureAgain(version)))
}

/// Runs the marked case once more.
pub(crate) fn rerun_case(cx: &mut Context<'_>) -> Outcome {
    let Some((version, case)) = marked_case(cx, Action::RerunCase) else {
        return Outcome::close();
    };
    let when = if busy(cx.session) {
        " as soon as nothing is measured"
    } else {
        ""
    };
    let words = format!("case {case} runs once more on {version}{when}");
    cx.state.say(words, false);
    send(Command::SideRequest(SideRequest::Rerun { version, case }))
}

/// Times the marked case only; again: the workload.
pub(crate) fn time_case(cx: &mut Context<'_>) -> Outcome {
    let Some((_, case)) = marked_case(cx, Action::TimeCase) else {
        return Outcome::close();
    };
    if cx.session.only.as_ref() == Some(&case) {
        let words = "the workload is timed again, from the next comparison on";
        cx.state.say(words, false);
        return send(Command::SideRequest(SideRequest::TimeOnly(None)));
    }
    let words =
        format!("only case {case} is timed from the next comparison on; all are still checked");
    cx.state.say(words, false);
    send(Command::SideRequest(SideRequest::TimeOnly(Some(case))))
}

/// The version and the case that an action of the cases is about; which case is marked must be seen before anything is
/// done to it.
fn marked_case(cx: &mut Context<'_>, action: Action) -> Option<(VersionId, String)> {
    let state = &mut *cx.state;
    if state.pane(cx.session) != Tab::Cases {
        state.show(Tab::Cases);
        let key = state.prefs.keys.shown(action);
        state.say(format!("choose a case, then press {key} again"), false);
        return None;
    }
    let Some((version, at, case)) = marked(state, cx.session) else {
        state.say("there is no case yet", true);
        return None;
    };
    // What was meant stays in sight while the loop goes on.
    state.nav.selected = Some(version);
    state.nav.case = Some(at);
    state.nav.tab = Some(Tab::Cases);
    Some((version, case))
}

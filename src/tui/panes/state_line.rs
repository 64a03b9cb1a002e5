//! The line at the bottom: what is on, for how long, and the keys that fit the moment. It never leaves.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::base::words::count;
use crate::session::Session;
use crate::session::event::{EndReason, Mode, Stage};
use crate::session::fold::{Round, Version};
use crate::tui::component::View;
use crate::tui::core::action::{Action, DialogName};
use crate::tui::core::layout::{Room, ScreenLayout};
use crate::tui::core::text::{cut, visible, width};
use crate::tui::core::theme::Role;
use crate::tui::panes::key_line::keys;
use crate::tui::panes::long_message::{self, MOST};
use crate::tui::panes::progress;
use crate::tui::state::decisions;
use crate::tui::state::hits::HitMap;
use crate::tui::state::version_status::{spinner, version_status};
use crate::tui::widgets::{line_width, put};

/// Draws it on one or two rows; a word that is too long for them lies on rows above the row `end`, and how many these are is
/// given. A small screen has one for it: the lower edge of the main pane.
pub(crate) fn draw(
    cx: View<'_>,
    plan: &ScreenLayout,
    end: u16,
    buffer: &mut Buffer,
    hits: &mut HitMap,
) -> u16 {
    let area = plan.state;
    if area.is_empty() {
        return 0;
    }
    let room = usize::from(area.width);
    let Now {
        glyph,
        role,
        what,
        mut far,
    } = now(cx);
    let mut word =
        (cx.state.word(cx.session)).map(|(word, error)| (visible(word).replace('␊', " "), error));
    // It need not be said twice.
    word = word.filter(|(word, _)| *word != what);
    // On one row the keys keep what they need most.
    let kept = if area.height > 1 {
        1
    } else {
        (room / 3).clamp(24, 60)
    };
    let free = |far: &[String]| {
        let far: usize = far.iter().map(|f| width(f) + 3).sum();
        room.saturating_sub(width(&what) + far + kept + 6)
    };
    let mut above = 0;
    if let Some((text, error)) = &word
        && width(text) > free(&far)
    {
        let over = Rect {
            height: end - buffer.area.y,
            y: buffer.area.y,
            ..area
        };
        let most = if plan.room > Room::Small { MOST } else { 1 };
        if width(text) > free(&[]) && !keyboard_is_taken(cx) {
            above = long_message::above(cx, over, most, (text, *error), buffer, hits);
        }
        if above > 0 {
            word = None;
        } else {
            // What is on stays; how far it has come can wait until the word is gone.
            far.clear();
        }
    }
    // What matters less goes first, whole; the keys need some room as well.
    let most = if area.height > 1 {
        room
    } else {
        room.saturating_sub(kept)
    };
    while far.len() > 1 && width(&what) + far.iter().map(|f| width(f) + 3).sum::<usize>() + 4 > most
    {
        far.pop();
    }
    if cx.covered() || cx.state.hint_box.active {
        // Whoever types must see how to get out.
        far.truncate(1);
    }
    let left_over = free(&far);
    let text = far.iter().fold(what, |text, part| text + " · " + part);
    let mut left = vec![
        cx.span(format!(" {glyph} "), role),
        cx.span(text, Role::Title),
    ];
    if let Some((word, error)) = word
        && (left_over > 12 || area.height > 1)
    {
        left.push(cx.span(
            format!(" · {}", long_message::within(cx, &word, left_over)),
            if error { Role::Error } else { Role::Info },
        ));
    }
    let left = Line::from(left);
    put(buffer, area, 0, &left);
    if area.height > 1 {
        keys(cx, room.saturating_sub(1)).put(buffer, area, 1, hits);
        return above;
    }
    let taken = line_width(&left);
    let keys = keys(cx, room.saturating_sub(taken + 4));
    let wide = keys.width() + 1;
    if keys.width() > 0 && taken + wide < room {
        let at = Rect {
            x: area.x + (room - wide) as u16,
            width: wide as u16,
            ..area
        };
        keys.put(buffer, at, 0, hits);
    }
    above
}

/// Whether something is typed or lies just above the line, so that nothing else may lie there.
fn keyboard_is_taken(cx: View<'_>) -> bool {
    let searching = cx.state.search.as_ref().is_some_and(|s| s.typing);
    cx.covered() || cx.state.hint_box.active || searching
}

/// What is on now.
struct Now {
    glyph: &'static str,
    role: Role,
    /// In a few words that always stand there.
    what: String,
    /// How far it has come, and what is left, the most telling first.
    far: Vec<String>,
}

impl Now {
    fn new(glyph: &'static str, role: Role, what: impl Into<String>) -> Self {
        Self {
            glyph,
            role,
            what: what.into(),
            far: Vec::new(),
        }
    }

    fn and(mut self, far: impl IntoIterator<Item = String>) -> Self {
        self.far.extend(far);
        self
    }
}

/// What is on now; what is held is said to be.
fn now(cx: View<'_>) -> Now {
    let mut now = at_work(cx);
    if let Some(playback) = &cx.state.playback {
        (now.glyph, now.role) = match playback.plays() {
            true => ("▶", Role::Candidate),
            false => ("‖", Role::Info),
        };
        return now;
    }
    let reply = matches!(cx.session.stage, Stage::Asking | Stage::Streaming);
    let come = reply && cx.session.round().is_some_and(Round::is_answered);
    if cx.session.held && come {
        now.what = "the reply has come".to_owned();
        let tokens = crate::base::words::estimate_tokens(cx.session.received_bytes());
        now.far = vec![format!("{tokens} tok")];
    }
    if cx.session.held && now.glyph != "‖" {
        now.glyph = "‖";
        now.role = Role::Warn;
        now.what.insert_str(0, "paused · ");
    }
    now.far.extend(match cx.state.edits_waiting(cx.session) {
        0 => None,
        1 => Some("your edit waits".to_owned()),
        n => Some(format!("{n} edits of yours wait")),
    });
    now
}

fn at_work(cx: View<'_>) -> Now {
    let session = cx.session;
    if let Some(version) = just_settled(session) {
        let mark = version_status(session, cx.state, version);
        return Now::new(
            mark.glyph,
            mark.role,
            decisions::settled(session, version.id),
        );
    }
    let on = |what: String| Now::new(spinner(cx.state), Role::Candidate, what);
    let next = session.versions.last().map_or(0, |v| v.id.0 + 1);
    match &session.stage {
        Stage::Waiting => Now::new("◌", Role::Info, waiting(cx)),
        Stage::Preparing => on(preparing(session).into()).and(elapsed(cx)),
        Stage::Asking => {
            on(format!("asking {}", cut(&visible(&session.model), 28))).and(elapsed(cx))
        }
        Stage::Retrying { why, in_ms } => {
            let left = in_ms.saturating_sub(passed(cx)).div_ceil(1_000);
            let again = match left {
                0 => "trying again".to_owned(),
                s => format!("again in {s} s"),
            };
            // The countdown is what one waits for: it stands first.
            let mut now = on(again).and([cut(&visible(why), 60).into_owned()]);
            now.role = Role::Warn;
            now
        }
        Stage::Streaming => {
            let tokens = crate::base::words::estimate_tokens(session.received_bytes());
            let what = match session.round() {
                Some(round) if round.candidates > 1 => {
                    let done = round.replies.len();
                    format!("{done} of {} replies have come", round.candidates)
                }
                _ => format!("v{next} is coming"),
            };
            on(what)
                .and([format!("{tokens} tok")])
                .and(speed(cx, tokens))
                .and(elapsed(cx))
        }
        Stage::Building { version } => on(format!("building {version}"))
            .and(elapsed(cx))
            .and(progress::last_build(session).map(|t| format!("the last one took {t}"))),
        Stage::Checking {
            version,
            done,
            total,
        } if done >= total => {
            let floor = session
                .versions
                .iter()
                .all(|v| v.evaluation.as_ref().is_none_or(|e| e.floor.is_none()));
            on(format!("checking {version}"))
                .and([format!("all {total} cases")])
                .and(floor.then(|| "now the floor: what an empty program takes".to_owned()))
        }
        Stage::Checking {
            version,
            done,
            total,
        } if session.live.cases.len() >= *total && *total > 1 => {
            // All have run: they run again.
            on(format!(
                "checking {version} once more, whether it agrees with itself"
            ))
            .and([format!("case {}/{total}", done + 1)])
        }
        Stage::Checking {
            version,
            done,
            total,
        } => on(format!("checking {version}"))
            .and([format!("case {}/{total}", done + 1)])
            .and(progress::cases_left(
                session,
                *version,
                passed(cx) as f64 / 1e3,
            ))
            .and(this_case(cx)),
        Stage::Comparing {
            version,
            against,
            pairs,
            left_ns,
        } => {
            let now = on(format!("comparing {version} with {against}"));
            match pairs {
                0 => now.and(["warming up".to_owned()]).and(elapsed(cx)),
                n => now.and([count(*n, "pair")]),
            }
            .and(progress::looked(session))
            .and(progress::at_most(*left_ns))
        }
        Stage::Confirming { version, pairs, .. } => {
            on(format!("confirming {version} on fresh runs"))
                .and([progress::confirming(*pairs)])
                .and(progress::at_most(session.live.left_ns))
        }
        Stage::Aside { what } => on(visible(what).into_owned()).and(elapsed(cx)),
        Stage::Paused => Now::new("‖", Role::Warn, "paused"),
        Stage::Finished => Now::new("■", Role::Heat2, finished(cx)),
    }
}

/// The version whose verdict has just fallen: until something else begins that is what is on.
fn just_settled(session: &Session) -> Option<&Version> {
    let id = session.live.settled?;
    let about = match &session.stage {
        Stage::Building { version }
        | Stage::Checking { version, .. }
        | Stage::Comparing { version, .. }
        | Stage::Confirming { version, .. } => *version,
        _ => return None,
    };
    session.version(id).filter(|_| about == id)
}

/// What is made ready: what is known of the session says how far that is.
fn preparing(session: &Session) -> &'static str {
    if session.task.is_none() {
        "making ready: sandbox and toolchain"
    } else if session.versions.len() > 1 {
        "taking the session up again"
    } else {
        "making ready: the expected outputs"
    }
}

fn waiting(cx: View<'_>) -> String {
    if cx.session.task.is_none() {
        return "opening".into();
    }
    if cx.session.prepared.as_ref().is_some_and(|p| p.asked) {
        let (edit, send) = (
            cx.state
                .prefs
                .keys
                .shown(Action::Dialog(DialogName::EditPrompt)),
            cx.state.prefs.keys.shown(Action::NextRound),
        );
        return format!(
            "the next prompt is ready, waiting for you: {edit} edits it, {send} sends it"
        );
    }
    match cx.session.mode {
        Mode::Step => match cx.state.prefs.keys.shown(Action::NextRound) {
            key if key.is_empty() => "waiting for you".into(),
            key => format!("waiting for you: {key} starts the next round"),
        },
        _ => "waiting for you".into(),
    }
}

fn finished(cx: View<'_>) -> String {
    let Some(finished) = &cx.session.finished else {
        return "finished".into();
    };
    let why = match &finished.reason {
        EndReason::Rounds => "all rounds done",
        EndReason::Goal => "the goal is reached",
        EndReason::Time => "the time is spent",
        EndReason::Tokens => "the tokens are spent",
        EndReason::Cost => "the money is spent",
        EndReason::Stopped => "stopped",
        EndReason::TapeEnded => "the tape has ended",
        EndReason::Provider => "the model failed",
        EndReason::Prompt => "the prompt cannot be written",
        EndReason::Disk => "the journal cannot be written",
        EndReason::Task => "the task cannot be judged",
        EndReason::Environment => "something is missing here",
        EndReason::Other(word) => &visible(word),
    };
    format!("finished: {why}")
}

/// Milliseconds since the stage began.
fn passed(cx: View<'_>) -> u64 {
    let passed = cx
        .state
        .now
        .duration_since(cx.state.observed.stage_since)
        .as_millis();
    u64::try_from(passed).unwrap_or(0)
}

/// `12 s` since the stage began, once it is worth saying.
pub(super) fn elapsed(cx: View<'_>) -> Option<String> {
    match passed(cx) / 1_000 {
        ..1 => None,
        s @ 1..120 => Some(format!("{s} s")),
        s => Some(format!("{} min {:02} s", s / 60, s % 60)),
    }
}

/// How long the case that is on runs already, once it is worth saying: a long one is not taken for a hung one.
fn this_case(cx: View<'_>) -> Option<String> {
    let sample = cx.session.live.samples.last()?;
    let seconds = sample.t.seconds();
    (seconds >= 2.0).then(|| format!("{seconds:.0} s in this case"))
}

fn speed(cx: View<'_>, tokens: u64) -> Option<String> {
    let first = cx.session.live.first_text_at()?;
    let last = cx.session.last_at.unwrap_or(first);
    let seconds = last.duration_since(first).as_secs_f64();
    (seconds >= 0.4).then(|| format!("{:.0} tok/s", tokens as f64 / seconds))
}

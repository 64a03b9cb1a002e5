//! The line at the bottom: what is on, for how long, and the keys that fit the moment. It never leaves.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::session::event::{Mode, Stage};
use crate::tui::keys::Action;
use crate::tui::stream::guess_tokens;
use crate::tui::text::{cut, visible, width};
use crate::tui::theme::Role;
use crate::tui::view::keyline::keys;
use crate::tui::view::mark::spinner;
use crate::tui::view::{Context, line_width, put, put_both};
use crate::units::Nanos;

/// Draws it on one or two rows.
pub fn draw(cx: Context<'_>, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let room = usize::from(area.width);
    let (glyph, role, mut text) = now(cx);
    let word = cx.app.word(cx.session);
    // On one row the keys keep what they need most: a long word is whole under the key of the messages.
    let kept = if area.height > 1 {
        1
    } else {
        (room / 3).clamp(24, 60)
    };
    let free = |text: &str| room.saturating_sub(width(text) + kept + 6);
    if let Some((word, _)) = word
        && width(word) > free(&text)
        && let Some(end) = text.find(" · ")
    {
        // What is on stays; how far it has come can wait until the word is gone.
        text.truncate(end);
    }
    let left_over = free(&text);
    let mut left = vec![
        cx.span(format!(" {glyph} "), role),
        cx.span(text, Role::Title),
    ];
    if let Some((word, error)) = word
        && (left_over > 12 || area.height > 1)
    {
        let word = visible(word).replace('␊', " ");
        left.push(cx.span(
            format!(" · {}", cut(&word, left_over)),
            if error { Role::Error } else { Role::Info },
        ));
    }
    let left = Line::from(left);
    if area.height > 1 {
        put(buffer, area, 0, &left);
        put(buffer, area, 1, &keys(cx, room.saturating_sub(1)));
        return;
    }
    let mut keys = keys(cx, room.saturating_sub(line_width(&left) + 4));
    keys.spans.push(Span::raw(" "));
    put_both(buffer, area, 0, &left, &keys);
}

/// What is on now: a glyph, its role, and words; what is held is said to be.
fn now(cx: Context<'_>) -> (&'static str, Role, String) {
    let (glyph, role, words) = at_work(cx);
    if cx.session.held && glyph != "‖" {
        return ("‖", Role::Warn, format!("paused · {words}"));
    }
    (glyph, role, words)
}

fn at_work(cx: Context<'_>) -> (&'static str, Role, String) {
    let session = cx.session;
    let since = elapsed(cx);
    let turning = spinner(cx.app);
    let next = session.versions.last().map_or(0, |v| v.id.0 + 1);
    match &session.stage {
        Stage::Waiting => ("◌", Role::Info, waiting(cx)),
        Stage::Preparing => (turning, Role::Candidate, format!("making ready{since}")),
        Stage::Asking => (
            turning,
            Role::Candidate,
            format!("asking {}{since}", cut(&visible(&session.model), 28)),
        ),
        Stage::Retrying { why, in_ms } => {
            let passed = cx
                .app
                .now
                .duration_since(cx.app.stage_since)
                .as_millis()
                .max(0) as u64;
            let left = in_ms.saturating_sub(passed).div_ceil(1_000);
            (
                turning,
                Role::Warn,
                format!("{} · again in {left} s", cut(&visible(why), 60)),
            )
        }
        Stage::Streaming => {
            let tokens = guess_tokens(&session.live.text) + guess_tokens(&session.live.reasoning);
            (
                turning,
                Role::Candidate,
                format!(
                    "v{next} is coming · {tokens} tok{}{since}",
                    speed(cx, tokens)
                ),
            )
        }
        Stage::Building { version } => (
            turning,
            Role::Candidate,
            format!("building {version}{since}"),
        ),
        Stage::Checking {
            version,
            done,
            total,
        } => (
            turning,
            Role::Candidate,
            format!(
                "checking {version} · case {} of {total}",
                (done + 1).min(*total)
            ),
        ),
        Stage::Comparing {
            version,
            against,
            pairs,
            left_ns,
        } => {
            let left = left_ns.map_or(String::new(), |l| format!(" · at most {} left", whole(l)));
            (
                turning,
                Role::Candidate,
                format!("comparing {version} with {against} · {pairs} pairs{left}"),
            )
        }
        Stage::Confirming { version, pairs, .. } => (
            turning,
            Role::Candidate,
            format!("{version} looks better; confirming on fresh runs · {pairs} pairs"),
        ),
        Stage::Aside { what } => (
            turning,
            Role::Candidate,
            format!("{}{since}", visible(what)),
        ),
        Stage::Paused => ("‖", Role::Warn, "paused".into()),
        Stage::Finished => ("■", Role::Heat2, finished(cx)),
    }
}

fn waiting(cx: Context<'_>) -> String {
    if cx.session.task.is_none() {
        return "opening".into();
    }
    match cx.session.mode {
        Mode::Step => match cx.app.keys.shown(Action::NextRound) {
            key if key.is_empty() => "waiting for you".into(),
            key => format!("waiting for you: {key} starts the next round"),
        },
        _ => "waiting for you".into(),
    }
}

fn finished(cx: Context<'_>) -> String {
    let why = match cx
        .session
        .finished
        .as_ref()
        .map_or("", |f| f.reason.as_str())
    {
        "rounds" => "all rounds done",
        "goal" => "the goal is reached",
        "time" => "the time is spent",
        "tokens" => "the tokens are spent",
        "cost" => "the money is spent",
        "stopped" => "stopped",
        "tape_ended" => "the tape has ended",
        "provider" => "the model failed",
        _ => "ended",
    };
    format!("finished: {why}")
}

/// ` · 12 s` since the stage began, once it is worth saying.
fn elapsed(cx: Context<'_>) -> String {
    let seconds = cx.app.now.duration_since(cx.app.stage_since).as_secs();
    match seconds {
        ..1 => String::new(),
        1..120 => format!(" · {seconds} s"),
        _ => format!(" · {} min {:02} s", seconds / 60, seconds % 60),
    }
}

fn speed(cx: Context<'_>, tokens: u64) -> String {
    let Some(first) = cx.session.live.first_text_at else {
        return String::new();
    };
    let last = cx.session.last_at.unwrap_or(first);
    let seconds = last.duration_since(first).as_secs_f64();
    if seconds < 0.4 {
        String::new()
    } else {
        format!(" · {:.0} tok/s", tokens as f64 / seconds)
    }
}

fn whole(time: Nanos) -> String {
    let seconds = time.seconds().ceil() as u64;
    if seconds < 120 {
        format!("{seconds} s")
    } else {
        format!("{} min", seconds.div_ceil(60))
    }
}

//! The reply as it comes: reasoning folded, prose wrapped, code coloured.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::style::Stylize as _;
use ratatui::text::{Line, Span};

use crate::session::event::{Finish, Stage};
use crate::session::fold::Round;
use crate::tui::app::{Seen, Tab};
use crate::tui::panes::Fold;
use crate::tui::replies::{Come, come};
use crate::tui::stream::{Kind, ReplyRow, guess_tokens};
use crate::tui::text::{visible, wrap_all};
use crate::tui::theme::Role;
use crate::tui::view::mark::spinner;
use crate::tui::view::{Context, put, replies};
use crate::units::Nanos;

/// Rows of reasoning shown while nothing else has come.
const LAST_THOUGHTS: usize = 6;

/// What the frame says at the right.
#[must_use]
pub fn info(cx: Context<'_>) -> String {
    let Some(round) = cx.app.round(cx.session) else {
        return String::new();
    };
    let mut words = vec![format!("round {}", round.number)];
    if round.candidates > 1 {
        words.extend(replies::info(cx, round));
        return format!(" {} ", words.join(" · "));
    }
    if let Some(cost) = round.reply(0).and_then(|r| r.usage.cost) {
        words.push(cost.to_string());
    }
    words.extend(figures(come(cx.session, round, 0), "first after"));
    match cx.app.reply.block() {
        Some(block) if block.open => words.push(format!("block {} open", block.number)),
        Some(block) if block.number > 1 => words.push(format!("{} blocks", block.number)),
        Some(_) => words.push("1 block".into()),
        None => {}
    }
    format!(" {} ", words.join(" · "))
}

/// Tokens of a reply, how fast they come, and after what time the first one came, in words for that.
#[must_use]
pub fn figures(come: Come<'_>, first: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (tokens, counted) = come.tokens();
    let about = if counted { "" } else { "~" };
    if tokens > 0 {
        words.push(format!("{about}{tokens} tok"));
    }
    words.extend(come.speed().map(|speed| format!("{speed:.0} tok/s")));
    // A tape may not know how long its model thought.
    if let Some(pace) = come.pace().filter(|p| p.first > 0.0) {
        words.push(format!("{first} {}", Nanos::from_seconds(pace.first)));
    }
    words
}

/// Whether a reply grows that was scrolled away from: the developer should know that there is more.
#[must_use]
pub fn runs_ahead(cx: Context<'_>) -> bool {
    cx.session.stage == Stage::Streaming
        && cx.app.scroll.contains_key(&Tab::Stream)
        && (cx.app.round(cx.session)).is_some_and(|r| !r.is_answered())
}

/// Draws it.
pub fn draw(cx: Context<'_>, area: Rect, buffer: &mut Buffer, seen: &mut Seen) {
    let Some(round) = cx.app.round(cx.session) else {
        put(
            buffer,
            area,
            0,
            &Line::from(cx.span("no round yet", Role::Muted)),
        );
        return;
    };
    if round.candidates > 1 {
        replies::draw(cx, round, area, buffer, seen);
    } else {
        one(cx, round, 0, area, buffer, seen);
    }
}

/// Draws one reply over the whole area.
pub fn one(
    cx: Context<'_>,
    round: &Round,
    number: u32,
    area: Rect,
    buffer: &mut Buffer,
    seen: &mut Seen,
) {
    let reply = come(cx.session, round, number);
    let live = !round.is_answered();
    let (_, reasoning) = reply.text();
    let head = head(cx, reasoning, reply);
    let thoughts = shown_thoughts(cx, reasoning);
    let gap = usize::from(!reasoning.is_empty());
    let rows = cx.app.reply.rows();
    let tail = tail(cx, round, number, area.width.into());
    let before = head.len() + thoughts.len() + gap;
    seen.room = area.height.into();
    seen.total = before + rows.len() + tail.len();
    let last = seen.total.saturating_sub(seen.room);
    // A reply that comes is followed at its end; one that is over is read from its start.
    let natural = if live { last } else { 0 };
    seen.first = cx
        .app
        .scroll
        .get(&Tab::Stream)
        .copied()
        .unwrap_or(natural)
        .min(last);
    let open = reply.is_coming() && cx.session.stage == Stage::Streaming && tail.is_empty();
    let dim = cx.theme.fg(Role::Muted).add_modifier(Modifier::ITALIC);
    for n in 0..usize::from(area.height) {
        let at = seen.first + n;
        let line = if let Some(line) = head.get(at) {
            if gap > 0 && at + 1 == head.len() {
                let place = Rect {
                    y: area.y + n as u16,
                    height: 1,
                    ..area
                };
                seen.folds.push((place, Fold::Reasoning));
            }
            line.clone()
        } else if let Some(row) = thoughts.get(at - head.len()) {
            let text = Span::styled(row.line.text.clone(), dim);
            Line::from(vec![cx.span("│ ", Role::Faint), text])
        } else if at < before {
            Line::default()
        } else if let Some(row) = rows.get(at - before) {
            let caret = open && at - before + 1 == rows.len();
            seen.lines += 1;
            reply_line(cx, row, caret)
        } else if let Some(line) = tail.get(at - before - rows.len()) {
            line.clone()
        } else {
            break;
        };
        put(buffer, area, n as u16, &line);
    }
}

/// Rows of the reasoning that are shown: none once the answer comes, its end while nothing else has come.
fn shown_thoughts<'a>(cx: Context<'a>, reasoning: &str) -> &'a [ReplyRow] {
    let rows = cx.app.panes.thoughts.rows();
    if reasoning.is_empty() {
        &[]
    } else if cx.app.unfolded.contains(&Tab::Stream) {
        rows
    } else if cx.app.reply.rows().is_empty() {
        &rows[rows.len().saturating_sub(LAST_THOUGHTS)..]
    } else {
        &[]
    }
}

fn head<'a>(cx: Context<'a>, reasoning: &str, reply: Come<'_>) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let thinking = cx.app.reply.rows().is_empty();
    let silent = matches!(cx.session.stage, Stage::Asking | Stage::Retrying { .. })
        || matches!(reply, Come::Growing(g) if g.first_text_at.is_none());
    if thinking && silent {
        let words = format!(
            " {} was asked; nothing came yet",
            visible(&cx.session.model)
        );
        lines.push(Line::from(vec![
            cx.span(spinner(cx.app), Role::Candidate),
            cx.span(words, Role::Muted),
        ]));
    }
    if reasoning.is_empty() {
        return lines;
    }
    let unfolded = cx.app.unfolded.contains(&Tab::Stream);
    let tokens = guess_tokens(reasoning);
    let sign = if unfolded || thinking { "▾" } else { "▸" };
    let fold = if unfolded {
        " · enter folds it"
    } else if thinking {
        ""
    } else {
        " · enter opens it"
    };
    lines.push(Line::from(vec![
        cx.span(format!("{sign} reasoning"), Role::Info),
        cx.span(format!(" · about {tokens} tokens{fold}"), Role::Muted),
    ]));
    lines
}

/// A row of a reply.
pub(super) fn reply_line<'a>(cx: Context<'a>, row: &'a ReplyRow, caret: bool) -> Line<'a> {
    let mut spans = Vec::new();
    match row.kind {
        Kind::Prose => {}
        Kind::Code => spans.push(cx.span("┃ ", Role::Heat2)),
        Kind::Fence if row.line.text.is_empty() => spans.push(cx.span("┗━", Role::Heat2)),
        Kind::Fence => spans.push(cx.span("┏━ ", Role::Heat2)),
    }
    spans.extend(row.line.pieces().map(|(text, role)| {
        let span = cx.span(text, role);
        // What Markdown makes bold is bold; in code the role alone speaks.
        if row.kind == Kind::Prose && role == Role::Title {
            span.add_modifier(Modifier::BOLD)
        } else {
            span
        }
    }));
    if caret {
        spans.push(cx.span("▏", Role::Key));
    }
    Line::from(spans)
}

/// How a reply ended, where that needs saying.
#[must_use]
pub(super) fn ending(finish: Finish) -> (&'static str, Role) {
    match finish {
        Finish::Stop => ("", Role::Muted),
        Finish::Length => (
            "the reply was cut off: its budget of tokens was spent",
            Role::Warn,
        ),
        Finish::Refused => ("the model refused", Role::Error),
        Finish::Incomplete => ("the reply broke off; it is not evaluated", Role::Error),
        Finish::Stopped => ("you stopped the reply; what came is kept", Role::Warn),
        Finish::Failed => ("the model failed", Role::Error),
    }
}

/// How the reply ended and what came of it, where that needs saying.
pub(super) fn tail<'a>(cx: Context<'a>, round: &Round, number: u32, room: usize) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let fate = round.reply_failures.get(&number);
    if let Some(reply) = round.reply(number) {
        let (words, role) = ending(reply.finish);
        if !words.is_empty() {
            lines.push(Line::default());
            lines.extend(
                wrap_all(words, room)
                    .into_iter()
                    .map(|text| Line::from(cx.span(text, role))),
            );
        }
        // Where nothing came of it for that very reason it is said below.
        let error = Some(&reply.error).filter(|e| Some(*e) != fate);
        lines.extend(
            wrap_all(error.map_or("", String::as_str), room)
                .into_iter()
                .map(|text| Line::from(cx.span(text, Role::Error))),
        );
    }
    let why = fate.or(round.failed.as_ref().filter(|_| round.candidates == 1));
    if let Some(why) = why {
        let of = if round.candidates == 1 {
            "no version came of this round"
        } else {
            "no version came of it"
        };
        lines.push(Line::default());
        lines.push(Line::from(cx.span(of, Role::Warn)));
        lines.extend(
            wrap_all(why, room)
                .into_iter()
                .map(|text| Line::from(cx.span(text, Role::Text))),
        );
    }
    lines
}

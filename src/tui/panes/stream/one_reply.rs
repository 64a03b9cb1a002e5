//! One reply: reasoning folded, prose wrapped, code coloured, and how it ended.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::style::Stylize as _;
use ratatui::text::{Line, Span};

use crate::base::units::Nanos;
use crate::base::words::estimate_tokens;
use crate::session::event::{Finish, Stage};
use crate::session::fold::Round;
use crate::tui::component::View;
use crate::tui::core::parts::Fold;
use crate::tui::core::reply::{Kind, ReplyRow};
use crate::tui::core::tab::Tab;
use crate::tui::core::text::{visible, wrap_all};
use crate::tui::core::theme::Role;
use crate::tui::state::hits::HitMap;
use crate::tui::state::replies::{ReplyProgress, reply_progress};
use crate::tui::state::version_status::spinner;
use crate::tui::widgets::put;

/// Rows of reasoning shown while nothing else has come.
const LAST_THOUGHTS: usize = 6;

/// Tokens of a reply, how fast they come, and after what time the first one came, in words for that.
#[must_use]
pub(crate) fn figures(come: ReplyProgress<'_>, first: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (tokens, counted) = come.tokens();
    let about = if counted { "" } else { "~" };
    if tokens > 0 {
        words.push(format!("{about}{tokens} tok"));
    }
    words.extend(come.speed().map(|speed| format!("{speed:.0} tok/s")));
    // A tape may not know how long its model thought.
    if let Some(pace) = come.timing().filter(|p| p.first > 0.0) {
        words.push(format!("{first} {}", Nanos::from_seconds(pace.first)));
    }
    words
}

/// Draws one reply over the whole area.
pub(crate) fn one(
    cx: View<'_>,
    round: &Round,
    number: u32,
    area: Rect,
    buffer: &mut Buffer,
    hits: &mut HitMap,
) {
    let reply = reply_progress(cx.session, round, number);
    let live = !round.is_answered();
    let (_, reasoning) = reply.text();
    let head = head(cx, reasoning, reply);
    let thoughts = shown_thoughts(cx, reasoning);
    let gap = usize::from(!reasoning.is_empty());
    let rows = cx.state.caches.reply.rows();
    let tail = tail(cx, round, number, area.width.into());
    let before = head.len() + thoughts.len() + gap;
    hits.room = area.height.into();
    hits.total = before + rows.len() + tail.len();
    let last = hits.total.saturating_sub(hits.room);
    // A reply that comes is followed at its end; one that is over is read from its start.
    let natural = if live { last } else { 0 };
    hits.first = cx
        .state
        .nav
        .scroll
        .get(&Tab::Stream)
        .copied()
        .unwrap_or(natural)
        .min(last);
    let open = reply.is_coming() && cx.session.stage == Stage::Streaming && tail.is_empty();
    let dim = cx.theme.fg(Role::Muted).add_modifier(Modifier::ITALIC);
    for n in 0..usize::from(area.height) {
        let at = hits.first + n;
        let line = if let Some(line) = head.get(at) {
            if gap > 0 && at + 1 == head.len() {
                let place = Rect {
                    y: area.y + n as u16,
                    height: 1,
                    ..area
                };
                hits.folds.push((place, Fold::Reasoning));
            }
            line.clone()
        } else if let Some(row) = thoughts.get(at - head.len()) {
            let text = Span::styled(row.line.text.clone(), dim);
            Line::from(vec![cx.span("│ ", Role::Faint), text])
        } else if at < before {
            Line::default()
        } else if let Some(row) = rows.get(at - before) {
            let caret = open && at - before + 1 == rows.len();
            hits.lines += 1;
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
fn shown_thoughts<'a>(cx: View<'a>, reasoning: &str) -> &'a [ReplyRow] {
    let rows = cx.state.panes.thoughts.rows();
    if reasoning.is_empty() {
        &[]
    } else if cx.state.nav.unfolded.contains(&Tab::Stream) {
        rows
    } else if cx.state.caches.reply.rows().is_empty() {
        &rows[rows.len().saturating_sub(LAST_THOUGHTS)..]
    } else {
        &[]
    }
}

fn head<'a>(cx: View<'a>, reasoning: &str, reply: ReplyProgress<'_>) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let thinking = cx.state.caches.reply.rows().is_empty();
    let silent = matches!(cx.session.stage, Stage::Asking | Stage::Retrying { .. })
        || matches!(reply, ReplyProgress::Growing(g) if g.first_text_at.is_none());
    if thinking && silent {
        let words = format!(
            " {} was asked; nothing came yet",
            visible(&cx.session.model)
        );
        lines.push(Line::from(vec![
            cx.span(spinner(cx.state), Role::Candidate),
            cx.span(words, Role::Muted),
        ]));
    }
    if reasoning.is_empty() {
        return lines;
    }
    let unfolded = cx.state.nav.unfolded.contains(&Tab::Stream);
    let tokens = estimate_tokens(reasoning.len());
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
pub(crate) fn reply_line<'a>(cx: View<'a>, row: &'a ReplyRow, caret: bool) -> Line<'a> {
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
pub(crate) fn ending(finish: Finish) -> (&'static str, Role) {
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
pub(crate) fn tail<'a>(cx: View<'a>, round: &Round, number: u32, room: usize) -> Vec<Line<'a>> {
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

//! The reply as it comes: reasoning folded, prose wrapped, code coloured.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::session::event::{Finish, Stage};
use crate::tui::app::{Seen, Tab};
use crate::tui::stream::{Kind, ReplyRow, guess_tokens};
use crate::tui::text::{visible, wrap_all};
use crate::tui::theme::Role;
use crate::tui::view::mark::spinner;
use crate::tui::view::{Context, put};

/// Rows of reasoning shown while nothing else has come.
const LAST_THOUGHTS: usize = 6;

/// What the frame says at the right.
#[must_use]
pub fn info(cx: Context<'_>) -> String {
    let Some(round) = cx.app.round(cx.session) else {
        return String::new();
    };
    let tokens = round.reply.as_ref().map_or_else(
        || guess_tokens(&cx.session.live.text) + guess_tokens(&cx.session.live.reasoning),
        |r| r.usage.reply_tokens,
    );
    let block = match cx.app.reply.block() {
        Some(block) if block.open => format!(" · block {} open", block.number),
        Some(block) => format!(
            " · {} block{}",
            block.number,
            if block.number == 1 { "" } else { "s" }
        ),
        None => String::new(),
    };
    format!(" round {} · {tokens} tok{block} ", round.number)
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
    let live = round.reply.is_none();
    let reasoning: &str = round
        .reply
        .as_ref()
        .map_or(if live { &cx.session.live.reasoning } else { "" }, |r| {
            &r.reasoning
        });
    let head = head(cx, reasoning, area.width.into());
    let rows = cx.app.reply.rows();
    let tail = tail(cx, area.width.into());
    seen.total = head.len() + rows.len() + tail.len();
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
    let open = live && cx.session.stage == Stage::Streaming && tail.is_empty();
    for n in 0..usize::from(area.height) {
        let at = seen.first + n;
        let line = if let Some(line) = head.get(at) {
            line.clone()
        } else if let Some(row) = rows.get(at - head.len()) {
            let caret = open && at - head.len() + 1 == rows.len();
            reply_line(cx, row, caret)
        } else if let Some(line) = tail.get(at - head.len() - rows.len()) {
            line.clone()
        } else {
            break;
        };
        put(buffer, area, n as u16, &line);
    }
}

fn head<'a>(cx: Context<'a>, reasoning: &str, room: usize) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let rows = cx.app.reply.rows();
    if rows.is_empty() && matches!(cx.session.stage, Stage::Asking | Stage::Retrying { .. }) {
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
    let thinking = rows.is_empty();
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
    if unfolded || thinking {
        let all = wrap_all(reasoning, room.saturating_sub(2));
        let skip = if unfolded {
            0
        } else {
            all.len().saturating_sub(LAST_THOUGHTS)
        };
        let style = cx.theme.fg(Role::Muted).add_modifier(Modifier::ITALIC);
        lines.extend(
            all.into_iter().skip(skip).map(|text| {
                Line::from(vec![cx.span("│ ", Role::Faint), Span::styled(text, style)])
            }),
        );
    }
    lines.push(Line::default());
    lines
}

fn reply_line<'a>(cx: Context<'a>, row: &'a ReplyRow, caret: bool) -> Line<'a> {
    let mut spans = Vec::new();
    match row.kind {
        Kind::Prose => {}
        Kind::Code => spans.push(cx.span("┃ ", Role::Heat2)),
        Kind::Fence if row.line.text.is_empty() => spans.push(cx.span("┗━", Role::Heat2)),
        Kind::Fence => spans.push(cx.span("┏━ ", Role::Heat2)),
    }
    spans.extend(row.line.pieces().map(|(text, role)| cx.span(text, role)));
    if caret {
        spans.push(cx.span("▏", Role::Key));
    }
    Line::from(spans)
}

/// How the reply ended, where that needs saying.
fn tail<'a>(cx: Context<'a>, room: usize) -> Vec<Line<'a>> {
    let Some(round) = cx.app.round(cx.session) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    if let Some(reply) = &round.reply {
        let (words, role) = match reply.finish {
            Finish::Stop => ("", Role::Muted),
            Finish::Length => (
                "the reply was cut off: its budget of tokens was spent",
                Role::Warn,
            ),
            Finish::Refused => ("the model refused", Role::Error),
            Finish::Incomplete => ("the reply broke off; it is not evaluated", Role::Error),
            Finish::Stopped => ("you stopped the reply; what came is kept", Role::Warn),
            Finish::Failed => ("the model failed", Role::Error),
        };
        if !words.is_empty() {
            lines.push(Line::default());
            lines.push(Line::from(cx.span(words, role)));
        }
        lines.extend(
            wrap_all(&reply.error, room)
                .into_iter()
                .map(|text| Line::from(cx.span(text, Role::Error))),
        );
    }
    if let Some(why) = &round.failed {
        lines.push(Line::default());
        lines.push(Line::from(
            cx.span("no version came of this round", Role::Warn),
        ));
        lines.extend(
            wrap_all(why, room)
                .into_iter()
                .map(|text| Line::from(cx.span(text, Role::Text))),
        );
    }
    lines
}

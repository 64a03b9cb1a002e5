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
use crate::tui::stream::{Kind, ReplyRow, guess_tokens};
use crate::tui::text::{visible, wrap_all};
use crate::tui::theme::Role;
use crate::tui::view::mark::spinner;
use crate::tui::view::{Context, put};
use crate::units::Nanos;

/// Rows of reasoning shown while nothing else has come.
const LAST_THOUGHTS: usize = 6;

/// What the frame says at the right.
#[must_use]
pub fn info(cx: Context<'_>) -> String {
    let Some(round) = cx.app.round(cx.session) else {
        return String::new();
    };
    let (tokens, counted) = tokens(cx, round);
    let about = if counted { "" } else { "~" };
    let mut words = vec![format!("round {}", round.number)];
    if tokens > 0 {
        words.push(format!("{about}{tokens} tok"));
    }
    if let Some(cost) = round.reply.as_ref().and_then(|r| r.usage.cost) {
        words.push(cost.to_string());
    }
    if let Some(pace) = pace(cx, round) {
        if let Some(speed) = pace.speed(tokens) {
            words.push(format!("{speed:.0} tok/s"));
        }
        // A tape may not know how long its model thought.
        if pace.first > 0.0 {
            words.push(format!("first after {}", Nanos::from_seconds(pace.first)));
        }
    }
    match cx.app.reply.block() {
        Some(block) if block.open => words.push(format!("block {} open", block.number)),
        Some(block) if block.number > 1 => words.push(format!("{} blocks", block.number)),
        Some(_) => words.push("1 block".into()),
        None => {}
    }
    format!(" {} ", words.join(" · "))
}

/// Tokens of a reply so far, and whether somebody counted them.
fn tokens(cx: Context<'_>, round: &Round) -> (u64, bool) {
    let live = &cx.session.live;
    round.reply.as_ref().map_or_else(
        || {
            (
                guess_tokens(&live.text) + guess_tokens(&live.reasoning),
                false,
            )
        },
        |r| (r.usage.reply_tokens, r.usage.counted),
    )
}

/// How a reply came, in seconds.
struct Pace {
    /// From the prompt to the first text.
    first: f64,
    /// From the first text to the last.
    coming: f64,
}

impl Pace {
    /// Tokens per second, once there is enough to say it.
    fn speed(&self, tokens: u64) -> Option<f64> {
        (self.coming >= 0.3).then(|| tokens as f64 / self.coming)
    }
}

fn pace(cx: Context<'_>, round: &Round) -> Option<Pace> {
    let Some(reply) = &round.reply else {
        let live = &cx.session.live;
        let (asked, first) = (live.asked_at?, live.first_text_at?);
        let last = cx.session.last_at?;
        return Some(Pace {
            first: first.duration_since(asked).as_secs_f64().max(0.0),
            coming: last.duration_since(first).as_secs_f64(),
        });
    };
    let (first, last) = (reply.chunks.first()?.0, reply.chunks.last()?.0);
    Some(Pace {
        first: first as f64 / 1e3,
        coming: last.saturating_sub(first) as f64 / 1e3,
    })
}

/// Whether a reply grows that was scrolled away from: the developer should know that there is more.
#[must_use]
pub fn runs_ahead(cx: Context<'_>) -> bool {
    cx.session.stage == Stage::Streaming
        && cx.app.scroll.contains_key(&Tab::Stream)
        && cx.app.round(cx.session).is_some_and(|r| r.reply.is_none())
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
    let head = head(cx, reasoning);
    let thoughts = shown_thoughts(cx, reasoning);
    let gap = usize::from(!reasoning.is_empty());
    let rows = cx.app.reply.rows();
    let tail = tail(cx, area.width.into());
    let before = head.len() + thoughts.len() + gap;
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
    let open = live && cx.session.stage == Stage::Streaming && tail.is_empty();
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

fn head<'a>(cx: Context<'a>, reasoning: &str) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let thinking = cx.app.reply.rows().is_empty();
    if thinking && matches!(cx.session.stage, Stage::Asking | Stage::Retrying { .. }) {
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

fn reply_line<'a>(cx: Context<'a>, row: &'a ReplyRow, caret: bool) -> Line<'a> {
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

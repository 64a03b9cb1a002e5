//! Several replies of a round: in columns where there is room, else one of them under a line for each.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::base::words::estimate_tokens;
use crate::session::event::{Finish, Stage};
use crate::session::fold::Round;
use crate::tui::component::View;
use crate::tui::core::parts::Fold;
use crate::tui::core::tab::Tab;
use crate::tui::core::text::{cut, visible, wrap_all};
use crate::tui::core::theme::Role;
use crate::tui::panes::stream::one_reply::{figures, one, reply_line, tail};
use crate::tui::state::hits::HitMap;
use crate::tui::state::replies::{GAP, ReplyProgress, reply_progress};
use crate::tui::state::version_status::{spinner, version_status};
use crate::tui::widgets::put;

/// Rows above a column: state, figures, a rule.
const HEAD: u16 = 3;
/// Rows of text that must be left under the lines of the others.
const READABLE: u16 = 6;
/// Rows and bytes of reasoning that are shown while no answer has come.
const LAST_THOUGHTS: usize = 6;
const THOUGHT_BYTES: usize = 1_200;

/// What the frame says of all together.
#[must_use]
pub(crate) fn info(cx: View<'_>, round: &Round) -> Vec<String> {
    let all = round
        .numbers()
        .map(|n| reply_progress(cx.session, round, n));
    let tokens: u64 = all.clone().map(|c| c.tokens().0).sum();
    let coming = all.filter(|c| c.is_coming()).count();
    let mut words = vec![if coming > 0 {
        format!("{} replies, {coming} coming", round.candidates)
    } else {
        format!("{} replies", round.candidates)
    }];
    if tokens > 0 {
        words.push(format!("~{tokens} tok"));
    }
    words
}

/// Draws them.
pub(crate) fn draw(
    cx: View<'_>,
    round: &Round,
    area: Rect,
    buffer: &mut Buffer,
    hits: &mut HitMap,
) {
    let shown = cx.state.shown_reply(cx.session, round);
    match cx.state.reply_columns(round, area.width.into()) {
        Some(width) if area.height > HEAD + 2 => {
            columns(cx, round, shown, width as u16, area, buffer, hits);
        }
        _ => listed(cx, round, shown, area, buffer, hits),
    }
}

/// How far a reply is, in a sign and a few words.
pub(crate) fn progress<'a>(cx: View<'a>, round: &Round, number: u32) -> (Span<'a>, Span<'a>) {
    let say = |sign: &str, words: String, role| (cx.span(sign, role), cx.span(words, role));
    let of_it =
        |v: &&crate::session::fold::Version| v.round == round.number && v.candidate == number;
    if let Some(version) = cx.session.versions.iter().find(of_it) {
        let mark = version_status(cx.session, cx.state, version);
        return say(
            mark.glyph,
            format!("{} {}", version.id, mark.word),
            mark.role,
        );
    }
    match reply_progress(cx.session, round, number) {
        ReplyProgress::Lost => say("·", "not asked".into(), Role::Muted),
        ReplyProgress::Growing(g) if g.first_text_at.is_none() => {
            say(spinner(cx.state), "nothing came yet".into(), Role::Muted)
        }
        ReplyProgress::Growing(g) if g.text.is_empty() => {
            say(spinner(cx.state), "thinking".into(), Role::Candidate)
        }
        ReplyProgress::Growing(_) => say(spinner(cx.state), "writing".into(), Role::Candidate),
        ReplyProgress::Ended(r) => {
            let fate = round
                .reply_failures
                .get(&number)
                .map(|f| visible(f).into_owned());
            match r.finish {
                Finish::Stop => match fate {
                    Some(fate) => say("✗", fate, Role::Warn),
                    None => say("✓", "has come".into(), Role::Added),
                },
                Finish::Stopped => say("‖", "stopped".into(), Role::Warn),
                Finish::Length => say("✗", "cut off".into(), Role::Warn),
                Finish::Refused => say("✗", "refused".into(), Role::Error),
                Finish::Incomplete => say("✗", "broke off".into(), Role::Error),
                Finish::Failed => say("✗", "failed".into(), Role::Error),
            }
        }
    }
}

/// The number of a reply; the chosen one stands out.
fn number<'a>(cx: View<'a>, number: u32, chosen: bool) -> Span<'a> {
    if chosen {
        Span::styled(
            format!("▌{number}▐ "),
            cx.theme.fg(Role::Key).add_modifier(Modifier::BOLD),
        )
    } else {
        cx.span(format!(" {number}  "), Role::Muted)
    }
}

/// One of them, under a line for each; where there is little height under one line for all.
fn listed(
    cx: View<'_>,
    round: &Round,
    shown: u32,
    area: Rect,
    buffer: &mut Buffer,
    hits: &mut HitMap,
) {
    let count = u16::try_from(round.candidates).unwrap_or(u16::MAX);
    let each = area.height >= count.saturating_add(1 + READABLE);
    let tight = area.width < count.saturating_mul(7);
    let mut x = area.x;
    for (row, n) in (0_u16..).zip(round.numbers()) {
        let (sign, words) = progress(cx, round, n);
        if each {
            let mut line = vec![number(cx, n, n == shown), sign, Span::raw(" "), words];
            let figures = figures(reply_progress(cx.session, round, n), "first");
            if !figures.is_empty() {
                line.push(cx.span(format!(" · {}", figures.join(" · ")), Role::Muted));
            }
            put(buffer, area, row, &Line::from(line));
            let place = Rect {
                y: area.y + row,
                height: 1,
                ..area
            };
            hits.folds.push((place, Fold::Reply(n)));
        } else {
            let left = (area.x + area.width).saturating_sub(x);
            let place = Rect {
                x,
                width: if tight { 4 } else { 7 }.min(left),
                height: 1,
                ..area
            };
            let line = if !tight {
                Line::from(vec![number(cx, n, n == shown), sign])
            } else if n == shown {
                Line::from(vec![cx.span(format!("▌{n}"), Role::Key), sign])
            } else {
                Line::from(vec![cx.span(format!(" {n}"), Role::Muted), sign])
            };
            put(buffer, place, 0, &line);
            hits.folds.push((place, Fold::Reply(n)));
            x += place.width;
        }
    }
    let used = (if each { count + 1 } else { 1 }).min(area.height);
    let rest = Rect {
        y: area.y + used,
        height: area.height - used,
        ..area
    };
    one(cx, round, shown, rest, buffer, hits);
}

/// All of them side by side. One place to scroll to holds for all; while they come each is followed at its end.
fn columns(
    cx: View<'_>,
    round: &Round,
    shown: u32,
    width: u16,
    area: Rect,
    buffer: &mut Buffer,
    hits: &mut HitMap,
) {
    hits.room = usize::from(area.height - HEAD);
    let live = !round.is_answered();
    let scrolled = cx.state.nav.scroll.get(&Tab::Stream).copied();
    let mut lasts = Vec::new();
    for (nth, n) in (0_u16..).zip(round.numbers()) {
        let x = area.x + nth * (width + GAP as u16);
        let column = Rect { x, width, ..area };
        heading(cx, round, n, n == shown, column, buffer);
        hits.folds.push((
            Rect {
                height: HEAD,
                ..column
            },
            Fold::Reply(n),
        ));
        if nth > 0 {
            for y in area.y..area.y + area.height {
                buffer.set_stringn(x - 2, y, "│", 1, cx.theme.fg(Role::Faint));
            }
        }
        let text = Rect {
            y: area.y + HEAD,
            height: area.height - HEAD,
            ..column
        };
        let rows = if n == shown {
            cx.state.caches.reply.rows()
        } else {
            (cx.state.panes.replies.beside.get(&n)).map_or(&[][..], |r| r.rows())
        };
        let reply = reply_progress(cx.session, round, n);
        let before = thoughts(cx, reply, usize::from(width), rows.is_empty());
        let tail = tail(cx, round, n, width.into());
        let total = before.len() + rows.len() + tail.len();
        let last = total.saturating_sub(hits.room);
        let natural = if live { last } else { 0 };
        let first = scrolled.unwrap_or(natural).min(last);
        let open = reply.is_coming() && cx.session.stage == Stage::Streaming;
        for at in first..total.min(first + hits.room) {
            let line = if let Some(line) = before.get(at) {
                line.clone()
            } else if let Some(row) = rows.get(at - before.len()) {
                hits.lines += 1;
                reply_line(cx, row, open && at - before.len() + 1 == rows.len())
            } else {
                let n = at - before.len() - rows.len();
                tail.get(n).cloned().unwrap_or_default()
            };
            put(buffer, text, (at - first) as u16, &line);
        }
        hits.total = hits.total.max(total);
        lasts.push(last);
    }
    let last = lasts.into_iter().max().unwrap_or(0);
    let natural = if live { last } else { 0 };
    hits.first = scrolled.unwrap_or(natural).min(last);
}

/// What stands above a column.
fn heading(cx: View<'_>, round: &Round, n: u32, chosen: bool, column: Rect, buffer: &mut Buffer) {
    let (sign, words) = progress(cx, round, n);
    let line = Line::from(vec![number(cx, n, chosen), sign, Span::raw(" "), words]);
    put(buffer, column, 0, &line);
    let words = figures(reply_progress(cx.session, round, n), "first").join(" · ");
    let words = cut(&words, column.width.into()).into_owned();
    put(buffer, column, 1, &Line::from(cx.span(words, Role::Muted)));
    let rule = "─".repeat(column.width.into());
    let role = if chosen { Role::Key } else { Role::Faint };
    put(buffer, column, 2, &Line::from(cx.span(rule, role)));
}

/// The reasoning in a column: its end while no answer has come, then one line.
fn thoughts<'a>(
    cx: View<'a>,
    reply: ReplyProgress<'_>,
    width: usize,
    thinking: bool,
) -> Vec<Line<'a>> {
    let (_, reasoning) = reply.text();
    if reasoning.is_empty() {
        return Vec::new();
    }
    let tokens = estimate_tokens(reasoning.len());
    let mut lines = vec![Line::from(vec![
        cx.span("▸ reasoning", Role::Info),
        cx.span(format!(" · about {tokens} tokens"), Role::Muted),
    ])];
    if thinking {
        let from = reasoning.ceil_char_boundary(reasoning.len().saturating_sub(THOUGHT_BYTES));
        let rows = wrap_all(&reasoning[from..], width.saturating_sub(2));
        let dim = cx.theme.fg(Role::Muted).add_modifier(Modifier::ITALIC);
        let skip = rows.len().saturating_sub(LAST_THOUGHTS);
        lines.extend(
            rows.into_iter()
                .skip(skip)
                .map(|row| Line::from(vec![cx.span("│ ", Role::Faint), Span::styled(row, dim)])),
        );
    }
    lines.push(Line::default());
    lines
}

//! A recorded session's line: where the shown moment lies among all, what happened there in a sentence, and what was nearly
//! enough. It has the place of the hint box, which nobody would read here.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::session::Landmark;
use crate::tui::component::View;
use crate::tui::core::text::{cut, wrap};
use crate::tui::core::theme::Role;
use crate::tui::state::hits::{HitMap, Target};
use crate::tui::state::moments;
use crate::tui::state::playback::Playback;
use crate::tui::widgets::put;

/// Draws it.
pub(crate) fn draw(
    cx: View<'_>,
    playback: &Playback,
    area: Rect,
    buffer: &mut Buffer,
    hits: &mut HitMap,
) {
    let (step, steps) = playback.history.step_of(playback.at);
    let how = if playback.plays() { "plays" } else { "held" };
    let title = Line::from(vec![
        Span::raw(" "),
        cx.span("recorded", Role::Title),
        cx.span(
            format!(
                " · step {step} of {steps} · {how} · {} ",
                playback.pace.in_words()
            ),
            Role::Muted,
        ),
    ]);
    let when = cx.session.last_at.map_or_else(String::new, |at| {
        format!(" {} UTC ", at.strftime("%Y-%m-%d %H:%M:%S"))
    });
    let block = cx
        .block(title, false)
        .title_bottom(Line::from(cx.span(when, Role::Muted)).right_aligned());
    let inner = block.inner(area);
    block.render(area, buffer);
    let inner = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    if inner.is_empty() {
        return;
    }
    let room = usize::from(inner.width);
    let mut rows = usize::from(inner.height);
    let mut row = 0;
    if rows > 1 {
        bar(cx, playback, (step, steps), inner, buffer, hits);
        (row, rows) = (1, rows - 1);
    }
    let mut told: Vec<(String, Role)> = wrap(&moments::happened(playback, cx.session), room)
        .into_iter()
        .map(|line| (line, Role::Text))
        .collect();
    if let Some(nearly) = moments::nearly_enough(playback, cx.session) {
        told.extend(
            wrap(&nearly, room)
                .into_iter()
                .map(|line| (line, Role::Info)),
        );
    }
    let more = told.len() > rows;
    told.truncate(rows);
    if more && let Some((line, _)) = told.last_mut() {
        *line = cut(&format!("{line} …"), room).into_owned();
    }
    for (line, role) in told {
        put(buffer, inner, row, &Line::from(cx.span(line, role)));
        row += 1;
    }
}

/// All steps on one row, the way so far bright, with the landmarks among them. A click goes there.
fn bar(
    cx: View<'_>,
    playback: &Playback,
    (step, steps): (usize, usize),
    inner: Rect,
    buffer: &mut Buffer,
    hits: &mut HitMap,
) {
    let place = Rect { height: 1, ..inner };
    hits.targets.push((place, Target::Timeline));
    let last = usize::from(inner.width).saturating_sub(1);
    let cell = |n: usize| n * last / steps.saturating_sub(1).max(1);
    let here = cell(step.saturating_sub(1));
    for x in 0..=last {
        let role = if x <= here { Role::Key } else { Role::Faint };
        buffer.set_string(inner.x + x as u16, inner.y, "─", cx.theme.fg(role));
    }
    for (n, what) in playback.history.landmarks() {
        let (glyph, role) = match what {
            Landmark::Accepted => ("★", Role::Incumbent),
            Landmark::Failed => ("✗", Role::Error),
            Landmark::Verdict => ("◇", Role::Muted),
        };
        buffer.set_string(inner.x + cell(n) as u16, inner.y, glyph, cx.theme.fg(role));
    }
    let at = (inner.x + here as u16, inner.y);
    if let Some(cell) = buffer.cell_mut(at) {
        cell.modifier |= Modifier::REVERSED;
    }
}

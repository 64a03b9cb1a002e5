//! Gain over the original, version by version, with the best so far as a staircase behind.

use crate::tui::panes::charts::references;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::base::units::Gain;
use crate::session::Session;
use crate::session::fold::Version;
use crate::tui::component::View;
use crate::tui::core::scale::{LogScale, interval, ratio_tick};
use crate::tui::core::theme::Role;
use crate::tui::panes::charts::axes::{self, GainFrame, axis_left, nothing, under_title};
use crate::tui::state::hits::HitMap;
use crate::tui::state::version_status::version_status;
use crate::tui::widgets::put;

const TITLE: &str = "gain over v0, by version";

/// Gain by version in its frame.
pub(crate) fn gains(cx: View<'_>, area: Rect, buffer: &mut Buffer) {
    let inner = cx.framed(TITLE, area, buffer);
    inside(cx, inner, buffer, None);
}

/// The same without a frame.
pub(crate) fn titled(cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
    let rest = under_title(cx, TITLE, area, buffer);
    inside(cx, rest, buffer, Some(hits));
}

/// A version's place in the chart.
struct Point<'s> {
    version: &'s Version,
    /// Gain over v0 with its interval; none where it has none: it failed or was not timed.
    gain: Option<(f64, f64, f64)>,
}

fn inside(cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: Option<&mut HitMap>) {
    if area.height < 3 || area.width < 14 {
        return;
    }
    let points = points(cx.session);
    if points.len() < 2 {
        return nothing(cx, "the first round is still to come", area, buffer);
    }
    let references = references::marks(cx.session);
    let known = points.iter().filter_map(|p| p.gain).map(|g| g.0);
    let known = known.chain(references.iter().map(|m| m.gain));
    // Where a readout stands it takes the last row.
    let chosen = hits.as_ref().and_then(|_| cursor(cx, points.len()));
    let place = references::place(cx).filter(|_| chosen.is_none() && area.height >= 5);
    let rows = area.height - 1 - u16::from(chosen.is_some() || place.is_some());
    let scale = LogScale::over(known);
    let ticks = scale.ticks(usize::from(rows / 2).clamp(2, 6));
    let figures: Vec<(f64, String)> = ticks.iter().map(|t| (*t, ratio_tick(*t))).collect();
    let margin = axes::margin(&figures).max(4);
    let count = u16::try_from(points.len()).unwrap_or(u16::MAX);
    let step = (area.width.saturating_sub(margin + 3) / count).clamp(2, 8);
    let edge = references::room(&references, area.width);
    let fits = usize::from(area.width.saturating_sub(margin + 2 + edge) / step).max(1);
    let frame = GainFrame {
        chart: Rect {
            x: area.x + margin,
            width: area.width.saturating_sub(margin + 1 + edge),
            height: rows,
            ..area
        },
        scale,
        step,
        skip: first_shown(chosen, points.len(), fits),
    };
    if let Some(hits) = hits {
        hits.chart_cells = count;
    }
    let shares: Vec<(f64, String)> = figures
        .into_iter()
        .map(|(gain, text)| (frame.share(gain), text))
        .collect();
    axis_left(cx, area, frame.chart, &shares, buffer);
    let rule = "┈".repeat(frame.chart.width.into());
    let faint = cx.theme.fg(Role::Faint);
    let width = usize::from(frame.chart.width);
    buffer.set_stringn(frame.chart.x, frame.row(1.0), rule, width, faint);
    references::draw(cx, &references, &frame, edge, buffer);
    staircase(cx, &points, &frame, buffer);
    for (n, point) in points.iter().enumerate().take(frame.skip + fits) {
        if let Some(x) = frame.column(n) {
            let nth = n - frame.skip;
            draw_point(cx, point, &frame, (x, nth), chosen == Some(n), buffer);
        }
    }
    if let Some(line) = place {
        put(buffer, area, area.height - 1, &line);
    }
    if let Some(point) = chosen.and_then(|n| points.get(n)) {
        put(buffer, area, area.height - 1, &readout(cx, point));
    }
}

/// The newest matter most; with a cursor those around it.
fn first_shown(chosen: Option<usize>, points: usize, fits: usize) -> usize {
    let last = points.saturating_sub(fits);
    chosen.map_or(last, |n| n.saturating_sub(fits / 2).min(last))
}

fn cursor(cx: View<'_>, points: usize) -> Option<usize> {
    cx.state.panes.charts.one?;
    let at = cx.state.panes.charts.cursor?;
    Some(usize::from(at).min(points.saturating_sub(1)))
}

fn readout<'a>(cx: View<'a>, point: &Point<'_>) -> Line<'a> {
    let mark = version_status(cx.session, cx.state, point.version);
    let mut spans = vec![
        cx.span(format!(" {} ", point.version.id), Role::Key),
        Span::styled(
            format!("{} {}", mark.glyph, mark.word),
            cx.theme.fg(mark.role),
        ),
    ];
    if let Some((gain, low, high)) = point.gain {
        spans.push(Span::styled(
            format!("  {}", Gain(gain)),
            cx.theme.heat(gain),
        ));
        if low < high {
            spans.push(cx.span(interval(low, high), Role::Text));
        }
    }
    Line::from(spans)
}

fn draw_point(
    cx: View<'_>,
    point: &Point<'_>,
    frame: &GainFrame,
    (x, nth): (u16, usize),
    lit: bool,
    buffer: &mut Buffer,
) {
    let id = point.version.id;
    let mark = version_status(cx.session, cx.state, point.version);
    let foot = frame.chart.y + frame.chart.height;
    if let Some((_, low, high)) = point.gain.filter(|g| g.1 < g.2) {
        // The interval, where it is taller than the mark.
        for row in frame.row(high)..=frame.row(low) {
            buffer.set_stringn(x, row, "│", 1, cx.theme.fg(Role::Muted));
        }
    }
    let row = point.gain.map_or(foot - 1, |g| frame.row(g.0));
    let style = match point.gain {
        None => cx.theme.fg(mark.role),
        Some(_) if id.is_original() => cx.theme.fg(Role::Baseline),
        Some((gain, ..)) => cx.theme.heat(gain),
    };
    buffer.set_stringn(x, row, mark.glyph, 1, style);
    let name = if frame.step >= 3 {
        id.to_string()
    } else {
        (id.0 % 10).to_string()
    };
    // Where names are longer than a step only every so manieth is written.
    let every = name.len() / usize::from(frame.step) + 1;
    if !nth.is_multiple_of(every) {
        return;
    }
    let looked_at = lit || cx.state.version(cx.session) == Some(id);
    let style: Style = cx
        .theme
        .fg(if looked_at { Role::Title } else { Role::Muted });
    let x = x.saturating_sub(u16::from(frame.step >= 3));
    buffer.set_stringn(x, foot, &name, name.len(), style);
}

/// The best so far as a staircase behind the marks: what was the best version when each of them was the newest. At the end it is
/// the one that the header names.
fn staircase(cx: View<'_>, points: &[Point<'_>], frame: &GainFrame, buffer: &mut Buffer) {
    let mut best = 1.0f64;
    let style = cx.theme.fg(Role::Heat1);
    let end = frame.chart.x + frame.chart.width;
    let heights = cx.session.best_heights(&cx.session.heights());
    for n in 0..points.len() {
        let before = frame.row(best);
        best = heights.get(n).map_or(best, |gain| gain.0);
        let Some(x) = frame.column(n).filter(|x| *x < end) else {
            continue;
        };
        let now = frame.row(best);
        if now != before {
            for y in now.min(before)..=now.max(before) {
                let corner = if y == before {
                    "╯"
                } else if y == now {
                    "╭"
                } else {
                    "│"
                };
                buffer.set_stringn(x.saturating_sub(1), y, corner, 1, style);
            }
        }
        let rises = u16::from(now != before);
        let length = if n + 1 == points.len() { 1 } else { frame.step };
        let cells = usize::from((length - rises).min(end - x));
        let from = x.saturating_sub(1 - rises);
        buffer.set_stringn(from, now, "─".repeat(cells), cells, style);
    }
}

/// Every version with its gain over v0, where it has one.
fn points(session: &Session) -> Vec<Point<'_>> {
    let heights = session.heights().into_iter();
    let gains = heights.map(|h| h.map(|(gain, low, high)| (gain.0, low.0, high.0)));
    (session.versions.iter().zip(gains))
        .map(|(version, gain)| Point { version, gain })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::measure::Answer;
    use crate::session::EventRecord;
    use crate::session::event::{Decision, Event, VersionId};
    use crate::tui::sample::{Moment, session};

    #[test]
    fn the_best_so_far_is_that_of_the_decisions_that_stand_and_ends_at_the_best_version() {
        let mut session = session(Moment::Finished);
        let shown = |session: &Session| {
            let heights = session.best_heights(&session.heights());
            heights
                .iter()
                .map(|g| format!("{:.2}", g.0))
                .collect::<Vec<_>>()
        };
        let before = ["1.00", "1.00", "4.22", "4.22", "4.22", "6.85"];
        assert_eq!(shown(&session), before);
        let mut decide = |version: u32, decision, incumbent: u32, taken_back| {
            let event = Event::Decided {
                version: VersionId(version),
                decision,
                incumbent: Some(VersionId(incumbent)),
                by_hand: true,
                taken_back,
                reason: String::new(),
                flagged: false,
            };
            let at = session.last_at.unwrap();
            session.apply(&EventRecord { at, event });
            shown(&session)
        };
        // After v5 an older one is chosen: the line falls there, and not where that version came.
        let after = decide(2, Decision::Accepted, 2, false);
        assert_eq!(after, ["1.00", "1.00", "4.22", "4.22", "4.22", "4.22"]);
        assert_eq!(decide(2, Decision::Rejected, 5, true), before);
        let v5 = &mut session.versions[5];
        let both = [&mut v5.comparison, &mut v5.against_original];
        both.into_iter()
            .flatten()
            .for_each(|c| c.answer = Answer::Undecided);
        let unknown = ["1.00", "1.00", "4.22", "4.22", "4.22", "4.22"];
        assert_eq!(shown(&session), unknown);
    }
}

//! Memory over time with the baseline and the incumbent behind it, and gain by version.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::sandbox::Sample;
use crate::session::Session;
use crate::session::event::{Stage, VersionId};
use crate::tui::plot::{Plot, Stroke, round_up};
use crate::tui::text::{pad_left, visible, width};
use crate::tui::theme::Role;
use crate::tui::view::cases::{natural_case, result};
use crate::tui::view::mark::mark;
use crate::tui::view::{Context, interval, put};
use crate::units::{Bytes, Nanos};

/// The charts pane: what there is room for.
pub fn draw(cx: Context<'_>, area: Rect, buffer: &mut Buffer) {
    if area.height < 4 || area.width < 16 {
        return;
    }
    if area.height < 12 {
        return interval::inside(cx, area, buffer);
    }
    let first = (area.height / 3).clamp(6, 14);
    let gains_too = area.height >= 18;
    let last = if gains_too {
        (area.height / 4).clamp(6, 10)
    } else {
        0
    };
    let top = Rect {
        height: area.height - first - last,
        ..area
    };
    let middle = Rect {
        y: top.y + top.height,
        height: first,
        ..area
    };
    interval::inside(
        cx,
        Rect {
            height: top.height.saturating_sub(1),
            ..top
        },
        buffer,
    );
    memory_inside(cx, middle, buffer);
    if gains_too {
        gains_inside(
            cx,
            Rect {
                y: middle.y + middle.height + 1,
                height: last - 1,
                ..area
            },
            buffer,
        );
    }
}

/// Memory over time in its frame.
pub fn memory(cx: Context<'_>, area: Rect, buffer: &mut Buffer) {
    let case = case_name(cx).map_or(String::new(), |c| format!(" · case {}", visible(c)));
    let inner = cx.framed(&format!("memory over time{case}"), area, buffer);
    memory_inside(cx, inner, buffer);
}

fn case_name<'s>(cx: Context<'s>) -> Option<&'s str> {
    let cases = &cx.session.task.as_ref()?.cases;
    let at = cx
        .app
        .case
        .unwrap_or_else(|| natural_case(cx.session, cx.app));
    cases.get(at).map(|(name, _)| name.as_str())
}

/// A trace with how it is drawn.
struct Trace<'s> {
    id: VersionId,
    samples: &'s [Sample],
    role: Role,
    stroke: Stroke,
    live: bool,
}

/// Baseline, incumbent and the version that is looked at, on one case; what is the same is drawn once.
fn traces<'s>(cx: Context<'s>) -> Vec<Trace<'s>> {
    let session = cx.session;
    let Some(case) = case_name(cx) else {
        return Vec::new();
    };
    let looked_at = cx.app.version(session);
    let of = |id: VersionId| {
        session
            .version(id)
            .and_then(|v| result(session, v, case))
            .map(|r| r.trace.as_slice())
    };
    let mut all: Vec<Trace<'s>> = Vec::new();
    let mut add = |id: Option<VersionId>, role, stroke| {
        if let Some(id) = id
            && Some(id) != looked_at
            && all.iter().all(|t| t.id != id)
            && let Some(samples) = of(id).filter(|s| s.len() > 1)
        {
            all.push(Trace {
                id,
                samples,
                role,
                stroke,
                live: false,
            });
        }
    };
    add(Some(VersionId(0)), Role::Baseline, Stroke::Dotted);
    let behind = looked_at
        .and_then(|id| session.version(id))
        .and_then(|v| v.parent);
    add(
        if looked_at == session.incumbent {
            behind
        } else {
            session.incumbent
        },
        Role::Incumbent,
        Stroke::Dashed,
    );
    if let Some(id) = looked_at {
        let running = session.live.version == Some(id)
            && session.live.case == case
            && matches!(session.stage, Stage::Checking { .. });
        let samples = if running {
            session.live.samples.as_slice()
        } else {
            of(id).unwrap_or_default()
        };
        let role = if id == VersionId(0) {
            Role::Baseline
        } else {
            Role::Candidate
        };
        if !samples.is_empty() {
            all.push(Trace {
                id,
                samples,
                role,
                stroke: Stroke::Solid,
                live: running,
            });
        }
    }
    all
}

fn memory_inside(cx: Context<'_>, area: Rect, buffer: &mut Buffer) {
    let traces = traces(cx);
    if area.height < 3 || area.width < 14 {
        return;
    }
    if traces.is_empty() {
        put(
            buffer,
            area,
            area.height / 2,
            &Line::from(cx.span(" nothing has run yet", Role::Faint)),
        );
        return;
    }
    let most = traces
        .iter()
        .flat_map(|t| t.samples.iter().map(|s| s.memory.0))
        .max()
        .unwrap_or(0) as f64;
    let longest = traces
        .iter()
        .filter_map(|t| t.samples.last())
        .map(|s| s.t.0)
        .max()
        .unwrap_or(0) as f64;
    let (top, end) = (round_up(most), round_up(longest));
    let labels = [short_bytes(top), String::from("0")];
    let margin = labels.iter().map(|l| width(l)).max().unwrap_or(0) as u16 + 1;
    let chart = Rect {
        x: area.x + margin,
        y: area.y,
        width: area.width.saturating_sub(margin + 1),
        height: area.height - 2,
    };
    let mut plot = Plot::new(chart.width, chart.height);
    for trace in &traces {
        plot.line(
            trace
                .samples
                .iter()
                .map(|s| (s.t.0 as f64 / end, s.memory.0 as f64 / top)),
            trace.role,
            trace.stroke,
        );
    }
    plot.render(chart, buffer, cx.theme);
    let faint = cx.theme.fg(Role::Faint);
    let label = |buffer: &mut Buffer, row: u16, text: &str| {
        buffer.set_stringn(
            area.x,
            area.y + row,
            pad_left(text, margin.into()),
            margin.into(),
            faint,
        );
    };
    label(buffer, 0, &labels[0]);
    label(buffer, chart.height - 1, &labels[1]);
    time_axis(cx, area, chart, end, buffer);
    legend(cx, area, &traces, buffer);
}

fn time_axis(cx: Context<'_>, area: Rect, chart: Rect, end: f64, buffer: &mut Buffer) {
    let faint = cx.theme.fg(Role::Faint);
    let y = chart.y + chart.height;
    buffer.set_stringn(
        chart.x,
        y,
        "▔".repeat(chart.width.into()),
        chart.width.into(),
        faint,
    );
    let text = format!(
        " {}",
        Nanos(end as u64)
            .to_string()
            .replace(".0 ", " ")
            .replace(".00 ", " ")
    );
    let at = (area.x + area.width).saturating_sub(width(&text) as u16);
    buffer.set_stringn(at, y, &text, area.width.into(), faint);
}

fn legend(cx: Context<'_>, area: Rect, traces: &[Trace<'_>], buffer: &mut Buffer) {
    let gap = if usize::from(area.width) < traces.len() * 14 {
        " "
    } else {
        "  "
    };
    let mut spans: Vec<Span<'_>> = vec![Span::raw(" ")];
    for trace in traces {
        let sample = match trace.stroke {
            Stroke::Solid => "━━",
            Stroke::Dashed => "╍╍",
            Stroke::Dotted => "┈┈",
        };
        let peak = trace.samples.iter().map(|s| s.memory.0).max().unwrap_or(0);
        let now = if trace.live { " now" } else { "" };
        spans.push(cx.span(sample, trace.role));
        spans.push(cx.span(format!(" {}{now} ", trace.id), Role::Text));
        spans.push(cx.span(format!("{}{gap}", short_bytes(peak as f64)), Role::Muted));
    }
    put(buffer, area, area.height - 1, &Line::from(spans));
}

/// `64M`: for axes, where a cell counts.
fn short_bytes(bytes: f64) -> String {
    let text = Bytes(bytes as u64)
        .to_string()
        .replace(".0 ", " ")
        .replace(".00 ", " ");
    text.replace(" B", "B")
        .replace(" kB", "k")
        .replace(" MB", "M")
        .replace(" GB", "G")
}

/// The live or last trace as one line of bars, with its peak.
#[must_use]
pub fn spark(cx: Context<'_>, cells: usize) -> Vec<Span<'_>> {
    const BARS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
    let traces = traces(cx);
    let Some(trace) = traces.last().filter(|t| t.samples.len() > 1) else {
        return Vec::new();
    };
    let most = trace
        .samples
        .iter()
        .map(|s| s.memory.0)
        .max()
        .unwrap_or(1)
        .max(1);
    let bars: String = (0..cells)
        .map(|i| {
            let (from, to) = (
                i * trace.samples.len() / cells,
                ((i + 1) * trace.samples.len() / cells).max(i * trace.samples.len() / cells + 1),
            );
            let level = trace
                .samples
                .get(from..to.min(trace.samples.len()))
                .unwrap_or_default()
                .iter()
                .map(|s| s.memory.0)
                .max()
                .unwrap_or(0);
            BARS[((level * 7).div_ceil(most) as usize).min(7)]
        })
        .collect();
    vec![
        cx.span(bars, trace.role),
        cx.span(format!(" {}", short_bytes(most as f64)), Role::Muted),
    ]
}

/// Gain by version in its frame.
pub fn gains(cx: Context<'_>, area: Rect, buffer: &mut Buffer) {
    let inner = cx.framed("gain over v0, by version", area, buffer);
    gains_inside(cx, inner, buffer);
}

fn gains_inside(cx: Context<'_>, area: Rect, buffer: &mut Buffer) {
    let points = gain_points(cx.session);
    if area.height < 3 || area.width < 14 {
        return;
    }
    if points.len() < 2 {
        put(
            buffer,
            area,
            area.height / 2,
            &Line::from(cx.span(" the first round is still to come", Role::Faint)),
        );
        return;
    }
    let known = || points.iter().filter_map(|(_, g)| *g);
    let high = known().fold(1.0f64, f64::max).max(1.2) * 1.05;
    let low = known().fold(1.0f64, f64::min);
    let (bottom, top) = (low.ln().min(0.0), high.ln());
    let margin = 6u16;
    let step = ((area.width.saturating_sub(margin + 3)) / points.len().max(1) as u16).clamp(2, 8);
    let fits = usize::from(area.width.saturating_sub(margin + 2) / step).max(1);
    let skip = points.len().saturating_sub(fits);
    let chart = Rect {
        x: area.x + margin,
        width: area.width.saturating_sub(margin + 1),
        height: area.height - 1,
        ..area
    };
    let row_of = |gain: f64| {
        let share = (gain.ln() - bottom) / (top - bottom).max(1e-9);
        chart.y + ((1.0 - share).clamp(0.0, 1.0) * f64::from(chart.height - 1)).round() as u16
    };
    let faint = cx.theme.fg(Role::Faint);
    for (row, gain) in [(row_of(high), high / 1.05), (row_of(1.0), 1.0)] {
        let text = if gain == 1.0 {
            "1×".into()
        } else {
            crate::units::Gain(gain).to_string()
        };
        buffer.set_stringn(area.x, row, pad_left(&text, 5), 5, faint);
    }
    buffer.set_stringn(
        chart.x,
        row_of(1.0),
        "┈".repeat(chart.width.into()),
        chart.width.into(),
        faint,
    );
    best_so_far(cx, &points, skip, step, chart, row_of, buffer);
    for (n, (id, gain)) in points.iter().enumerate().skip(skip) {
        let x = chart.x + (n - skip) as u16 * step + 1;
        let Some(version) = cx.session.version(*id) else {
            continue;
        };
        let mark = mark(cx.session, cx.app, version);
        let row = gain.map_or(chart.y + chart.height - 1, row_of);
        let style = gain.map_or(cx.theme.fg(mark.role), |g| {
            if *id == VersionId(0) {
                cx.theme.fg(Role::Baseline)
            } else {
                cx.theme.heat(g)
            }
        });
        buffer.set_stringn(x, row, mark.glyph, 1, style);
        let name = if step >= 3 {
            id.to_string()
        } else {
            (id.0 % 10).to_string()
        };
        let style = if cx.app.version(cx.session) == Some(*id) {
            cx.theme.fg(Role::Title)
        } else {
            cx.theme.fg(Role::Muted)
        };
        buffer.set_stringn(
            x.saturating_sub(u16::from(step >= 3)),
            chart.y + chart.height,
            name,
            usize::from(step),
            style,
        );
    }
}

/// The best so far as a staircase behind the marks.
fn best_so_far(
    cx: Context<'_>,
    points: &[(VersionId, Option<f64>)],
    skip: usize,
    step: u16,
    chart: Rect,
    row_of: impl Fn(f64) -> u16,
    buffer: &mut Buffer,
) {
    let mut best = 1.0f64;
    let style = cx.theme.fg(Role::Heat1);
    for (n, (id, gain)) in points.iter().enumerate() {
        let before = row_of(best);
        let accepted = cx.session.version(*id).is_some_and(|v| {
            matches!(
                v.decision,
                Some((crate::session::event::Decision::Accepted, _))
            )
        });
        if let Some(gain) = gain.filter(|_| accepted) {
            best = gain;
        }
        if n < skip {
            continue;
        }
        let x = chart.x + (n - skip) as u16 * step + 1;
        let now = row_of(best);
        for y in now.min(before)..=now.max(before) {
            if now != before {
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
        let length = if n + 1 == points.len() { 1 } else { step };
        let from = if now == before {
            x.saturating_sub(1)
        } else {
            x
        };
        let cells = usize::from(length - u16::from(now != before));
        buffer.set_stringn(from, now, "─".repeat(cells), cells, style);
    }
}

/// Every version with its gain over v0, where it has one.
fn gain_points(session: &Session) -> Vec<(VersionId, Option<f64>)> {
    session
        .versions
        .iter()
        .map(|v| {
            let passes = v.verdict().is_some_and(|v| v.accepted());
            let own = v.gain_over_original().map(|g| g.0.0);
            // Measured only against another version: it stands at that one's height. Gains are never multiplied.
            let beside = || {
                let c = v.comparison.as_ref()?;
                let other = session
                    .versions
                    .iter()
                    .find(|o| o.id.to_string() == c.incumbent)?;
                Some(other.gain_over_original()?.0.0)
            };
            (v.id, if passes { own.or_else(beside) } else { None })
        })
        .collect()
}

//! Memory over time, with the baseline and the incumbent behind it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::base::units::{Bytes, Nanos};
use crate::sandbox::Sample;
use crate::session::event::{Stage, VersionId};
use crate::tui::component::View;
use crate::tui::core::scale::{Scale, Unit};
use crate::tui::core::text::{visible, width};
use crate::tui::core::theme::Role;
use crate::tui::panes::charts::axes::{
    axis_below, axis_left, cursor, margin, nothing, told, under_title,
};
use crate::tui::state::cases::{natural_case, result};
use crate::tui::state::hits::HitMap;
use crate::tui::widgets::plot::{Plot, Stroke};
use crate::tui::widgets::put;

/// Memory over time in its frame.
pub(crate) fn memory(cx: View<'_>, area: Rect, buffer: &mut Buffer) {
    let inner = cx.framed(&title(cx), area, buffer);
    inside(cx, inner, buffer, None);
}

/// The same without a frame.
pub(crate) fn titled(cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
    let rest = under_title(cx, &title(cx), area, buffer);
    inside(cx, rest, buffer, Some(hits));
}

fn title(cx: View<'_>) -> String {
    let case = case_name(cx).map_or(String::new(), |c| format!(" · case {}", visible(c)));
    format!("memory over time{case}")
}

fn case_name<'s>(cx: View<'s>) -> Option<&'s str> {
    let cases = &cx.session.task.as_ref()?.cases;
    let at = cx
        .state
        .nav
        .case
        .unwrap_or_else(|| natural_case(cx.session, cx.state));
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

impl Trace<'_> {
    fn peak(&self) -> u64 {
        self.samples.iter().map(|s| s.memory.0).max().unwrap_or(0)
    }

    fn end(&self) -> u64 {
        self.samples.last().map_or(0, |s| s.t.0)
    }

    /// Memory at a time, if it was running then.
    fn at(&self, time: f64) -> Option<u64> {
        let after = self.samples.partition_point(|s| (s.t.0 as f64) <= time);
        let ended = after == self.samples.len() && (self.end() as f64) < time;
        let sample = self.samples.get(after.checked_sub(1)?)?;
        (!ended).then_some(sample.memory.0)
    }
}

/// Baseline, incumbent and the version that is looked at, on one case; what is the same is drawn once.
fn traces<'s>(cx: View<'s>) -> Vec<Trace<'s>> {
    let session = cx.session;
    let Some(case) = case_name(cx) else {
        return Vec::new();
    };
    let looked_at = cx.state.version(session);
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
    add(Some(VersionId::ORIGINAL), Role::Baseline, Stroke::Dotted);
    let behind = looked_at
        .and_then(|id| session.version(id))
        .and_then(|v| v.parent);
    let best = if looked_at == session.incumbent {
        behind
    } else {
        session.incumbent
    };
    add(best, Role::Incumbent, Stroke::Dashed);
    if let Some(id) = looked_at {
        let running = session.live.version == Some(id)
            && session.live.case == case
            && matches!(session.stage, Stage::Checking { .. });
        let samples = if running {
            session.live.samples.as_slice()
        } else {
            of(id).unwrap_or_default()
        };
        let role = if id.is_original() {
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

fn inside(cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: Option<&mut HitMap>) {
    let traces = traces(cx);
    if area.height < 3 || area.width < 14 {
        return;
    }
    if traces.is_empty() {
        return nothing(cx, "nothing has run yet", area, buffer);
    }
    let most = traces.iter().map(Trace::peak).max().unwrap_or(0) as f64;
    let longest = traces.iter().map(Trace::end).max().unwrap_or(0) as f64;
    let memory = Scale::up_to(most, usize::from(area.height / 4).clamp(2, 5));
    let time = Scale::up_to(longest, usize::from(area.width / 14).clamp(2, 8));
    let figures: Vec<(f64, String)> = memory
        .ticks()
        .map(|t| (memory.share(t), short(t, &memory)))
        .rev_sorted();
    let margin = margin(&figures);
    let chart = Rect {
        x: area.x + margin,
        y: area.y,
        width: area.width.saturating_sub(margin + 1),
        height: area.height - 2,
    };
    let mut plot = Plot::new(chart.width, chart.height);
    let floor = floor(cx);
    if let Some(floor) = floor {
        let level = memory.share(floor);
        plot.line([(0.0, level), (1.0, level)], Role::Border, Stroke::Dotted);
    }
    for trace in &traces {
        let points = thinned(trace.samples, plot.dots_wide())
            .map(|s| (time.share(s.t.0 as f64), memory.share(s.memory.0 as f64)));
        plot.line(points, trace.role, trace.stroke);
    }
    plot.render(chart, buffer, cx.theme);
    axis_left(cx, area, chart, &figures, buffer);
    axis_below(cx, chart, &time, 0.0, Unit::Time, buffer);
    let line = match cursor(cx, chart, buffer, hits) {
        Some(at) => {
            let share = f64::from(at) / f64::from(chart.width.saturating_sub(1).max(1));
            readout(cx, &traces, share * time.top)
        }
        None => legend(cx, area, &traces, floor),
    };
    put(buffer, area, area.height - 1, &line);
}

/// At most about four readings a dot: of each group its first and its largest, so that no peak is lost.
fn thinned(samples: &[Sample], dots: usize) -> impl Iterator<Item = &Sample> {
    let group = (samples.len() / (2 * dots).max(1)).max(1);
    samples.chunks(group).flat_map(move |chunk| {
        let most = chunk.iter().max_by_key(|s| s.memory.0);
        let most = most.filter(|m| group > 1 && !std::ptr::eq(*m, &chunk[0]));
        chunk.first().into_iter().chain(most)
    })
}

/// Largest first, as an axis is written from the top.
trait Descending {
    fn rev_sorted(self) -> Vec<(f64, String)>;
}

impl<I: Iterator<Item = (f64, String)>> Descending for I {
    fn rev_sorted(self) -> Vec<(f64, String)> {
        let mut all: Vec<_> = self.collect();
        all.reverse();
        all
    }
}

/// What every trace has at a time.
fn readout<'a>(cx: View<'a>, traces: &[Trace<'_>], time: f64) -> Line<'a> {
    let mut spans = vec![cx.span(format!(" at {}", Nanos(time as u64)), Role::Key)];
    for trace in traces {
        let value = match trace.at(time) {
            Some(bytes) => Bytes(bytes).to_string(),
            None => format!("ended at {}", Nanos(trace.end())),
        };
        spans.extend(told(cx, trace.id.to_string(), trace.role, value));
    }
    Line::from(spans)
}

/// What an empty program of the language needs at its peak, where that is known.
fn floor(cx: View<'_>) -> Option<f64> {
    let known = |v: &crate::session::fold::Version| v.evaluation.as_ref()?.floor;
    let floor = cx.session.versions.iter().find_map(known)?;
    (floor.peak_bytes.0 > 0).then_some(floor.peak_bytes.0 as f64)
}

fn legend<'a>(cx: View<'a>, area: Rect, traces: &[Trace<'_>], floor: Option<f64>) -> Line<'a> {
    // Where there is no room for all peaks, those behind go without.
    let tight = usize::from(area.width) < traces.len() * 14;
    let gap = if tight { " " } else { "  " };
    let mut spans: Vec<Span<'_>> = vec![Span::raw(" ")];
    for trace in traces {
        let sample = match trace.stroke {
            Stroke::Solid => "━━",
            Stroke::Dashed => "╍╍",
            Stroke::Dotted => "┈┈",
        };
        let now = if trace.live { " now" } else { "" };
        spans.push(cx.span(sample, trace.role));
        spans.push(cx.span(format!(" {}{now} ", trace.id), Role::Text));
        if tight && trace.stroke != Stroke::Solid {
            continue;
        }
        spans.push(cx.span(format!("{}{gap}", short_bytes(trace.peak())), Role::Muted));
    }
    if let Some(floor) = floor.filter(|_| !tight) {
        let words = format!("┈┈ floor {}", short_bytes(floor as u64));
        let used: usize = spans.iter().map(|s| width(&s.content)).sum();
        if used + width(&words) <= usize::from(area.width) {
            spans.push(cx.span(words, Role::Muted));
        }
    }
    Line::from(spans)
}

/// `60M`: for axes, where a cell counts.
fn short(bytes: f64, scale: &Scale) -> String {
    if bytes == 0.0 {
        return "0".into();
    }
    let unit = Unit::Bytes.name(scale).chars().next().unwrap_or('B');
    format!("{}{unit}", Unit::Bytes.tick(bytes, scale))
}

/// `64.1M`: for legends.
fn short_bytes(bytes: u64) -> String {
    let text = Bytes(bytes)
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
pub(crate) fn spark(cx: View<'_>, cells: usize) -> Vec<Span<'_>> {
    const BARS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
    let traces = traces(cx);
    let Some(trace) = traces.last().filter(|t| t.samples.len() > 1) else {
        return Vec::new();
    };
    let most = trace.peak().max(1);
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
        cx.span(format!(" {}", short_bytes(most)), Role::Muted),
    ]
}

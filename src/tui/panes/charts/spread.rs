//! The times of both as they fell, one above the other on one axis: where they lie, how far they spread.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::base::units::{ByteNanos, Bytes, Nanos};
use crate::measure::{Figures, Metric};
use crate::session::event::{Stage, VersionId};
use crate::tui::component::View;
use crate::tui::core::scale::{Scale, Unit};
use crate::tui::core::theme::Role;
use crate::tui::panes::charts::axes::{axis_below, cursor, nothing, told, under_title};
use crate::tui::state::hits::HitMap;
use crate::tui::widgets::plot::Plot;
use crate::tui::widgets::put;

/// The figures of one version, ascending.
struct Sample {
    name: String,
    role: Role,
    values: Vec<f64>,
}

impl Sample {
    fn median(&self) -> f64 {
        let n = self.values.len();
        if n == 0 {
            return 0.0;
        }
        (self.values[(n - 1) / 2] + self.values[n / 2]) / 2.0
    }
}

/// Draws it without a frame.
pub(crate) fn titled(cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
    let Some((metric, both)) = samples(cx) else {
        let rest = under_title(cx, "both, pair by pair", area, buffer);
        let words = "every pair that is measured stands here while its comparison is the last one";
        return nothing(cx, words, rest, buffer);
    };
    let title = format!("{} of each sweep", metric.in_words());
    let rest = under_title(cx, &title, area, buffer);
    inside(cx, metric, &both, rest, buffer, hits);
}

/// Whether there are figures to show.
pub(super) fn has_figures(cx: View<'_>) -> bool {
    samples(cx).is_some()
}

/// What was measured pair by pair of the version that is looked at, if its comparison is the last one.
fn samples(cx: View<'_>) -> Option<(Metric, [Sample; 2])> {
    let session = cx.session;
    let looked_at = cx.state.version(session)?;
    let pairs = &session.live.pairs;
    if session.live.version != Some(looked_at) || pairs.is_empty() {
        return None;
    }
    let compared = session
        .version(looked_at)
        .and_then(|v| v.comparison.as_ref());
    let (metric, incumbent) = match (&session.stage, compared) {
        (Stage::Comparing { against, .. } | Stage::Confirming { against, .. }, _) => (
            session.live.look.map_or(Metric::Cpu, |l| l.1),
            against.to_string(),
        ),
        (_, Some(c)) => (c.metric, c.incumbent.clone()),
        _ => return None,
    };
    let of = |name: String, role, figures: &dyn Fn(usize) -> Figures| {
        let mut values: Vec<f64> = (0..pairs.len())
            .map(|n| figure(metric, &figures(n)))
            .collect();
        values.sort_by(f64::total_cmp);
        Sample { name, role, values }
    };
    let role = if incumbent == VersionId::ORIGINAL.to_string() {
        Role::Baseline
    } else {
        Role::Incumbent
    };
    let both = [
        of(incumbent, role, &|n| pairs[n].incumbent),
        of(looked_at.to_string(), Role::Candidate, &|n| {
            pairs[n].candidate
        }),
    ];
    Some((metric, both))
}

fn figure(metric: Metric, figures: &Figures) -> f64 {
    match metric {
        Metric::Wall => figures.wall_ns.0 as f64,
        Metric::Cpu => figures.cpu_ns.0 as f64,
        Metric::Peak => figures.peak_bytes.0 as f64,
        Metric::Integral => figures.integral_byte_ns.0,
        Metric::Reported | Metric::ReportedTime | Metric::ReportedRate => {
            figures.reported.unwrap_or(0.0)
        }
    }
}

fn unit(metric: Metric) -> Unit {
    match metric {
        Metric::Wall | Metric::Cpu | Metric::ReportedTime => Unit::Time,
        Metric::Peak => Unit::Bytes,
        Metric::Integral => Unit::Integral,
        Metric::Reported | Metric::ReportedRate => Unit::Plain,
    }
}

fn words(metric: Metric, value: f64) -> String {
    match metric {
        Metric::Wall | Metric::Cpu | Metric::ReportedTime => Nanos(value as u64).to_string(),
        Metric::Peak => Bytes(value as u64).to_string(),
        Metric::Integral => ByteNanos(value).to_string(),
        Metric::Reported | Metric::ReportedRate => format!("{value:.4}"),
    }
}

fn inside(
    cx: View<'_>,
    metric: Metric,
    both: &[Sample; 2],
    area: Rect,
    buffer: &mut Buffer,
    hits: &mut HitMap,
) {
    if area.height < 4 || area.width < 16 {
        return;
    }
    let most = both
        .iter()
        .filter_map(|s| s.values.last())
        .copied()
        .fold(0.0, f64::max);
    let scale = Scale::up_to(most, usize::from(area.width / 14).clamp(2, 8));
    let chart = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        height: area.height - 2,
        ..area
    };
    let upper = chart.height / 2;
    let bands = [
        Rect {
            height: upper,
            ..chart
        },
        Rect {
            y: chart.y + upper,
            height: chart.height - upper,
            ..chart
        },
    ];
    for (sample, band) in both.iter().zip(bands) {
        piles(cx, sample, &scale, band, buffer);
    }
    axis_below(cx, chart, &scale, 0.0, unit(metric), buffer);
    let line = match cursor(cx, chart, buffer, Some(hits)) {
        Some(at) => {
            let share = f64::from(at) / f64::from(chart.width.saturating_sub(1).max(1));
            let value = share * scale.top;
            let mut spans = vec![cx.span(format!(" at {}", words(metric, value)), Role::Key)];
            for s in both {
                let below = s.values.partition_point(|v| *v <= value);
                let told_of = format!("{below} of {} are below", s.values.len());
                spans.extend(told(cx, s.name.clone(), s.role, told_of));
            }
            Line::from(spans)
        }
        None => {
            let mut spans = vec![cx.span(" medians", Role::Muted)];
            for s in both {
                spans.extend(told(cx, s.name.clone(), s.role, words(metric, s.median())));
            }
            Line::from(spans)
        }
    };
    put(buffer, area, area.height - 1, &line);
}

/// Every figure as a dot, piled up where they fall together; the median as a line through the pile.
fn piles(cx: View<'_>, sample: &Sample, scale: &Scale, area: Rect, buffer: &mut Buffer) {
    let mut plot = Plot::new(area.width, area.height);
    let (wide, high) = (plot.dots_wide(), plot.dots_high());
    let column = |value: f64| (scale.share(value) * wide.saturating_sub(1) as f64).round() as usize;
    let mut piles = vec![0usize; wide];
    for value in &sample.values {
        if let Some(pile) = piles.get_mut(column(*value)) {
            *pile += 1;
        }
    }
    let highest = piles.iter().copied().max().unwrap_or(0).max(1);
    for (x, pile) in piles.iter().enumerate() {
        let dots = if highest <= high {
            *pile
        } else {
            (pile * high).div_ceil(highest)
        };
        for y in 0..dots {
            plot.dot(x, high - 1 - y, sample.role);
        }
    }
    plot.render(area, buffer, cx.theme);
    let style = cx.theme.fg(sample.role);
    let at = area.x + (column(sample.median()) / 2) as u16;
    if let Some(cell) = buffer.cell_mut((at, area.y)).filter(|c| c.symbol() == " ") {
        cell.set_symbol("▾").set_style(style);
    }
    // The name stands where the pile does not.
    let left = column(sample.median()) > wide / 2;
    let name = format!(" {} ", sample.name);
    let x = if left {
        area.x
    } else {
        (area.x + area.width).saturating_sub(name.len() as u16)
    };
    buffer.set_stringn(x, area.y, name, area.width.into(), style);
}

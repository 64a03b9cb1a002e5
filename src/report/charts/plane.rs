//! Time against memory: where every version that passes stands, by one run of every case.

use super::gains::mark;
use super::svg::{Anchor, Frame, Mark, Size, Svg};
use crate::base::scale::{Scale, Unit};
use crate::report::markup::Markup;
use crate::session::Session;
use crate::session::fold::Version;

/// Names that are written beside their marks; of more only those that matter.
const NAMED: usize = 8;

/// Draws it; `None` where fewer than two versions pass.
pub(crate) fn plane(session: &Session, size: Size) -> Option<Markup> {
    let place = |version: &Version| {
        let evaluation = version
            .evaluation
            .as_ref()
            .filter(|e| e.verdict.accepted())?;
        let figures = &evaluation.figures;
        Some((figures.wall_ns.0 as f64, figures.peak_bytes.0 as f64))
    };
    let known: Vec<(&Version, (f64, f64))> = (session.versions.iter())
        .filter_map(|v| Some((v, place(v)?)))
        .filter(|(_, (time, memory))| *time > 0.0 && *memory > 0.0)
        .collect();
    if known.len() < 2 {
        return None;
    }
    let most = |of: fn(&(f64, f64)) -> f64| known.iter().map(|(_, p)| of(p)).fold(0.0, f64::max);
    let frame = Frame {
        left: 52.0,
        top: 34.0,
        right: size.width - 26.0,
        bottom: size.height - 44.0,
    };
    let time = Scale::up_to(most(|p| p.0), ((frame.right - frame.left) / 80.0) as usize);
    let memory = Scale::up_to(most(|p| p.1), ((frame.bottom - frame.top) / 44.0) as usize);
    let mut svg = Svg::new(size, "Time and peak memory of every version that passes");
    frame.axis_left(&mut svg, &memory, Unit::Bytes, "peak memory");
    frame.axis_below(&mut svg, &time, Unit::Time, "wall time");
    let at = |(t, m): (f64, f64)| (frame.x(time.share(t)), frame.y(memory.share(m)));
    let way = [session.versions.first(), session.best()];
    let ends = way.map(|v| v.and_then(|v| Some((v.id, at(place(v)?)))));
    if let [Some((first, from)), Some((last, to))] = ends
        && first != last
    {
        svg.path("way", [from, to]);
    }
    // The best is drawn last, so that nothing covers it.
    let mut order: Vec<_> = known.iter().collect();
    order.sort_by_key(|(v, _)| mark(session, v) == Mark::Best);
    for (version, figures) in order {
        let (x, y) = at(*figures);
        let kind = mark(session, version);
        let words = format!(
            "{}: {}, {}",
            version.id,
            version
                .evaluation
                .as_ref()
                .map_or_else(String::new, |e| e.figures.wall_ns.to_string()),
            version
                .evaluation
                .as_ref()
                .map_or_else(String::new, |e| e.figures.peak_bytes.to_string()),
        );
        svg.group(&words);
        svg.mark(kind, (x, y));
        svg.end_group();
        let matters = matches!(kind, Mark::Original | Mark::Best);
        if matters || (known.len() <= NAMED && apart(&known, &at, (x, y))) {
            // Above it, unless the name of the axis is there.
            let label = if y - frame.top < 16.0 {
                y + 22.0
            } else {
                y - 12.0
            };
            let class = if kind == Mark::Best {
                "strong"
            } else {
                "figure"
            };
            svg.text(class, Anchor::Middle, (x, label), &version.id.to_string());
        }
    }
    Some(svg.finish())
}

/// Whether a mark stands so far from all others that its name can stand beside it.
fn apart(
    known: &[(&Version, (f64, f64))],
    at: &dyn Fn((f64, f64)) -> (f64, f64),
    (x, y): (f64, f64),
) -> bool {
    let near = |(_, figures): &&(&Version, (f64, f64))| {
        let (other_x, other_y) = at(*figures);
        (other_x - x).abs() < 22.0 && (other_y - y).abs() < 16.0
    };
    known.iter().filter(near).count() <= 1
}

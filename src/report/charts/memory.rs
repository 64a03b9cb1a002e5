//! Memory over time: the original's run and the best version's over one another, on the case that takes the original longest.

use super::svg::{Anchor, Frame, STRONG_LETTER, Size, Svg};
use crate::base::scale::{Scale, Unit};
use crate::report::markup::Markup;
use crate::sandbox::Sample;
use crate::session::Session;
use crate::session::event::VersionId;
use crate::session::fold::Version;

/// Points of a trace that are drawn.
const POINTS: usize = 240;

/// Draws it, with the name of the case; `None` where one of the two has no trace.
pub(crate) fn memory(session: &Session, size: Size) -> Option<(String, Markup)> {
    let best = session.best().filter(|v| !v.id.is_original())?;
    let original = session.version(VersionId::ORIGINAL)?;
    let cases = &original.evaluation.as_ref()?.cases;
    let both = |case: &str| Some([trace(original, case)?, trace(best, case)?]);
    let mut longest: Vec<_> = cases.iter().filter(|c| both(&c.case).is_some()).collect();
    longest.sort_by_key(|c| c.figures.wall_ns);
    let case = &longest.last()?.case;
    let traces = both(case)?;
    let most = |of: fn(&Sample) -> u64| {
        let all = traces.iter().flat_map(|trace| trace.iter());
        all.map(of).max().unwrap_or(0) as f64
    };
    let frame = Frame {
        left: 52.0,
        top: 34.0,
        right: size.width - 26.0,
        bottom: size.height - 44.0,
    };
    let time = Scale::up_to(
        most(|s| s.t.0),
        ((frame.right - frame.left) / 80.0) as usize,
    );
    let memory = Scale::up_to(
        most(|s| s.memory.0),
        ((frame.bottom - frame.top) / 44.0) as usize,
    );
    let title = format!(
        "Memory over time of the original and of {} on case {case}",
        best.id
    );
    let mut svg = Svg::new(size, &title);
    frame.axis_left(&mut svg, &memory, Unit::Bytes, "memory");
    frame.axis_below(&mut svg, &time, Unit::Time, "time");
    let at = |s: &Sample| {
        let (t, m) = (s.t.0 as f64, s.memory.0 as f64);
        (frame.x(time.share(t)), frame.y(memory.share(m)))
    };
    let names = [original.id.to_string(), best.id.to_string()];
    let classes = [("trace original", "figure"), ("trace best", "strong")];
    for ((trace, name), (line, label)) in traces.iter().zip(&names).zip(classes) {
        svg.path(line, thinned(trace).map(at));
        if let Some((x, y)) = trace.last().map(at) {
            let edge = size.width - name.len() as f64 * STRONG_LETTER;
            svg.text(
                label,
                Anchor::Start,
                ((x + 5.0).min(edge), (y - 6.0).max(12.0)),
                name,
            );
        }
    }
    Some((case.clone(), svg.finish()))
}

fn trace<'s>(version: &'s Version, case: &str) -> Option<&'s [Sample]> {
    let mut cases = version.evaluation.as_ref()?.cases.iter();
    let found = cases.find(|c| c.case == case && c.verdict.accepted())?;
    Some(found.trace.as_slice()).filter(|trace| trace.len() > 1)
}

/// Of each group of readings the first and the largest, so that no peak is lost; and the last of all.
fn thinned(samples: &[Sample]) -> impl Iterator<Item = &Sample> {
    let group = samples.len().div_ceil(POINTS / 2).max(1);
    let parts = samples.chunks(group).flat_map(move |chunk| {
        let first = chunk.first();
        let largest = chunk.iter().max_by_key(|s| s.memory);
        let largest = largest.filter(|l| first.is_some_and(|f| !std::ptr::eq(*l, f)));
        first.into_iter().chain(largest)
    });
    parts.chain(samples.last())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::units::{Bytes, Nanos};

    #[test]
    fn few_points_are_drawn_and_the_peak_and_the_ends_are_among_them() {
        let samples: Vec<Sample> = (0..5_000)
            .map(|n| Sample {
                t: Nanos(n),
                memory: Bytes(if n == 1_234 { 99 } else { n % 7 }),
            })
            .collect();
        let drawn: Vec<&Sample> = thinned(&samples).collect();
        assert!(drawn.len() <= POINTS + 1, "{}", drawn.len());
        assert!(drawn.iter().any(|s| s.memory.0 == 99));
        assert_eq!(drawn.first().map(|s| s.t.0), Some(0));
        assert_eq!(drawn.last().map(|s| s.t.0), Some(4_999));
        assert!(drawn.windows(2).all(|w| w[0].t <= w[1].t));
        assert_eq!(thinned(&[]).count(), 0);
    }
}

//! Gain over v0 by version and round, each with its interval, and the best so far as a staircase behind them.

use super::svg::{Anchor, Frame, LETTER, Mark, STRONG_LETTER, Size, Svg, every};
use crate::base::scale::LogScale;
use crate::base::units::Gain;
use crate::report::markup::Markup;
use crate::report::text;
use crate::session::Session;
use crate::session::event::Decision;
use crate::session::fold::Version;
use crate::session::fold::heights::Height;

/// Pixels of the strip for versions of which no gain is known.
const STRIP: f64 = 26.0;

/// Draws it. With `links` every version leads to its place on the page. `None` where there is nothing beside the original.
pub(crate) fn gains(session: &Session, size: Size, links: bool) -> Option<Markup> {
    if session.versions.len() < 2 {
        return None;
    }
    let heights = session.heights();
    let known = heights.iter().flatten();
    // The ends of a wide interval would leave no room for the gains.
    let ends = known
        .flat_map(|(gain, low, high)| [gain.0, low.0.max(gain.0 / 2.0), high.0.min(gain.0 * 1.5)]);
    let scale = LogScale::over(ends);
    let mut svg = Svg::new(size, &title(session));
    let legend = legend(&mut svg, size.width);
    let frame = Frame {
        left: 56.0,
        top: legend + 20.0,
        right: size.width - 14.0,
        bottom: size.height - 46.0 - STRIP,
    };
    frame.ratios_left(
        &mut svg,
        &scale,
        ((frame.bottom - frame.top) / 34.0) as usize,
    );
    let step = (frame.right - frame.left) / session.versions.len() as f64;
    let column = |n: usize| frame.left + (n as f64 + 0.5) * step;
    let strip = frame.bottom + STRIP / 2.0 + 4.0;
    svg.text(
        "name",
        Anchor::End,
        (frame.left - 8.0, strip + 4.0),
        "no gain",
    );
    staircase(session, &heights, &mut svg, &frame, &scale, &column);
    for (n, (version, height)) in session.versions.iter().zip(&heights).enumerate() {
        let x = column(n);
        svg.group(&told(session, version));
        if links {
            svg.link(&version.id.to_string());
        }
        if let Some((_, low, high)) = height.filter(|(_, low, high)| low < high) {
            let [top, bottom] = [high, low].map(|g| frame.y(scale.share(g.0)));
            svg.line("interval", (x, top), (x, bottom));
            if step >= 9.0 {
                for y in [top, bottom] {
                    svg.line("interval", (x - 3.0, y), (x + 3.0, y));
                }
            }
        }
        let y = height.map_or(strip, |(gain, ..)| frame.y(scale.share(gain.0)));
        let best = session.incumbent == Some(version.id) && !version.id.is_original();
        if best {
            svg.circle("mark halo", (x, y), 12.0);
        }
        svg.mark(mark(session, version), (x, y));
        if links {
            svg.end_link();
        }
        svg.end_group();
        if let Some((gain, _, high)) = height.filter(|_| best) {
            let above = frame.y(scale.share(high.0)).min(y - 12.0) - 5.0;
            let words = gain.to_string();
            let half = words.chars().count() as f64 * STRONG_LETTER / 2.0;
            let x = x.min(frame.right + 10.0 - half);
            svg.text(
                "strong",
                Anchor::Middle,
                (x, above.max(legend + 12.0)),
                &words,
            );
        }
    }
    labels(session, &mut svg, &frame, size, &column);
    Some(svg.finish())
}

/// The chart in words.
fn title(session: &Session) -> String {
    let best = session.best().filter(|v| !v.id.is_original());
    let best = best.and_then(Version::gain_over_original);
    let told = best.map_or_else(String::new, |(gain, ..)| {
        format!("; the best stands at {gain}")
    });
    format!("Gain over the original by version, logarithmic{told}")
}

/// A version's line when it is pointed at: `v5, round 5: better than v2, 6.85× [6.54–7.17]`.
fn told(session: &Session, version: &Version) -> String {
    let round = match version.round {
        0 => String::new(),
        n => format!(", round {n}"),
    };
    let gain = match text::gain(version) {
        gain if gain == "–" => String::new(),
        gain if session.is_gain_apart(version) => format!(", {gain} (not to be compared)"),
        gain => format!(", {gain}"),
    };
    format!("{}{round}: {}{gain}", version.id, text::verdict(version))
}

/// What became of a version.
pub(super) fn mark(session: &Session, version: &Version) -> Mark {
    let passes = version.verdict().map(|v| v.accepted());
    match passes {
        Some(true) if version.id.is_original() => Mark::Original,
        Some(true) if session.incumbent == Some(version.id) => Mark::Best,
        Some(true) if matches!(version.decision, Some((Decision::Accepted, _))) => Mark::Kept,
        Some(true) => Mark::Passed,
        Some(false) => Mark::Failed,
        None => Mark::Open,
    }
}

/// What the marks mean, on as many rows as they take; gives where the last ends.
fn legend(svg: &mut Svg, width: f64) -> f64 {
    let all = [
        (Mark::Original, "original"),
        (Mark::Best, "best"),
        (Mark::Kept, "kept for a while"),
        (Mark::Passed, "passes, not taken"),
        (Mark::Failed, "fails"),
    ];
    let (mut x, mut y) = (12.0, 16.0);
    for (mark, words) in all {
        let wide = words.chars().count() as f64 * LETTER + 34.0;
        if x + wide > width && x > 12.0 {
            (x, y) = (12.0, y + 20.0);
        }
        svg.mark(mark, (x, y - 4.0));
        svg.text("name", Anchor::Start, (x + 13.0, y), words);
        x += wide;
    }
    y + 8.0
}

fn staircase(
    session: &Session,
    heights: &[Option<Height>],
    svg: &mut Svg,
    frame: &Frame,
    scale: &LogScale,
    column: &dyn Fn(usize) -> f64,
) {
    let bests = session.best_heights(heights);
    let y = |gain: Gain| frame.y(scale.share(gain.0));
    let mut points = Vec::new();
    let mut before = None;
    for (n, gain) in bests.iter().enumerate() {
        let x = column(n);
        if before != Some(*gain) {
            points.extend(before.map(|g| (x, y(g))));
            points.push((x, y(*gain)));
        }
        before = Some(*gain);
    }
    points.extend(before.map(|g| (frame.right, y(g))));
    svg.path("best-so-far", points);
}

/// Names of versions, and below them the rounds that they came from.
fn labels(
    session: &Session,
    svg: &mut Svg,
    frame: &Frame,
    size: Size,
    column: &dyn Fn(usize) -> f64,
) {
    let versions = &session.versions;
    let longest = versions.last().map_or(2, |v| v.id.to_string().len());
    let nth = every(versions.len(), longest, frame.right - frame.left);
    for (n, version) in versions.iter().enumerate().step_by(nth) {
        let place = (column(n), size.height - 26.0);
        svg.text("figure", Anchor::Middle, place, &version.id.to_string());
    }
    let rounds: Vec<u32> = versions.iter().map(|v| v.round).collect();
    svg.text(
        "name",
        Anchor::End,
        (frame.left - 8.0, size.height - 8.0),
        "round",
    );
    let mut at = 0;
    let mut free = 0.0;
    let groups = rounds.chunk_by(|a, b| a == b).count();
    let digits = rounds.iter().max().map_or(1, |n| n.to_string().len());
    let every = every(groups, digits + 1, frame.right - frame.left);
    for (n, same) in rounds.chunk_by(|a, b| a == b).enumerate() {
        let (first, last) = (column(at), column(at + same.len() - 1));
        at += same.len();
        let number = same[0].to_string();
        let half = (number.len() as f64 * LETTER / 2.0).max(4.0);
        let middle = f64::midpoint(first, last);
        // The first group is v0, which is of no round.
        let thinned = n == 0 || !(n - 1).is_multiple_of(every);
        if same[0] == 0 || thinned || middle - half < free {
            continue;
        }
        free = middle + half + LETTER;
        if same.len() > 1 {
            svg.line(
                "axis",
                (first - 6.0, size.height - 20.0),
                (last + 6.0, size.height - 20.0),
            );
        }
        svg.text(
            "figure",
            Anchor::Middle,
            (middle, size.height - 8.0),
            &number,
        );
    }
}

/// A version's class on a page, and its sign: the same shapes as in the chart.
pub(crate) fn class_and_sign(session: &Session, version: &Version) -> (&'static str, &'static str) {
    match mark(session, version) {
        Mark::Original => ("original", "●"),
        Mark::Best => ("best", "★"),
        Mark::Kept => ("kept", "▲"),
        Mark::Passed => ("passed", "○"),
        Mark::Failed => ("failed", "✗"),
        Mark::Open => ("open", "·"),
    }
}

/// Every version's gain with its interval as a small strip, all on one axis; `None` for those of which no gain is known.
pub(crate) fn strips(session: &Session) -> Vec<Option<Markup>> {
    let heights = session.heights();
    let scale = LogScale::over(heights.iter().flatten().map(|(gain, ..)| gain.0));
    let size = Size {
        width: 110.0,
        height: 14.0,
    };
    let frame = Frame {
        left: 5.0,
        top: 0.0,
        right: size.width - 5.0,
        bottom: size.height,
    };
    let strip = |version: &Version, (gain, low, high): Height| {
        let mut svg = Svg::new(size, &format!("{}: {gain}", version.id));
        let [one, low, gain, high] =
            [1.0, low.0, gain.0, high.0].map(|ratio| (frame.x(scale.share(ratio)), 7.0));
        svg.line("axis", (one.0, 1.0), (one.0, 13.0));
        svg.line("grid", one, gain);
        svg.line("interval", low, high);
        svg.mark(mark(session, version), gain);
        svg.finish()
    };
    (session.versions.iter().zip(heights))
        .map(|(version, height)| height.map(|height| strip(version, height)))
        .collect()
}

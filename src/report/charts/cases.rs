//! The gain of every timed case or call, on one axis.

use super::svg::{Anchor, Frame, LETTER, Size, Svg};
use crate::base::scale::LogScale;
use crate::base::units::Gain;
use crate::measure::Comparison;
use crate::report::markup::Markup;
use crate::report::text::clip;

/// Rows that there is room for, and letters of a case's name.
const ROWS: usize = 12;
const NAME: usize = 12;

/// Draws it; `None` where less than two were timed.
pub(crate) fn cases(comparison: &Comparison, size: Size) -> Option<Markup> {
    let known = |(_, gain): &&(String, Gain)| gain.0.is_finite() && gain.0 > 0.0;
    let mut all: Vec<&(String, Gain)> = comparison.per_case.iter().filter(known).collect();
    if all.len() < 2 {
        return None;
    }
    let left_out = all.len().saturating_sub(ROWS);
    if left_out > 0 {
        // Of many the largest gains and the largest losses.
        all.sort_by(|a, b| b.1.0.total_cmp(&a.1.0));
        all.drain(ROWS / 2..all.len() - ROWS / 2);
    }
    let names: Vec<String> = all.iter().map(|(name, _)| clip(name, NAME)).collect();
    let longest = names
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0);
    let frame = Frame {
        left: (longest as f64 * LETTER + 24.0).max(40.0),
        top: 20.0,
        right: size.width - 60.0,
        bottom: size.height - 44.0,
    };
    let scale = LogScale::over(all.iter().map(|(_, gain)| gain.0));
    let mut svg = Svg::new(size, "The gain of every timed case");
    frame.ratios_below(
        &mut svg,
        &scale,
        ((frame.right - frame.left) / 60.0) as usize,
    );
    let step = (frame.bottom - frame.top) / all.len() as f64;
    let one = frame.x(scale.share(1.0));
    for (n, ((_, gain), name)) in all.iter().zip(&names).enumerate() {
        let y = frame.top + (n as f64 + 0.5) * step;
        let x = frame.x(scale.share(gain.0));
        let low = gain.0 < 1.0;
        svg.text("figure", Anchor::End, (frame.left - 12.0, y + 4.0), name);
        svg.line(if low { "stem lost" } else { "stem" }, (one, y), (x, y));
        svg.circle(if low { "knob lost" } else { "knob" }, (x, y), 4.5);
        svg.text(
            "figure",
            Anchor::Start,
            (x.max(one) + 9.0, y + 4.0),
            &gain.to_string(),
        );
    }
    let rest = match left_out {
        0 => String::new(),
        n => format!(" ({n} between are left out)"),
    };
    let name = format!("gain, {}{rest}", comparison.compared());
    svg.text(
        "name",
        Anchor::End,
        (frame.right, frame.bottom + 36.0),
        &name,
    );
    Some(svg.finish())
}

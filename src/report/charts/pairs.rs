//! The ratios of the pairs that gave a gain, piled up where they fall together, with the gain and its interval.

use std::collections::BTreeMap;

use super::svg::{Anchor, Frame, STRONG_LETTER, Size, Svg};
use crate::base::scale::LogScale;
use crate::measure::Comparison;
use crate::report::markup::Markup;

/// Radius of a dot in pixels.
const DOT: f64 = 4.5;

/// Draws it; `None` where there are not at least two pairs.
pub(crate) fn pairs(comparison: &Comparison, size: Size) -> Option<Markup> {
    let logs = if comparison.confirming.is_empty() {
        &comparison.log_ratios
    } else {
        &comparison.confirming
    };
    let ratios: Vec<f64> = (logs.iter().map(|log| log.exp()))
        .filter(|ratio| ratio.is_finite() && *ratio > 0.0)
        .collect();
    if ratios.len() < 2 {
        return None;
    }
    let frame = Frame {
        left: 20.0,
        top: 34.0,
        right: size.width - 26.0,
        bottom: size.height - 44.0,
    };
    let ends = [comparison.low.0, comparison.gain.0, comparison.high.0];
    let scale = around(ratios.iter().copied().chain(ends));
    let title = format!(
        "The ratios of {} pairs; gain {}",
        ratios.len(),
        comparison.gain_in_words()
    );
    let mut svg = Svg::new(size, &title);
    let [low, gain, high] = ends.map(|g| frame.x(scale.share(g)));
    svg.rect("band", (low, frame.top), (high, frame.bottom));
    frame.ratios_below(
        &mut svg,
        &scale,
        ((frame.right - frame.left) / 60.0) as usize,
    );
    svg.line("gain", (gain, frame.top), (gain, frame.bottom));
    for (x, y) in swarm(&ratios, |ratio| frame.x(scale.share(ratio)), &frame) {
        svg.circle("pair", (x, y), DOT);
    }
    let words = comparison.gain_in_words();
    let half = words.chars().count() as f64 * STRONG_LETTER / 2.0;
    let x = gain.clamp(half + 4.0, (size.width - half - 4.0).max(half + 4.0));
    svg.text("strong", Anchor::Middle, (x, frame.top - 10.0), &words);
    let name = format!("ratio within a pair, {}", comparison.compared());
    svg.text(
        "name",
        Anchor::End,
        (frame.right, frame.bottom + 36.0),
        &name,
    );
    Some(svg.finish())
}

/// Where the dots stand: across by their ratios, and above and below the middle where several fall together.
fn swarm(ratios: &[f64], across: impl Fn(f64) -> f64, frame: &Frame) -> Vec<(f64, f64)> {
    const WIDE: f64 = 2.0 * DOT + 1.0;
    let column = |ratio: f64| ((across(ratio) - frame.left) / WIDE).round().max(0.0) as usize;
    let mut piles: BTreeMap<usize, usize> = BTreeMap::new();
    for ratio in ratios {
        *piles.entry(column(*ratio)).or_default() += 1;
    }
    let highest = piles.values().copied().max().unwrap_or(1) as f64;
    let step = WIDE.min((frame.bottom - frame.top - 2.0 * WIDE) / highest);
    let middle = f64::midpoint(frame.top, frame.bottom);
    let pile = |(column, dots): (usize, usize)| {
        let x = frame.left + column as f64 * WIDE;
        let first = middle + (dots - 1) as f64 * step / 2.0;
        (0..dots).map(move |n| (x, first - n as f64 * step))
    };
    piles.into_iter().flat_map(pile).collect()
}

/// An axis that holds these ratios and 1 where 1 is near, and leaves room at both ends. A gain of a hundred would else press
/// all its pairs into one pile.
fn around(ratios: impl Iterator<Item = f64>) -> LogScale {
    let (low, high) = ratios.fold((f64::INFINITY, 0.0f64), |(l, h), r| (l.min(r), h.max(r)));
    let spread = (high / low).clamp(1.02, 1e6);
    let near = |end: f64| (end.ln().abs() < 3.0 * spread.ln()).then_some(1.0);
    let low = near(low).map_or(low, |one| low.min(one));
    let high = near(high).map_or(high, |one| high.max(one));
    let room = (high / low).max(1.02).powf(0.06);
    LogScale {
        low: low / room,
        high: high * room,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_is_a_dot_inside_the_frame() {
        let frame = Frame {
            left: 20.0,
            top: 30.0,
            right: 400.0,
            bottom: 200.0,
        };
        let ratios: Vec<f64> = (0..200).map(|n| 1.0 + f64::from(n % 9) / 10.0).collect();
        let dots = swarm(&ratios, |ratio| frame.x((ratio - 1.0) / 0.8), &frame);
        assert_eq!(dots.len(), 200);
        let inside = |(x, y): &(f64, f64)| {
            (frame.left..=frame.right + 5.0).contains(x) && (frame.top..=frame.bottom).contains(y)
        };
        assert!(dots.iter().all(inside));
        assert!(swarm(&[], |_| 0.0, &frame).is_empty());
    }

    #[test]
    fn one_is_on_the_axis_where_it_is_near_and_the_pairs_have_room() {
        let near = around([1.1, 1.3].into_iter());
        assert!(near.low < 1.0 && near.high > 1.3);
        let far = around([95.0, 105.0].into_iter());
        assert!(far.low > 90.0 && far.low < 95.0 && far.high > 105.0);
        let same = around([2.0, 2.0].into_iter());
        assert!(same.low < 2.0 && same.high > 2.0);
        assert!(!near.ticks(5).is_empty());
    }
}

//! The ratios of the pairs that gave a gain, piled up where they fall together, with the gain and its interval.

use super::svg::{Anchor, Frame, LETTER, Size, Svg};
use crate::base::scale::LogScale;
use crate::measure::Comparison;
use crate::report::markup::Markup;

/// Pixels of a pile, and of the dots in it.
const PILE: f64 = 9.0;

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
    let columns = ((frame.right - frame.left) / PILE).floor().max(1.0);
    let mut piles = vec![0usize; columns as usize + 1];
    for ratio in &ratios {
        let column = (scale.share(*ratio) * columns).round() as usize;
        if let Some(pile) = piles.get_mut(column) {
            *pile += 1;
        }
    }
    let highest = piles.iter().copied().max().unwrap_or(1).max(1);
    let step = (PILE - 1.0).min((frame.bottom - frame.top - 16.0) / highest as f64);
    for (column, pile) in piles.iter().enumerate() {
        for n in 0..*pile {
            let x = frame.x(column as f64 / columns);
            let y = frame.bottom - 6.0 - n as f64 * step;
            svg.circle("pair", (x, y), 3.2);
        }
    }
    let words = comparison.gain_in_words();
    let half = words.chars().count() as f64 * LETTER / 2.0;
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

//! The bill: what a candidate spends outside of its bursts, more than the one that it is compared with.
//!
//! Of every launch three differences are taken, by the pass: what the process spends until its first burst and after its
//! last, what it spends between bursts, and what calls cost the first time beyond what they cost again. A difference counts where its
//! median over the launches stands out of its own noise; all that counts is added to the cost of a pass.

use super::super::{Answer, Comparison, Metric, stats};
use super::cost::{Cost, One};
use super::one::Launched;
use super::{Charge, ChargePlace};
use crate::base::units::{Gain, Nanos};

/// What may be left out, as a part of what a pass saves.
const LITTLE: f64 = 0.05;

/// A difference counts where it is more than so many standard errors; more where there are few, whose spread is hardly known.
const CLEAR: f64 = 3.0;

/// What is put on the bill of contender `at[1]`, by the pass.
pub(crate) fn charges(
    launches: &[Launched],
    at: [usize; 2],
    [before, after]: [f64; 2],
    metric: Metric,
    tree: bool,
) -> Vec<Charge> {
    let saved = before - after;
    if saved <= 0.0 {
        return Vec::new();
    }
    // Several clocks count what is spent by the process; waiting counts where passes are timed by the wall.
    let by_cpu = if metric == Metric::Wall {
        Metric::Cpu
    } else {
        metric
    };
    let between = |one: &One| one.between.of(by_cpu, true);
    let waited = |one: &One| one.between.of(Metric::Wall, tree);
    let differences = [
        (ChargePlace::Outside, by_the_pass(launches, at)),
        (
            ChargePlace::Between,
            match metric {
                Metric::Wall => each(launches, at, |one| waited(one).max(between(one))),
                _ => each(launches, at, between),
            },
        ),
    ];
    let mut charges: Vec<Charge> = differences
        .into_iter()
        .filter_map(|(place, all)| {
            let ns = clear(&all).filter(|ns| *ns >= 1.0)?;
            Some(Charge {
                place,
                ns: Nanos(ns as u64),
            })
        })
        .collect();
    charges.extend(kept(launches, at, metric, tree, (before / after).ln()));
    let sum: f64 = charges.iter().map(|c| c.ns.0 as f64).sum();
    if sum > LITTLE * saved {
        charges
    } else {
        Vec::new()
    }
}

/// What calls of the one cost the first time beyond what they cost again, and beyond the same of the other. Whether it does
/// is seen in the ratios: on a crowded machine they vary less than the costs.
///
/// Where results are kept, the calls that were never seen before show nothing of the gain (a logarithm), and where none
/// are, all of it. What takes away more than half of it is nearer to the former, and counts even where it does not stand
/// out of the noise: a true gain that is refused can be tried again, a kept result that wins is written into somebody's file.
/// Where the noise is too large to tell the two apart, it takes more.
fn kept(
    launches: &[Launched],
    at: [usize; 2],
    metric: Metric,
    tree: bool,
    gain: f64,
) -> Option<Charge> {
    let within = |of: fn(&One) -> &[[Cost; 2]], least: f64| {
        let clocks = |both: &[Cost; 2]| both.map(|c| c.of(metric, tree));
        let ratio = |[first, again]: [f64; 2]| (first.max(least) / again.max(least)).ln();
        // A launch's median over the times that calls were seen anew: of the ratios, and of the costs.
        let one = |launch: &Launched| {
            let (o, c) = (of(launch.each.get(at[0])?), of(launch.each.get(at[1])?));
            let times = o.iter().zip(c).map(|(o, c)| [clocks(o), clocks(c)]);
            let times: Vec<_> = times.collect();
            let ratios = times.iter().map(|[o, c]| ratio(*c) - ratio(*o));
            let more = times.iter();
            let more = more.map(|[o, c]| (c[0] - c[1]) - (o[0] - o[1]).max(0.0));
            let middle = |all: Vec<f64>| stats::median(&mut { all });
            Some((middle(ratios.collect())?, middle(more.collect())?))
        };
        let (ratios, more): (Vec<f64>, Vec<f64>) = launches.iter().filter_map(one).unzip();
        let twos = in_twos(&ratios);
        let middle = stats::median(&mut twos.clone())?;
        let most = twos.len() >= ENOUGH
            && middle > gain / 2.0
            && error(&twos, middle).max(spread(&twos, middle)) < gain / 4.0;
        let seen = middle > MORE.ln() && clear(&twos).is_some();
        if !most && !seen {
            return None;
        }
        stats::median(&mut in_twos(&more)).filter(|ns| *ns >= 1.0)
    };
    let in_process = within(|one| one.first_time.as_slice(), TINY);
    let in_instances = within(|one| &one.new_instances, 1.0);
    let ns = in_process
        .into_iter()
        .chain(in_instances)
        .reduce(f64::max)?;
    Some(Charge {
        place: ChargePlace::FirstTime,
        ns: Nanos(ns as u64),
    })
}

/// What a burst of a few short calls takes cannot be told from nothing below this, in nanoseconds.
const TINY: f64 = 4e3;

/// Calls are seen to be kept where the first time costs more than so many times what it costs again.
const MORE: f64 = 1.15;

/// How much more the one spends than the other in each launch.
fn each(launches: &[Launched], at: [usize; 2], of: impl Fn(&One) -> f64) -> Vec<f64> {
    launches
        .iter()
        .filter_map(|launch| Some(of(launch.each.get(at[1])?) - of(launch.each.get(at[0])?)))
        .collect()
}

/// The same of what processes spend once, shared out among the passes of the one.
fn by_the_pass(launches: &[Launched], at: [usize; 2]) -> Vec<f64> {
    let passes = launches.iter().filter_map(|launch| {
        let passes = launch.each.get(at[1])?.passes;
        launch.each.get(at[0]).map(|_| passes.max(1.0))
    });
    let more = each(launches, at, |one| one.outside);
    more.iter().zip(passes).map(|(more, n)| more / n).collect()
}

/// Two launches together have seen every call for the first time; one alone may lack the call that matters.
fn in_twos(all: &[f64]) -> Vec<f64> {
    let twos = all.chunks_exact(2);
    twos.map(|two| f64::midpoint(two[0], two[1])).collect()
}

/// The median of some differences, if it stands out of their noise and is more than nothing.
fn clear(all: &[f64]) -> Option<f64> {
    if all.len() < ENOUGH {
        return None;
    }
    let median = |values: &[f64]| stats::median(&mut values.to_vec()).unwrap_or(0.0);
    let middle = median(all);
    let clear = CLEAR * (1.0 + 2.0 / (all.len() as f64 - 1.0)) * error(all, middle);
    (middle > clear && middle > 0.0).then_some(middle)
}

/// Of fewer differences nobody knows the spread.
const ENOUGH: usize = 4;

/// The same by the mean distance, which of very few is less often small by chance.
fn spread(all: &[f64], middle: f64) -> f64 {
    let away: f64 = all.iter().map(|x| (x - middle).abs()).sum();
    let n = all.len().max(1) as f64;
    1.25 * 1.25 * away / n / n.sqrt()
}

/// The standard error of a median. Of so few it is about 1.25 σ / √n; σ is 1.48 times the median distance.
fn error(all: &[f64], middle: f64) -> f64 {
    let mut away: Vec<f64> = all.iter().map(|x| (x - middle).abs()).collect();
    let away = stats::median(&mut away).unwrap_or(f64::INFINITY);
    1.25 * 1.48 * away / (all.len() as f64).sqrt()
}

/// Shrinks a gain to what is left of it once the bill is paid.
pub(crate) fn put(c: &mut Comparison, [_, after]: [f64; 2], charged: Vec<Charge>) {
    if charged.is_empty() {
        return;
    }
    let sum: f64 = charged.iter().map(|c| c.ns.0 as f64).sum();
    let factor = after / (after + sum);
    if let Some(launches) = c.launches.as_mut() {
        launches.promised = Some(c.gain);
        launches.charged = charged;
    }
    for gain in [&mut c.gain, &mut c.low, &mut c.high] {
        *gain = Gain(gain.0 * factor);
    }
    if c.answer == Answer::Better && c.low.0 <= 1.0 + c.smallest_effect {
        c.answer = Answer::NotBetter;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_counts_where_it_stands_out_of_its_noise() {
        assert_eq!(clear(&[5.0, 6.0, 5.5, 5.2, 4.9]), Some(5.2));
        assert_eq!(clear(&[5.0, -6.0, 0.5, -5.2, 4.9]), None);
        assert_eq!(clear(&[-5.0, -6.0, -5.5, -5.2, -4.9]), None);
        assert_eq!(clear(&[5.0, 6.0]), None, "too few to tell");
    }
}

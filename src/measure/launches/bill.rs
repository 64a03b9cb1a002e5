//! The bill: what a candidate spends outside of its bursts, more than the one that it is compared with.
//!
//! Of every launch three differences are taken, by the pass: what the process spends until its first burst and after its
//! last, what it spends between bursts, and what calls cost the first time beyond what they cost again. A difference counts where its
//! median over the launches stands out of its own noise. All that counts is added to what a pass of the candidate costs, launch by
//! launch, so that the interval of what is left of the gain is as wide as the differences vary.

use super::super::{Answer, Comparison, Metric, stats};
use super::cost::{Cost, One, TINY};
use super::one::Launched;
use super::{Charge, ChargePlace};
use crate::base::units::{Gain, Nanos};

/// What may be left out, as a part of what a pass saves.
const LITTLE: f64 = 0.05;

/// What an engine that compiles while code runs may take more to start and to end, as a part of that.
const STARTS: f64 = 0.05;

/// A difference counts where it is more than so many standard errors; more where there are few, whose spread is hardly known.
const CLEAR: f64 = 3.0;

/// By which clock passes are timed.
#[derive(Clone, Copy)]
pub(crate) struct Clocks {
    pub(crate) metric: Metric,
    /// CPU time is that of the whole tree of processes.
    pub(crate) tree: bool,
    /// Whether code of a new instance of the module runs about as it does in an old one: an engine that compiles while code runs
    /// begins anew.
    pub(crate) alike: bool,
}

/// What is put on a bill.
pub(crate) struct Bill {
    /// The median by the pass of each difference that counts, as a part of what a pass of the incumbent costs.
    shares: Vec<(ChargePlace, f64)>,
    /// ln(incumbent / candidate with its bill), launch by launch or by two launches together.
    left: Vec<f64>,
}

/// What is put on the bill of contender `at[1]`; `None` where that is nothing.
pub(crate) fn charges(
    launches: &[Launched],
    at: [usize; 2],
    [before, after]: [f64; 2],
    clocks: Clocks,
) -> Option<Bill> {
    let Clocks { metric, tree, .. } = clocks;
    if after >= before {
        return None;
    }
    // Several clocks count what is spent by the process; waiting counts where passes are timed by the wall.
    let by_cpu = if metric == Metric::Wall {
        Metric::Cpu
    } else {
        metric
    };
    let between = |one: &One| match metric {
        Metric::Wall => (one.between.of(metric, tree)).max(one.between.of(by_cpu, true)),
        _ => one.between.of(by_cpu, true),
    };
    let each = |of: &dyn Fn(&One, &One) -> f64| -> Vec<f64> {
        let pairs = launches.iter().filter_map(|launch| {
            let (o, c) = (launch.each.get(at[0])?, launch.each.get(at[1])?);
            Some(of(o, c))
        });
        pairs.collect()
    };
    let by_pass = |o: &One, more: f64| more / o.pass(metric, tree);
    let mut found = vec![
        (
            ChargePlace::Outside,
            each(&|o, c| by_pass(o, (c.outside - o.outside) / c.passes.max(1.0))),
        ),
        (
            ChargePlace::Between,
            each(&|o, c| by_pass(o, between(c) - between(o))),
        ),
    ];
    found.retain(|(_, all)| clear(all).is_some());
    // An engine that compiles while code runs does not start twice in the same time.
    if !clocks.alike {
        let part = stats::median(&mut each(&|o, c| {
            (c.outside - o.outside) / o.outside.max(1.0)
        }));
        let little = part.is_none_or(|part| part < STARTS);
        found.retain(|(place, _)| *place != ChargePlace::Outside || !little);
    }
    let mut passes = each(&|o, c| (-o.log_ratio(c, metric, tree)).exp());
    let kept = kept(launches, at, clocks, (before / after).ln());
    if let Some(kept) = kept {
        passes = in_twos(&passes);
        for (_, all) in &mut found {
            *all = in_twos(all);
        }
        found.push((ChargePlace::FirstTime, kept));
    }
    let shares = found.iter().map(|(place, all)| {
        let middle = stats::median(&mut all.clone()).unwrap_or(0.0);
        (*place, middle.max(0.0))
    });
    let shares: Vec<_> = shares.collect();
    let sum: f64 = shares.iter().map(|(_, share)| share).sum();
    if sum <= LITTLE * (1.0 - after / before) {
        return None;
    }
    let left = passes.iter().enumerate().map(|(i, pass)| {
        let more = found.iter().filter_map(|(_, all)| all.get(i));
        -(pass + more.map(|share| share.max(0.0)).sum::<f64>()).ln()
    });
    Some(Bill {
        left: left.collect(),
        shares,
    })
}

/// Where calls are made for the first time.
#[derive(Clone, Copy, PartialEq)]
enum First {
    /// In the process, which touches memory for the first time as well.
    InTheProcess,
    /// In new instances of the module, whose process has touched its memory before.
    InNewInstances,
}

/// With what the first time is compared.
#[derive(Clone, Copy)]
enum Later {
    /// The next time.
    Again,
    /// The end of the launch.
    End,
    /// The bursts.
    Bursts,
}

/// What calls of the one cost the first time beyond what they cost again, by two launches together, as a part of what a pass of
/// the other costs. All of it is seen in the ratio of the two, which are timed one after the other: on a crowded machine it varies
/// less than the costs.
///
/// Where results are kept, the calls that were never seen before show nothing of the gain (a logarithm), and where none
/// are, all of it. What takes away more than half of it is nearer to the former, and counts even where it does not stand
/// out of the noise: a true gain that is refused can be tried again, a kept result that wins is written into somebody's file.
/// Where the noise is too large to tell the two apart, it takes more.
///
/// Who keeps results only once a call has come often enough shows nothing of it so early. So the first time is also compared with the end of
/// the launch, and that of new instances with the bursts. Code that has become warmer meanwhile moves these, so they count only where
/// they take away more than half of a gain, and much, and the gain is one that keeping results would bring.
///
/// Where code is compiled while it runs all calls cost more the first time, so there it takes more than half of a gain.
fn kept(
    launches: &[Launched],
    at: [usize; 2],
    Clocks {
        metric,
        tree,
        alike,
    }: Clocks,
    gain: f64,
) -> Option<Vec<f64>> {
    let instances = launches.iter().any(|launch| {
        let has = |who: usize| {
            launch
                .each
                .get(who)
                .map(|one| !one.new_instances.is_empty())
        };
        has(at[0]) == Some(true) && has(at[1]) == Some(true)
    });
    let within = |first: First, of: fn(&One) -> &[[Cost; 2]], later: Later| {
        let least = match first {
            First::InTheProcess => TINY,
            First::InNewInstances => 1.0,
        };
        let one = |launch: &Launched| {
            let (old, new) = (launch.each.get(at[0])?, launch.each.get(at[1])?);
            let (o, c) = (of(old), of(new));
            let clocks = |cost: &Cost| cost.of(metric, tree).max(least);
            let middle = |of: &dyn Fn(&[Cost; 2], &[Cost; 2]) -> f64| {
                stats::median(&mut o.iter().zip(c).map(|(o, c)| of(o, c)).collect::<Vec<_>>())
            };
            Some(NewCalls {
                first: middle(&|o, c| clocks(&c[0]) / clocks(&o[0]))?,
                again: match later {
                    Later::Bursts => (-old.log_ratio(new, metric, tree)).exp(),
                    _ => middle(&|o, c| clocks(&c[1]) / clocks(&o[1]))?,
                },
                weight: middle(&|o, _| clocks(&o[1]))?,
            })
        };
        let all: Vec<NewCalls> = launches.iter().filter_map(one).collect();
        let twos: Vec<NewCalls> = all.chunks_exact(2).map(NewCalls::together).collect();
        let of = |of: fn(&NewCalls) -> f64| twos.iter().map(of).collect::<Vec<f64>>();
        let more = of(|two| (two.first / two.again).ln());
        let middle = stats::median(&mut more.clone())?;
        // Of few one of the two is often small by chance.
        let noise = error(&more, middle).max(spread(&more, middle));
        let part = if alike { MOST } else { MOST_OF_WARMING };
        let most = more.len() >= ENOUGH && middle > gain * part && noise < gain / 4.0;
        let seen = middle > MORE.ln().max(CLEAR * noise) && clear(&more).is_some();
        let worth_keeping = gain > WORTH_KEEPING.ln();
        let counts = match (first, later) {
            // In a new instance of the module only calls are new. In a process memory is touched for the first time too, and code is
            // compiled while it runs: there a small gain counts only where no instances were made, since the calls are long.
            (First::InTheProcess, Later::Again) if worth_keeping => most,
            (First::InTheProcess, Later::Again) => !instances && alike && (most || seen),
            (First::InNewInstances, Later::Again) => most || alike && seen,
            (_, Later::End | Later::Bursts) => most && middle > MUCH_MORE.ln() && worth_keeping,
        };
        if !counts {
            return None;
        }
        let shares = of(|two| two.first - two.again);
        Some((stats::median(&mut shares.clone())?, shares))
    };
    let found = [
        within(
            First::InTheProcess,
            |one| one.first_time.as_slice(),
            Later::Again,
        ),
        within(
            First::InNewInstances,
            |one| &one.new_instances,
            Later::Again,
        ),
        within(First::InTheProcess, |one| one.late.as_slice(), Later::End),
        alike
            .then(|| {
                within(
                    First::InNewInstances,
                    |one| &one.new_instances,
                    Later::Bursts,
                )
            })
            .flatten(),
    ];
    let found = found.into_iter().flatten();
    found
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, more)| more)
}

/// What calls cost one contender that it has never seen, and what they cost it again, as parts of what they cost the other.
struct NewCalls {
    first: f64,
    again: f64,
    /// What they cost the other.
    weight: f64,
}

impl NewCalls {
    /// Two launches together have seen every call for the first time; one alone may lack the call that matters.
    fn together(two: &[Self]) -> Self {
        let weight: f64 = two.iter().map(|one| one.weight).sum();
        let mean =
            |of: fn(&Self) -> f64| two.iter().map(|one| of(one) * one.weight).sum::<f64>() / weight;
        Self {
            first: mean(|one| one.first),
            again: mean(|one| one.again),
            weight,
        }
    }
}

/// Whoever keeps results owes more than this part of a gain, as a logarithm, to calls that were made before …
const MOST: f64 = 0.5;

/// … and more than this one where code is compiled while it runs: there all calls cost more the first time.
const MOST_OF_WARMING: f64 = 0.7;

/// Calls are seen to be kept where the first time costs more than so many times what it costs again.
const MORE: f64 = 1.15;

/// The same where code has become warmer meanwhile.
const MUCH_MORE: f64 = 1.5;

/// Below this nobody gains by keeping results, while memory that is touched for the first time can cost as much.
const WORTH_KEEPING: f64 = 2.0;

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
    // What is much, and differs from launch to launch, but always in the same direction, is no noise.
    let always = all.len() >= 8 && middle > MUCH && all.iter().all(|more| *more > 0.0);
    ((middle > clear || always) && middle > 0.0).then_some(middle)
}

/// So large a part of what a pass of the incumbent costs is much: the direction of less is the same in 1 of 256 comparisons by chance.
const MUCH: f64 = 0.25;

/// Of fewer differences nobody knows the spread.
pub(super) const ENOUGH: usize = 4;

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
pub(crate) fn put(c: &mut Comparison, [_, after]: [f64; 2], bill: Option<Bill>) {
    let Some(bill) = bill else { return };
    let promised = c.gain;
    let (left, low, high) = stats::hodges_lehmann(&bill.left, stats::SINGLE_LEVEL);
    c.gain = Gain(left.exp().min(promised.0));
    c.low = Gain(low.exp().min(c.low.0).min(c.gain.0));
    c.high = Gain(high.exp().min(c.high.0).max(c.gain.0));
    if let Some(launches) = c.launches.as_mut() {
        // So much that whoever adds it up finds the gain.
        let whole = after * (promised.0 / c.gain.0 - 1.0);
        let sum: f64 = bill.shares.iter().map(|(_, share)| share).sum();
        let charged = bill.shares.iter().map(|(place, share)| Charge {
            place: *place,
            ns: Nanos((whole * share / sum) as u64),
        });
        launches.charged = charged.filter(|c| c.ns.0 > 0).collect();
        launches.promised = Some(promised);
    }
    if c.answer == Answer::Better && c.low.0 <= 1.0 + c.smallest_effect {
        c.answer = Answer::NotBetter;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::pace::Pace;
    use super::*;

    #[test]
    fn a_difference_counts_where_it_stands_out_of_its_noise() {
        assert_eq!(clear(&[5.0, 6.0, 5.5, 5.2, 4.9]), Some(5.2));
        assert_eq!(clear(&[5.0, -6.0, 0.5, -5.2, 4.9]), None);
        assert_eq!(clear(&[-5.0, -6.0, -5.5, -5.2, -4.9]), None);
        assert_eq!(clear(&[5.0, 6.0]), None, "too few to tell");
        let varies = [7.0, 60.0, 25.0, 73.0, 60.0, 1.0, 33.0, 7.0];
        assert_eq!(clear(&varies), Some(29.0));
        assert_eq!(clear(&varies[..7]), None);
        assert_eq!(clear(&varies.map(|x| x / 1000.0)), None, "little");
    }

    /// A launch of two contenders: what their passes cost, and what new instances of the second cost the first time.
    fn launch(incumbent: f64, candidate: f64, first: f64) -> Launched {
        let one = |pass: f64, first: f64| {
            let cost = |x| Cost::default().each(|_| x);
            One {
                bursts: vec![cost(pass); 5],
                new_instances: vec![[first, pass].map(cost)],
                passes: 5.0,
                ..One::default()
            }
        };
        Launched {
            each: vec![one(incumbent, incumbent), one(candidate, first)],
            pace: Pace::default(),
            next_case: 0,
        }
    }

    fn compared(gain: f64) -> Comparison {
        let ns = |ns: f64| crate::measure::Figures {
            cpu_ns: Nanos(ns as u64),
            ..Default::default()
        };
        serde_json::from_value(serde_json::json!({
            "candidate": "v1", "incumbent": "v0", "metric": "cpu", "gain": gain, "low": gain * 0.99, "high": gain * 1.01,
            "pairs": 8, "confirmed": false, "answer": "better", "incumbent_figures": ns(1e8),
            "candidate_figures": ns(1e8 / gain), "smallest_effect": 0.01, "margin": 0.025,
            "launches": {"calls": 5, "passes": 1, "bursts": 5, "outside_ns": 0},
        }))
        .unwrap()
    }

    #[test]
    fn what_is_left_of_a_gain_is_as_wide_as_what_takes_it_away_varies() {
        let clocks = Clocks {
            metric: Metric::Cpu,
            tree: false,
            alike: true,
        };
        let costs = [1e8, 1e6];
        let after = |firsts: &[f64]| {
            let launches: Vec<_> = firsts.iter().map(|f| launch(1e8, 1e6, *f)).collect();
            let mut c = compared(100.0);
            put(&mut c, costs, charges(&launches, [0, 1], costs, clocks));
            c
        };
        // A memo on a crowded machine: sometimes what is kept seems to cost less than making it anew.
        let memo = [
            0.6e8, 0.5e8, 1.4e8, 0.8e8, 0.7e8, 0.6e8, 0.5e8, 1.3e8, 0.9e8, 0.7e8, 0.5e8, 0.9e8,
        ];
        let c = after(&memo);
        assert_eq!(c.answer, Answer::NotBetter, "{c:?}");
        let launches = c.launches.unwrap();
        assert_eq!(launches.promised, Some(Gain(100.0)));
        let more: u64 = launches.charged.iter().map(|c| c.ns.0).sum();
        let divided = 1e8 / (1e6 + more as f64);
        assert!(
            (divided / c.gain.0 - 1.0).abs() < 0.01,
            "{divided} {}",
            c.gain
        );
        // A table that is filled once costs something and is still worth it.
        let c = after(&[6e6, 5e6, 8e6, 6e6, 7e6, 6e6, 5e6, 7e6]);
        assert_eq!(c.answer, Answer::Better);
        assert!((10.0..25.0).contains(&c.gain.0), "{c:?}");
        let c = after(&[1.02e6; 8]);
        assert_eq!((c.gain, c.launches.unwrap().promised), (Gain(100.0), None));
    }

    /// Whether anything is charged, where twelve launches see the same of both.
    fn charged(each: [One; 2], costs: [f64; 2], alike: bool) -> bool {
        let launch = Launched {
            each: each.into(),
            pace: Pace::default(),
            next_case: 0,
        };
        let clocks = Clocks {
            metric: Metric::Cpu,
            tree: false,
            alike,
        };
        charges(&vec![launch; 12], [0, 1], costs, clocks).is_some()
    }

    /// The same where calls cost the candidate the first time so many times what they cost again.
    fn first_time(alike: bool, instances: bool, gain: f64, times: f64) -> bool {
        let cost = |x| Cost::default().each(|_| x);
        let (old, new) = (1e8, 1e8 / gain);
        let one = |pass: f64, first: f64| One {
            bursts: vec![cost(pass); 5],
            first_time: Some([first, pass].map(cost)),
            new_instances: vec![[pass, pass].map(cost); usize::from(instances)],
            passes: 5.0,
            ..One::default()
        };
        let each = [one(old, old), one(new, new * times)];
        charged(each, [old, new], alike)
    }

    #[test]
    fn what_is_new_in_a_process_is_charged_where_most_of_a_gain_is_owed_to_it() {
        assert!(!first_time(true, true, 6.0, 2.0));
        assert!(first_time(true, true, 6.0, 3.0));
        // Code that is compiled while it runs.
        assert!(!first_time(false, true, 6.0, 3.0));
        assert!(first_time(false, true, 6.0, 4.0));
        // Memory that is touched for the first time, and calls that are too long for instances of their own.
        assert!(!first_time(true, true, 1.5, 1.4));
        assert!(first_time(true, false, 1.5, 1.4));
        assert!(first_time(true, false, 1.8, 1.3));
    }

    #[test]
    fn an_engine_that_compiles_does_not_start_twice_in_the_same_time() {
        let starts = |alike: bool, more: f64| {
            let cost = |x| Cost::default().each(|_| x);
            let one = |pass: f64, outside: f64| One {
                bursts: vec![cost(pass); 5],
                outside,
                passes: 5.0,
                ..One::default()
            };
            charged([one(1e6, 2e8), one(5e5, 2e8 + more)], [1e6, 5e5], alike)
        };
        assert!(starts(true, 4e6) && !starts(false, 4e6), "2 % of the start");
        assert!(starts(false, 14e6), "7 % of it");
    }

    #[test]
    fn results_that_are_kept_only_of_calls_that_come_often_win_nothing() {
        let cost = |x| Cost::default().each(|_| x);
        let compared_by = |alike: bool, first: [f64; 2], late: [f64; 2], instances: bool| {
            let clocks = Clocks {
                metric: Metric::Cpu,
                tree: false,
                alike,
            };
            let one = |who: usize| One {
                bursts: vec![cost([1e8, 1e7][who]); 5],
                first_time: (!instances).then(|| [first[who], first[who]].map(cost)),
                late: (!instances).then(|| [first[who], late[who]].map(cost)),
                new_instances: vec![[cost(first[who]); 2]; usize::from(instances)],
                passes: 5.0,
                ..One::default()
            };
            let launch = Launched {
                each: vec![one(0), one(1)],
                pace: Pace::default(),
                next_case: 0,
            };
            let (costs, mut c) = ([1e8, 1e7], compared(10.0));
            put(
                &mut c,
                costs,
                charges(&vec![launch; 12], [0, 1], costs, clocks),
            );
            c
        };
        // It costs the same the first time and the next, and nothing at the end.
        let kept = compared_by(false, [1e8, 1e8], [1e8, 1e7], false);
        assert_eq!(kept.answer, Answer::NotBetter, "{kept:?}");
        let kept = compared_by(true, [1e8, 1e8], [0.0, 0.0], true);
        assert_eq!(kept.answer, Answer::NotBetter, "{kept:?}");
        // Code that became warmer, of the one more than of the other.
        for (alike, instances) in [(false, false), (true, false), (true, true)] {
            let warm = compared_by(alike, [1.3e8, 2e7], [1e8, 1e7], instances);
            assert_eq!((warm.answer, warm.gain), (Answer::Better, Gain(10.0)));
        }
        // Of an engine that compiles while code runs new instances say nothing.
        let cold = compared_by(false, [9e8, 9e8], [0.0, 0.0], true);
        assert_eq!(cold.gain, Gain(10.0));
    }
}

//! Other rules that were tried on the same noise; they make the tables in the documentation of `stats`:
//! `cargo test --release --lib contenders -- --ignored --nocapture`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::noise::{NOISES, SPREADS, SimulatedMachine, SimulatedNoise};
use super::ranks::normal_distribution;
use super::simulation::contest;
use super::*;

const MOST: usize = 200;
const ALPHA: f64 = 0.05;

/// A rule of one stage: when it says that two programs differ.
enum Rule {
    /// Signed ranks, looked at now and then at a level each.
    Ranks(Vec<(usize, f64)>),
    /// An e-process, watched after every pair.
    Bets,
}

/// Signs of pairs are fair coins given all sizes, if the programs are the same. Whoever stakes a part of a capital on a
/// fair coin again and again has by Ville's inequality a chance of at most α of ever having 1/α times what he began
/// with; the stake may depend on the size, and the capital is spread over several ways of staking and both directions.
struct Bets {
    sizes: Vec<f64>,
    logs: [[f64; STAKES.len()]; 2],
}

const STAKES: [f64; 7] = [0.1, 0.2, 0.35, 0.6, 1.0, 2.0, 4.0];

impl Bets {
    fn new() -> Self {
        Self {
            sizes: Vec::new(),
            logs: [[0.0; STAKES.len()]; 2],
        }
    }

    /// Takes in a pair; the capital of either direction, as a logarithm.
    fn push(&mut self, z: f64) -> [f64; 2] {
        let at = self.sizes.partition_point(|s| *s < z.abs());
        self.sizes.insert(at, z.abs());
        let typical = self.sizes[self.sizes.len() / 2].max(f64::MIN_POSITIVE);
        for (way, stake) in STAKES.iter().enumerate() {
            let part = 0.9999 * (stake * 0.6745 * z.abs() / typical).tanh();
            self.logs[0][way] += (part * z.signum()).ln_1p();
            self.logs[1][way] += (-part * z.signum()).ln_1p();
        }
        self.logs.map(|logs| {
            let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = logs.iter().map(|l| (l - top).exp()).sum();
            top + (sum / STAKES.len() as f64).ln()
        })
    }
}

/// Which way a rule decides, and after how many pairs.
fn decide(rule: &Rule, machine: &mut SimulatedMachine, gain: f64) -> (Option<bool>, usize) {
    let smallest = 0.01_f64.ln_1p();
    match rule {
        Rule::Ranks(looks) => {
            let mut walsh = Walsh::default();
            for (pairs, level) in looks {
                while walsh.values().len() < *pairs {
                    walsh.push(machine.pair(gain));
                }
                let Some((low, high)) = walsh.interval(*level) else {
                    continue;
                };
                let estimate = walsh.estimate();
                if (low > 0.0 || high < 0.0) && estimate.abs() >= smallest {
                    return (Some(low > 0.0), *pairs);
                }
            }
        }
        Rule::Bets => {
            let (mut bets, mut sum) = (Bets::new(), 0.0);
            for pairs in 1..=MOST {
                let z = machine.pair(gain);
                sum += z;
                let enough = (2.0 / ALPHA).ln();
                let [up, down] = bets.push(z).map(|capital| capital > enough);
                if (up || down) && (sum / pairs as f64).abs() >= smallest {
                    return (Some(up), pairs);
                }
            }
        }
    }
    (None, MOST)
}

/// Levels at the looks that spend α as `share` of the pairs says, found on random walks.
fn spending(looks: &[usize], share: impl Fn(f64) -> f64) -> Rule {
    const WALKS: usize = 50_000;
    let mut chance = SimulatedMachine::new(SimulatedNoise::Normal, std::f64::consts::SQRT_2, 99);
    let mut walks = vec![(0.0_f64, true); WALKS];
    let (mut at, mut spent) = (0, 0);
    let levels = looks.iter().map(|pairs| {
        let step = ((pairs - at) as f64).sqrt();
        at = *pairs;
        for walk in &mut walks {
            walk.0 += step * chance.run();
        }
        let due = (share(*pairs as f64 / MOST as f64) * WALKS as f64).round() as usize - spent;
        spent += due;
        let mut out: Vec<usize> = (0..WALKS).filter(|i| walks[*i].1).collect();
        out.sort_by(|a, b| walks[*b].0.abs().total_cmp(&walks[*a].0.abs()));
        let border = walks[out[due]].0.abs() / (*pairs as f64).sqrt();
        for i in &out[..due] {
            walks[*i].1 = false;
        }
        let level = 2.0 * (1.0 - normal_distribution(border.min(5.9)));
        (*pairs, level)
    });
    Rule::Ranks(levels.collect())
}

#[test]
#[ignore = "makes the first table of the documentation; some minutes"]
fn rules_of_one_stage() {
    const FROM_EIGHT: &[usize] = &[8, 11, 15, 20, 28, 40, 56, 80, 112, 156, 200];
    let constant = |level: f64| Rule::Ranks(FROM_EIGHT.iter().map(|n| (*n, level)).collect());
    let rules = [
        ("signed ranks, a constant level (Pocock)", constant(LEVEL)),
        (
            "signed ranks, α spent as n",
            spending(FROM_EIGHT, |t| ALPHA * t),
        ),
        (
            "signed ranks, O'Brien–Fleming spending",
            spending(FROM_EIGHT, |t| {
                4.0 - 4.0 * normal_distribution((2.241_403 / t.sqrt()).min(5.9))
            }),
        ),
        ("e-process, watched after every pair", Rule::Bets),
    ];
    println!(
        "| rule | false alarms | 2 % at 3 % | 2 % at 7 % | 5 % at 7 % | 5 % at 14 % | 20 % at 7 % | 20 % at 14 % |"
    );
    for (name, rule) in &rules {
        let mut worst = 0.0_f64;
        for spread in SPREADS {
            for noise in NOISES {
                let alarms = (0..2_000).filter(|t| {
                    let mut machine = SimulatedMachine::new(noise, spread, 7 + t * 13);
                    decide(rule, &mut machine, 1.0).0.is_some()
                });
                worst = worst.max(alarms.count() as f64 / 20.0);
            }
        }
        print!("| {name} | {worst:.1} % |");
        for (gain, spread) in [
            (1.02, 0.03),
            (1.02, 0.07),
            (1.05, 0.07),
            (1.05, 0.14),
            (1.2, 0.07),
            (1.2, 0.14),
        ] {
            let (mut found, mut pairs) = (0, 0);
            for noise in NOISES {
                for t in 0..300 {
                    let mut machine = SimulatedMachine::new(noise, spread, 7 + t * 13);
                    let (decided, after) = decide(rule, &mut machine, gain);
                    found += usize::from(decided == Some(true));
                    pairs += after;
                }
            }
            print!(
                " {:.0} % in {:.0} |",
                found as f64 / 15.0,
                pairs as f64 / 1_500.0
            );
        }
        println!();
    }
}

/// The rule before this one: first look after ten pairs, the strict level from the start, a confirmation of twelve
/// pairs up to twice as many as the win took.
fn former(machine: &mut SimulatedMachine, gain: f64) -> (Answer, usize) {
    let rules = Rules {
        level: 0.01,
        promising: 0.01,
        same: 0.01,
        not_better: 0.01,
        looks: &[10, 14, 20, 28, 40, 60, 90, 135, 200],
        ..Rules::default()
    };
    let mut first = Sequential::new(rules);
    while !first.finished() {
        first.push(machine.pair(gain));
    }
    if first.answer() != Some(Answer::Better) {
        return (
            first.answer().unwrap_or(Answer::Undecided),
            first.pairs().len(),
        );
    }
    let looks = &[12, 17, 24, 34, 48, 68, 96, 136, 200];
    let mut fresh = Sequential::new(Rules { looks, ..rules });
    let most = (2 * first.pairs().len()).max(24);
    while !fresh.finished() && fresh.next_look().is_some_and(|n| n <= most) {
        fresh.push(machine.pair(gain));
    }
    let pairs = first.pairs().len() + fresh.pairs().len();
    (fresh.answer().unwrap_or(Answer::Undecided), pairs)
}

#[test]
#[ignore = "makes the second table of the documentation; some minutes"]
fn rules_with_a_confirmation() {
    println!(
        "| truth, spread | former: better / worse / same, not better / undecided | pairs | this rule | pairs | interval misses |"
    );
    for gain in [1.0, 1.02, 1.05, 1.2, 0.98, 0.8] {
        for spread in SPREADS {
            let (mut old, mut new) = (([0.0; 4], 0.0), ([0.0; 4], 0.0));
            let (mut missed, mut all) = (0.0, 0.0);
            for noise in NOISES {
                for t in 0..600 {
                    let slot = |answer: Answer| match answer {
                        Answer::Better => 0,
                        Answer::Worse => 1,
                        Answer::NoDifference | Answer::NotBetter => 2,
                        Answer::Undecided => 3,
                    };
                    let mut machine = SimulatedMachine::new(noise, spread, 3 + t * 17);
                    let (answer, pairs) = former(&mut machine, gain);
                    old.0[slot(answer)] += 1.0;
                    old.1 += pairs as f64;
                    let mut machine = SimulatedMachine::new(noise, spread, 3 + t * 17);
                    let c = contest(Rules::default(), || machine.pair(gain), MOST);
                    new.0[slot(c.answer)] += 1.0;
                    new.1 += c.pairs as f64;
                    missed += f64::from(!(c.reported.low.0..=c.reported.high.0).contains(&gain));
                    all += 1.0;
                }
            }
            let shares = |of: [f64; 4]| of.map(|n| format!("{:.1}", 100.0 * n / all)).join(" / ");
            println!(
                "| {:+.0} %, {:.0} % | {} | {:.0} | {} | {:.0} | {:.1} % |",
                (gain - 1.0) * 100.0,
                spread * 100.0,
                shares(old.0),
                old.1 / all,
                shares(new.0),
                new.1 / all,
                100.0 * missed / all
            );
        }
    }
}

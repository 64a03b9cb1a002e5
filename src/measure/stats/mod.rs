//! When a difference is real: pure statistics on log-ratios, without clocks, files or chance.
//!
//! A pair of sweeps gives one number, z = ln(incumbent / candidate); above 0 the candidate is better.
//! [`Sequential`] is fed with them one by one and looks at them at fixed moments. The live comparison
//! and the simulations in the tests run this very code.
//!
//! **Why it is sound.** The order inside a pair is drawn by lot. If both programs are the same, every z could
//! as well have come with the other sign, whatever the noise is made of (drift, steps, heavy tails), so the
//! signed-rank test is exact at every look. Estimate and interval are those of Hodges and Lehmann
//! ("Estimates of location based on rank tests", Ann. Math. Statist. 34, 1963): the median and two order
//! statistics of all pairwise means (Walsh averages), the order statistics as in Hollander, Wolfe and Chicken,
//! *Nonparametric Statistical Methods* (3rd ed. 2014, section 3.3).
//!
//! **Looking again and again** raises the false alarms; as Pocock ("Group sequential methods", Biometrika 64, 1977)
//! proposed, every look uses one and the same stricter level, [`LEVEL`]. The intervals are then repeated confidence
//! intervals (Jennison and Turnbull, "Interim analyses: the repeated confidence interval approach", J. R. Statist. Soc. B
//! 51, 1989): all looks *together* hold the truth in 95 of 100 comparisons, whatever made them stop.
//!
//! **Two stages.** A candidate that looks promising ([`Rules::promising`], a loose level: as soon as five pairs in a row
//! favour it) is measured again on fresh pairs, and only those are reported; no pair counts twice. What stands at the end
//! therefore rests on the strict level of the second stage alone, and the first need not wait until it is sure: that halves
//! the pairs of a clear win. A candidate that is *worse* has no second stage and must be so at the strict level; "no difference" and
//! "not better" cost nobody a false win and use levels of their own, the former as two one-sided tests (Schuirmann,
//! J. Pharmacokin. Biopharm. 15, 1987).
//!
//! **What else was tried** (`stats/contenders.rs`; its table is made by an ignored test). One stage, at most 200 pairs,
//! the same seeded noise for all; false alarms are the worst of five kinds of noise × 3, 7 and 14 % a pair:
//!
//! | rule | false alarms | 2 % at 3 % | 2 % at 7 % | 5 % at 7 % | 5 % at 14 % | 20 % at 7 % | 20 % at 14 % |
//! |---|---|---|---|---|---|---|---|
//! | signed ranks, a constant level (Pocock) | 5.7 % | 100 % in 29 | 91 % in 106 | 100 % in 25 | 98 % in 78 | 100 % in 8 | 100 % in 11 |
//! | signed ranks, α spent as n | 5.5 % | 100 % in 36 | 95 % in 107 | 100 % in 32 | 100 % in 82 | 100 % in 12 | 100 % in 16 |
//! | signed ranks, O'Brien–Fleming spending | 6.0 % | 100 % in 62 | 97 % in 133 | 100 % in 56 | 100 % in 112 | 100 % in 20 | 100 % in 27 |
//! | e-process, watched after every pair | 3.9 % | 98 % in 34 | 79 % in 115 | 100 % in 26 | 96 % in 82 | 100 % in 8 | 100 % in 12 |
//!
//! Continuous watching by e-processes (signs that are fair coins given their sizes, bets mixed over stakes: Howard, Ramdas,
//! McAuliffe and Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences", Ann. Statist. 49, 2021;
//! Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", J. R. Statist. Soc. B 86, 2024)
//! is as quick for large effects and never needs a last look, but finds fewer true 2 %. Spending the level late (Lan and
//! DeMets, Biometrika 70, 1983, in the manner of O'Brien and Fleming) wastes pairs on the large effects that matter most
//! here. The two-stage rule, its confirmation included, against the rule of one stage with a confirmation:
//!
//! | truth, spread a pair | former: better / worse / same or not better / undecided, % | pairs | two stages, % | pairs | interval misses |
//! |---|---|---|---|---|---|
//! | +0 %, 3 % | 0.0 / 1.0 / 98.8 / 0.2 | 25 | 0.2 / 0.6 / 99.2 / 0.0 | 20 | 0.9 % |
//! | +0 %, 7 % | 0.0 / 1.8 / 95.5 / 2.7 | 107 | 0.3 / 1.3 / 93.9 / 4.5 | 76 | 1.7 % |
//! | +0 %, 14 % | 0.0 / 2.2 / 12.0 / 85.7 | 188 | 0.3 / 1.5 / 55.4 / 42.8 | 170 | 1.9 % |
//! | +2 %, 3 % | 75.2 / 0.0 / 10.7 / 14.0 | 49 | 89.3 / 0.0 / 10.7 / 0.0 | 40 | 1.4 % |
//! | +2 %, 7 % | 57.0 / 0.1 / 8.8 / 34.1 | 171 | 79.2 / 0.1 / 10.9 / 9.9 | 148 | 2.5 % |
//! | +2 %, 14 % | 8.3 / 0.7 / 0.4 / 90.6 | 214 | 20.4 / 0.4 / 8.4 / 70.8 | 233 | 3.3 % |
//! | +5 %, 3 % | 99.3 / 0.0 / 0.0 / 0.7 | 24 | 100.0 / 0.0 / 0.0 / 0.0 | 17 | 0.7 % |
//! | +5 %, 7 % | 85.3 / 0.0 / 0.0 / 14.7 | 48 | 99.9 / 0.0 / 0.1 / 0.0 | 40 | 0.8 % |
//! | +5 %, 14 % | 71.1 / 0.1 / 0.1 / 28.8 | 135 | 97.6 / 0.1 / 0.2 / 2.1 | 120 | 1.3 % |
//! | +20 %, 3 % | 100.0 / 0.0 / 0.0 / 0.0 | 22 | 100.0 / 0.0 / 0.0 / 0.0 | 13 | 0.8 % |
//! | +20 %, 7 % | 100.0 / 0.0 / 0.0 / 0.0 | 22 | 100.0 / 0.0 / 0.0 / 0.0 | 14 | 1.0 % |
//! | +20 %, 14 % | 99.7 / 0.0 / 0.0 / 0.3 | 25 | 100.0 / 0.0 / 0.0 / 0.0 | 19 | 0.7 % |
//! | −2 %, 7 % | 0.0 / 24.0 / 76.0 / 0.0 | 56 | 0.0 / 10.5 / 89.5 / 0.0 | 36 | 1.0 % |
//! | −2 %, 14 % | 0.0 / 15.7 / 58.2 / 26.1 | 138 | 0.0 / 4.9 / 87.8 / 7.3 | 98 | 1.0 % |
//! | −20 %, 3 % | 0.0 / 100.0 / 0.0 / 0.0 | 10 | 0.0 / 100.0 / 0.0 / 0.0 | 8 | 0.7 % |
//! | −20 %, 7 % | 0.0 / 100.0 / 0.0 / 0.0 | 10 | 0.0 / 100.0 / 0.0 / 0.0 | 8 | 0.6 % |
//! | −20 %, 14 % | 0.0 / 100.0 / 0.0 / 0.0 | 11 | 0.0 / 99.9 / 0.1 / 0.0 | 10 | 0.6 % |

use crate::base::units::Gain;
use crate::measure::{Answer, Look};

mod ranks;
pub use ranks::{Walsh, hodges_lehmann};

#[cfg(test)]
mod contenders;
#[cfg(test)]
mod noise;
#[cfg(test)]
pub(in crate::measure) mod simulation;

/// Pairs after which a comparison looks at what it has.
pub const LOOKS: &[usize] = &[5, 8, 11, 15, 20, 28, 40, 56, 80, 112, 156, 200];

/// Fresh pairs after which a confirmation looks at what it has.
pub const CONFIRMING_LOOKS: &[usize] = &[8, 12, 17, 24, 34, 48, 68, 96, 136, 200];

/// The fewest fresh pairs that can confirm anything: at level [`SINGLE_LEVEL`], looked at once.
pub const FEWEST_CONFIRMING: usize = 6;

/// Two-sided level of the interval at every single look. All looks together then miss the truth in 4.4–5.2 % of
/// comparisons at a spread of 14 % a pair (normal, heavy-tailed, drifting, stepping and two-moded noise, 6,000
/// comparisons each; .009 gives 5.0–5.7 %).
pub const LEVEL: f64 = 0.0079;

/// Two-sided level of the interval where there is time for one look only.
pub const SINGLE_LEVEL: f64 = 0.05;

/// Pairs within which a candidate that looks clearly worse can be proved worse; after that it is only not better.
const WORSE_WITHIN: usize = 20;

/// No real pair differs by more than e²⁰; keeps a broken clock from making infinities.
const LARGEST_Z: f64 = 20.0;

/// What counts as a difference, and when to look. Levels are two-sided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// The smallest effect that matters (0.01 = 1 %).
    pub smallest_effect: f64,
    /// The margin within which two versions count as the same (0.025 = 2.5 %).
    pub margin: f64,
    /// Level of the interval at every look: the one that is shown and that "worse" must keep to.
    pub level: f64,
    /// Level at which a candidate is better: that of the interval in a confirmation, a looser one ("promising") before.
    pub promising: f64,
    /// Level at which two versions are the same; 0 for never.
    pub same: f64,
    /// Level at which a candidate is not better.
    pub not_better: f64,
    /// Pairs at which to look, rising.
    pub looks: &'static [usize],
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            smallest_effect: 0.01,
            margin: 0.025,
            level: LEVEL,
            promising: 0.0626,
            same: 0.04,
            not_better: 0.04,
            looks: LOOKS,
        }
    }
}

impl Rules {
    /// The rules for the fresh pairs of a promising candidate, of which at most `most` can be had: what is better must
    /// now be so at the strict level. With time for few pairs there is one look, at the level of a single one.
    #[must_use]
    pub fn confirming(self, most: usize) -> Self {
        let (level, looks): (f64, &'static [usize]) = match most {
            0..=6 => (SINGLE_LEVEL, &[FEWEST_CONFIRMING]),
            7 => (SINGLE_LEVEL, &[7]),
            _ => (self.level, CONFIRMING_LOOKS),
        };
        Self {
            level,
            promising: level,
            same: 0.0,
            looks,
            ..self
        }
    }
}

/// A comparison in the making: pairs go in, looks and at last an answer come out.
#[derive(Clone, Debug)]
pub struct Sequential {
    rules: Rules,
    walsh: Walsh,
    looks: Vec<Look>,
    answer: Option<Answer>,
}

impl Sequential {
    /// Nothing seen yet.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            walsh: Walsh::default(),
            looks: Vec::new(),
            answer: None,
        }
    }

    /// Adds one pair's ln(incumbent / candidate). Returns an interim look where one is due.
    pub fn push(&mut self, z: f64) -> Option<Look> {
        let z = if z.is_finite() {
            z.clamp(-LARGEST_Z, LARGEST_Z)
        } else {
            0.0
        };
        self.walsh.push(z);
        if !self.rules.looks.contains(&self.pairs().len()) {
            return None;
        }
        if self.answer.is_none() {
            self.answer = self.ask();
        }
        let look = self.figures();
        self.looks.push(look);
        Some(look)
    }

    /// The answer that the pairs so far give, if they give one.
    fn ask(&mut self) -> Option<Answer> {
        let rules = self.rules;
        let smallest = rules.smallest_effect.ln_1p();
        let margin = rules.margin.ln_1p();
        let (estimate, pairs) = (self.walsh.estimate(), self.pairs().len());
        let mut at = |level: f64| self.walsh.interval(level);
        if estimate >= smallest && at(rules.promising).is_some_and(|(low, _)| low > 0.0) {
            Some(Answer::Better)
        } else if estimate <= -smallest && at(rules.level).is_some_and(|(_, high)| high < 0.0) {
            Some(Answer::Worse)
        } else if estimate.abs() < smallest
            && at(rules.same).is_some_and(|(low, high)| low >= -margin && high <= margin)
        {
            Some(Answer::NoDifference)
        } else if (estimate > -margin || pairs >= WORSE_WITHIN)
            && at(rules.not_better).is_some_and(|(_, high)| high < smallest)
        {
            Some(Answer::NotBetter)
        } else {
            None
        }
    }

    /// The answer, once there is one.
    #[must_use]
    pub fn answer(&self) -> Option<Answer> {
        self.answer
    }

    /// Whether an answer fell or the last look was taken.
    #[must_use]
    pub fn finished(&self) -> bool {
        let last = self.rules.looks.last();
        self.answer.is_some() || last.is_none_or(|last| self.pairs().len() >= *last)
    }

    /// The pairs so far.
    #[must_use]
    pub fn pairs(&self) -> &[f64] {
        self.walsh.values()
    }

    /// The looks so far.
    #[must_use]
    pub fn looks(&self) -> &[Look] {
        &self.looks
    }

    /// Pairs at the next look, if one is left.
    #[must_use]
    pub fn next_look(&self) -> Option<usize> {
        let so_far = self.pairs().len();
        self.rules.looks.iter().copied().find(|n| *n > so_far)
    }

    /// The last look; before the first one what the pairs so far say (never used to decide).
    pub fn standing(&mut self) -> Look {
        match self.looks.last() {
            Some(last) => *last,
            None => self.figures(),
        }
    }

    /// What three or four pairs say before the first look, to be shown meanwhile and never used to decide: their mean and an
    /// interval of 95 % by Student's t ("The probable error of a mean", Biometrika 6, 1908), for ranks of so few tell nothing.
    #[must_use]
    pub fn early(&self) -> Option<Look> {
        let (pairs, n) = (self.pairs(), self.pairs().len());
        let quantile = match n {
            _ if !self.looks.is_empty() => return None,
            3 => 4.303,
            4 => 3.182,
            _ => return None,
        };
        let mean = pairs.iter().sum::<f64>() / n as f64;
        let squares: f64 = pairs.iter().map(|z| (z - mean).powi(2)).sum();
        let half = quantile * (squares / ((n - 1) * n) as f64).sqrt();
        Some(Look {
            pairs: n,
            gain: Gain(mean.exp()),
            low: Gain((mean - half).exp()),
            high: Gain((mean + half).exp()),
        })
    }

    /// Estimate and interval of exactly the pairs so far, whether or not it is time for a look. With too few pairs for
    /// an interval it is the whole range.
    pub fn figures(&mut self) -> Look {
        let interval = self.walsh.interval(self.rules.level);
        let (low, high) = interval.unwrap_or_else(|| self.walsh.range());
        Look {
            pairs: self.pairs().len(),
            gain: Gain(self.walsh.estimate().exp()),
            low: Gain(low.exp()),
            high: Gain(high.exp()),
        }
    }
}

/// The median of some figures; `None` of none. Reorders them.
#[must_use]
pub fn median(values: &mut [f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    values.sort_unstable_by(f64::total_cmp);
    let half = values.len() / 2;
    Some(if values.len() % 2 == 1 {
        values[half]
    } else {
        f64::midpoint(values[half - 1], values[half])
    })
}

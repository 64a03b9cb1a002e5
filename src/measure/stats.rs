//! When a difference is real: pure statistics on log-ratios, without clocks, files or chance.
//!
//! A pair of sweeps gives one number, z = ln(incumbent / candidate); above 0 the candidate is better.
//! [`Sequential`] is fed with them one by one and looks at them at fixed moments. The live comparison
//! and the simulations in the tests run this very code.
//!
//! Why it is sound: the order inside a pair is drawn by lot. If both programs are the same, every z could
//! as well have come with the other sign, whatever the noise is made of (drift, steps, heavy tails), so the
//! signed-rank test is exact at every look. Estimate and interval are those of Hodges and Lehmann
//! ("Estimates of location based on rank tests", Ann. Math. Statist. 34, 1963): the median and two order
//! statistics of all pairwise means (Walsh averages), the order statistics as in Hollander, Wolfe and Chicken,
//! *Nonparametric Statistical Methods* (3rd ed. 2014, section 3.3). Looking again and again raises the false
//! alarms; as Pocock ("Group sequential methods", Biometrika 64, 1977) proposed, every look uses one and the
//! same stricter level, [`LEVEL`], which was set by simulation (`stats/simulation.rs`).

use crate::measure::{Answer, Look};
use crate::units::Gain;

#[cfg(test)]
mod simulation;

/// Pairs after which a comparison looks at what it has.
pub const LOOKS: &[usize] = &[10, 14, 20, 28, 40, 60, 90, 135, 200];

/// Fresh pairs after which a confirmation looks at what it has.
pub const CONFIRMING_LOOKS: &[usize] = &[12, 17, 24, 34, 48, 68, 96, 136, 200];

/// Two-sided level of the interval at every single look. All looks together then raise a false alarm in 4.1–4.4 % of
/// comparisons of a program with itself at a spread of 14 % a pair (normal, heavy-tailed, drifting, stepping and two-moded
/// noise, 4,000 comparisons each; .012 gives 4.6–5.3 %), in fewer where it is quieter.
pub const LEVEL: f64 = 0.01;

/// Up to so many pairs the null distribution of the signed-rank statistic is counted out, beyond it is normal enough.
const EXACT_UP_TO: usize = 60;

/// No real pair differs by more than e²⁰; keeps a broken clock from making infinities.
const LARGEST_Z: f64 = 20.0;

/// What counts as a difference, and when to look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// The smallest effect that matters (0.01 = 1 %).
    pub smallest_effect: f64,
    /// The margin within which two versions count as the same (0.025 = 2.5 %).
    pub margin: f64,
    /// Level of the interval at every look.
    pub level: f64,
    /// Pairs at which to look, rising.
    pub looks: &'static [usize],
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            smallest_effect: 0.01,
            margin: 0.025,
            level: LEVEL,
            looks: LOOKS,
        }
    }
}

impl Rules {
    /// The answer that an interval of z gives, if it gives one.
    fn answer(&self, estimate: f64, low: f64, high: f64) -> Option<Answer> {
        let smallest = self.smallest_effect.ln_1p();
        let margin = self.margin.ln_1p();
        if low > 0.0 && estimate >= smallest {
            Some(Answer::Better)
        } else if high < 0.0 && estimate <= -smallest {
            Some(Answer::Worse)
        } else if low >= -margin && high <= margin {
            Some(Answer::NoDifference)
        } else if high < smallest {
            Some(Answer::NotBetter)
        } else {
            None
        }
    }
}

/// A comparison in the making: pairs go in, looks and at last an answer come out.
#[derive(Clone, Debug)]
pub struct Sequential {
    rules: Rules,
    pairs: Vec<f64>,
    walsh: Vec<f64>,
    looks: Vec<Look>,
    answer: Option<Answer>,
}

impl Sequential {
    /// Nothing seen yet.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            pairs: Vec::new(),
            walsh: Vec::new(),
            looks: Vec::new(),
            answer: None,
        }
    }

    /// Takes in one pair's ln(incumbent / candidate); gives a look if it is time for one.
    pub fn push(&mut self, z: f64) -> Option<Look> {
        let z = if z.is_finite() {
            z.clamp(-LARGEST_Z, LARGEST_Z)
        } else {
            0.0
        };
        self.pairs.push(z);
        self.walsh
            .extend(self.pairs.iter().map(|earlier| (earlier + z) / 2.0));
        if !self.rules.looks.contains(&self.pairs.len()) {
            return None;
        }
        let (estimate, low, high) = self.interval();
        if self.answer.is_none() {
            self.answer = self.rules.answer(estimate, low, high);
        }
        let look = self.look(estimate, low, high);
        self.looks.push(look);
        Some(look)
    }

    /// The answer, once there is one.
    #[must_use]
    pub fn answer(&self) -> Option<Answer> {
        self.answer
    }

    /// Whether an answer fell or the last look was taken.
    #[must_use]
    pub fn finished(&self) -> bool {
        self.answer.is_some()
            || self
                .rules
                .looks
                .last()
                .is_none_or(|last| self.pairs.len() >= *last)
    }

    /// The pairs so far.
    #[must_use]
    pub fn pairs(&self) -> &[f64] {
        &self.pairs
    }

    /// The looks so far.
    #[must_use]
    pub fn looks(&self) -> &[Look] {
        &self.looks
    }

    /// Pairs at the next look, if one is left.
    #[must_use]
    pub fn next_look(&self) -> Option<usize> {
        self.rules
            .looks
            .iter()
            .copied()
            .find(|n| *n > self.pairs.len())
    }

    /// The last look; before the first one, or on demand, what the pairs so far say (never used to decide).
    pub fn standing(&mut self) -> Look {
        match self.looks.last() {
            Some(last) => *last,
            None => self.figures(),
        }
    }

    /// Estimate and interval of exactly the pairs so far, whether or not it is time for a look.
    pub fn figures(&mut self) -> Look {
        let (estimate, low, high) = self.interval();
        self.look(estimate, low, high)
    }

    fn interval(&mut self) -> (f64, f64, f64) {
        walsh_interval(&mut self.walsh, self.pairs.len(), self.rules.level)
    }

    fn look(&self, estimate: f64, low: f64, high: f64) -> Look {
        Look {
            pairs: self.pairs.len(),
            gain: Gain(estimate.exp()),
            low: Gain(low.exp()),
            high: Gain(high.exp()),
        }
    }
}

/// Hodges–Lehmann estimate and interval of a sample: (estimate, low, high). All 0 for an empty sample.
///
/// With few values the interval at a strict level does not exist; then it is the whole range.
#[must_use]
pub fn hodges_lehmann(values: &[f64], level: f64) -> (f64, f64, f64) {
    let mut walsh = Vec::with_capacity(values.len() * (values.len() + 1) / 2);
    for (i, a) in values.iter().enumerate() {
        walsh.extend(values[..=i].iter().map(|b| (a + b) / 2.0));
    }
    walsh_interval(&mut walsh, values.len(), level)
}

/// Median and outer order statistics of the Walsh averages of `n` values; reorders them.
fn walsh_interval(walsh: &mut [f64], n: usize, level: f64) -> (f64, f64, f64) {
    let all = walsh.len();
    if all == 0 {
        return (0.0, 0.0, 0.0);
    }
    let cut = cut_off(n, level).unwrap_or(0).min((all - 1) / 2);
    let half = all / 2;
    // Each selection works in the part that the one before has set apart.
    let (_, &mut upper_middle, above) = walsh.select_nth_unstable_by(half, f64::total_cmp);
    let high = if all - 1 - cut > half {
        *above
            .select_nth_unstable_by(all - 1 - cut - half - 1, f64::total_cmp)
            .1
    } else {
        upper_middle
    };
    let below = &mut walsh[..half];
    let lower_middle = below
        .iter()
        .copied()
        .max_by(f64::total_cmp)
        .unwrap_or(upper_middle);
    let low = if cut < half {
        *below.select_nth_unstable_by(cut, f64::total_cmp).1
    } else {
        upper_middle
    };
    let middle = if all % 2 == 1 {
        upper_middle
    } else {
        f64::midpoint(lower_middle, upper_middle)
    };
    (middle, low, high)
}

/// How many Walsh averages to cut off at either end: the largest k with 2·P(T ≤ k) ≤ level, T the signed-rank
/// statistic of `n` values. `None` if even cutting off none (the whole range) does not reach the level.
fn cut_off(n: usize, level: f64) -> Option<usize> {
    if n > EXACT_UP_TO {
        let n = n as f64;
        let mean = n * (n + 1.0) / 4.0;
        let spread = (n * (n + 1.0) * (2.0 * n + 1.0) / 24.0).sqrt();
        let k = (mean - 0.5 + normal_quantile(level / 2.0) * spread).floor();
        return (k >= 0.0).then_some(k as usize);
    }
    let probabilities = signed_rank_distribution(n);
    let mut tail = 0.0;
    let within = probabilities.iter().take_while(|p| {
        tail += **p;
        2.0 * tail <= level
    });
    within.count().checked_sub(1)
}

/// P(T = t) for t = 0, 1, … n(n+1)/2: rank by rank, each with either sign.
fn signed_rank_distribution(n: usize) -> Vec<f64> {
    let mut p = vec![0.0; n * (n + 1) / 2 + 1];
    p[0] = 1.0;
    let mut top = 0;
    for rank in 1..=n {
        top += rank;
        for t in (0..=top).rev() {
            let without = p[t];
            let with = if t >= rank { p[t - rank] } else { 0.0 };
            p[t] = f64::midpoint(without, with);
        }
    }
    p
}

/// The standard normal quantile by bisection: short, and quick enough for a call a look.
fn normal_quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-40.0, 40.0);
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if normal_distribution(middle) < p {
            low = middle
        } else {
            high = middle
        }
    }
    f64::midpoint(low, high)
}

/// P(N ≤ x): Marsaglia's series around 0, the continued fraction of Mills' ratio further out.
fn normal_distribution(x: f64) -> f64 {
    let density = (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    if x.abs() > 6.0 {
        let a = x.abs();
        let tail = density / (a + 1.0 / (a + 2.0 / (a + 3.0 / (a + 4.0 / a))));
        return if x < 0.0 { tail } else { 1.0 - tail };
    }
    let (mut term, mut sum, mut k) = (x, x, 1.0);
    while term.abs() > 1e-17 * sum.abs() && k < 400.0 {
        k += 2.0;
        term *= x * x / k;
        sum += term;
    }
    0.5 + density * sum
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

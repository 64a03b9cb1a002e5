//! Signed ranks: the estimate of Hodges and Lehmann, its interval, and the distributions they need. Pure arithmetic.

use std::sync::OnceLock;

/// Up to so many values the null distribution of the signed-rank statistic is counted out, beyond it is normal enough.
const EXACT_UP_TO: usize = 60;

/// All pairwise means (Walsh averages) of values that come one by one.
#[derive(Clone, Debug, Default)]
pub struct Walsh {
    values: Vec<f64>,
    means: Vec<f64>,
    sorted: bool,
}

impl Walsh {
    /// Takes in a value.
    pub fn push(&mut self, value: f64) {
        self.values.push(value);
        self.means.extend(
            self.values
                .iter()
                .map(|earlier| f64::midpoint(*earlier, value)),
        );
        self.sorted = false;
    }

    /// The values, in the order in which they came.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The median of the means; 0 of none.
    pub fn estimate(&mut self) -> f64 {
        self.sort();
        let half = self.means.len() / 2;
        match self.means.get(half) {
            None => 0.0,
            Some(upper) if self.means.len() % 2 == 1 => *upper,
            Some(upper) => f64::midpoint(self.means[half - 1], *upper),
        }
    }

    /// The interval at a two-sided level: two order statistics of the means. `None` where so few values cannot have one.
    pub fn interval(&mut self, level: f64) -> Option<(f64, f64)> {
        let cut = cut_off(self.values.len(), level)?;
        self.sort();
        let last = self.means.len().checked_sub(1)?;
        let cut = cut.min(last / 2);
        Some((self.means[cut], self.means[last - cut]))
    }

    /// From the least to the largest value; (0, 0) of none.
    pub fn range(&mut self) -> (f64, f64) {
        self.sort();
        match (self.means.first(), self.means.last()) {
            (Some(low), Some(high)) => (*low, *high),
            _ => (0.0, 0.0),
        }
    }

    fn sort(&mut self) {
        if !self.sorted {
            // Stable sorting makes use of the part that is in order already.
            self.means.sort_by(f64::total_cmp);
            self.sorted = true;
        }
    }
}

/// Hodges–Lehmann estimate and interval of a sample: (estimate, low, high). All 0 for an empty sample.
///
/// With few values the interval at a strict level does not exist; then it is the whole range.
#[must_use]
pub fn hodges_lehmann(values: &[f64], level: f64) -> (f64, f64, f64) {
    let mut walsh = Walsh::default();
    for value in values {
        walsh.push(*value);
    }
    let (low, high) = walsh.interval(level).unwrap_or_else(|| walsh.range());
    (walsh.estimate(), low, high)
}

/// How many Walsh averages to cut off at either end: the largest k with 2·P(T ≤ k) ≤ level, T the signed-rank
/// statistic of `n` values. `None` if even cutting off none (the whole range) does not reach the level.
pub(super) fn cut_off(n: usize, level: f64) -> Option<usize> {
    if n > EXACT_UP_TO {
        let n = n as f64;
        let mean = n * (n + 1.0) / 4.0;
        let spread = (n * (n + 1.0) * (2.0 * n + 1.0) / 24.0).sqrt();
        let k = (mean - 0.5 + normal_quantile(level / 2.0) * spread).floor();
        return (k >= 0.0).then_some(k as usize);
    }
    let within = tails(n).iter().take_while(|tail| 2.0 * **tail <= level);
    within.count().checked_sub(1)
}

/// P(T ≤ t) for t = 0, 1, … of `n` values; counted out once a number.
fn tails(n: usize) -> &'static [f64] {
    static KNOWN: [OnceLock<Vec<f64>>; EXACT_UP_TO + 1] =
        [const { OnceLock::new() }; EXACT_UP_TO + 1];
    KNOWN[n].get_or_init(|| {
        let mut sum = 0.0;
        let distribution = signed_rank_distribution(n);
        distribution
            .iter()
            .map(|p| {
                sum += p;
                sum
            })
            .collect()
    })
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
pub(super) fn normal_quantile(p: f64) -> f64 {
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
pub(super) fn normal_distribution(x: f64) -> f64 {
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

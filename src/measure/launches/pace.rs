//! How much a launch asks for: lengths of bursts, their number, and what they are made of.

/// A burst of the quickest contender takes at least so long, in nanoseconds: what it costs to wake a process up is then a
/// hundredth of it.
pub(super) const LONG_ENOUGH: f64 = 1.5e6;

/// A burst of the slowest contender takes at most so long, unless it is a single pass.
pub(super) const TOO_LONG: f64 = 20e6;

/// The same for a burst of the calls of one case.
pub(super) const CASE_LONG_ENOUGH: f64 = 0.5e6;
pub(super) const CASE_TOO_LONG: f64 = 5e6;

/// Bursts of a launch take about so long, all contenders together.
pub(super) const BURSTS: f64 = 240e6;
pub(super) const MOST_BURSTS: usize = 40;
pub(super) const FEWEST_BURSTS: usize = 3;

/// Bursts of single cases take about so long in a launch.
pub(super) const CASES: f64 = 50e6;

/// What is warmed up takes so long, and so many passes, unless a pass is long.
pub(super) const WARM: f64 = 4e6;
pub(super) const WARM_PASSES: f64 = 200.0;

/// A pass that takes longer than this is warm after the first one.
pub(super) const LONG_PASS: f64 = 60e6;

/// One half of the calls that takes longer than this is told from nothing by a single burst.
pub(super) const LONG_HALF: f64 = 4e6;

/// What a burst costs besides its passes, about: waking up, saying that it is done.
pub(super) const AROUND: f64 = 0.4e6;

/// What the first pass of a burst costs more than the others, about: another process was on the core before it.
pub(super) const COLD: f64 = 0.2e6;

/// So much of a figure may come from bursts that are not equally long.
const UNLIKE: f64 = 0.004;

/// A burst that takes less than this beyond one without passes cannot be told from it.
pub(super) const TOLD: f64 = 1e3;

/// Less than this of a burst of the calls of one case tells nothing.
pub(super) const CASE_TOLD: f64 = 20e3;

/// Making new instances of the module takes about so long in a launch, all contenders together.
pub(super) const INSTANCES: f64 = 60e6;

/// So often new instances are made in a launch.
pub(super) const ROUNDS: f64 = 4.0;

/// How often the calls that were new in the beginning are made at the end.
pub(super) const LATE: usize = 3;

/// How often a burst without passes is made, to know what the burst itself costs.
pub(super) const EMPTY: usize = 3;

/// One burst in so many is looked at.
pub(super) const LOOKED_AT: u32 = 6;

/// More passes than this are never prepared.
pub(super) const MOST_PASSES: f64 = 20_000.0;

/// How much is asked for in every launch of a comparison.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Pace {
    /// Passes in a burst of each contender: bursts of all take about as long, so that a machine that changes its speed does
    /// so for all of them.
    pub(crate) passes: Vec<u32>,
    /// Bursts of each contender.
    pub(crate) bursts: usize,
    /// Passes over one half of the calls before the other half is seen.
    pub(super) warm: u32,
    /// How often the other half is made again.
    pub(super) again: usize,
    /// Instances of the module that see calls for the first time, in one burst.
    pub(super) instances: u32,
    /// The contenders of whom new instances are made.
    pub(super) in_instances: Vec<usize>,
    /// Passes over the calls of each case.
    pub(super) cases: Vec<u32>,
    /// Cases that a launch times.
    pub(super) cases_at_once: usize,
    /// What it takes to prepare a pass, in nanoseconds.
    pub(super) prepare: f64,
}

impl Pace {
    /// The same with bursts as long as passes were seen to be, by contender and in nanoseconds.
    pub(super) fn with_passes_of(mut self, pass: &[f64]) -> Self {
        let before: f64 = self
            .passes
            .iter()
            .zip(pass)
            .map(|(n, pass)| f64::from(*n) * pass)
            .sum();
        self.passes = alike(pass, self.prepare);
        let after: f64 = self
            .passes
            .iter()
            .zip(pass)
            .map(|(n, pass)| f64::from(*n) * pass)
            .sum();
        if self.bursts > 1 {
            let bursts = self.bursts as f64 * before / after.max(1.0);
            self.bursts = (bursts as usize).clamp(FEWEST_BURSTS, MOST_BURSTS);
        }
        self
    }
}

/// How many passes make a burst: long enough for the quickest contender, not too long for the slowest, and not too
/// long to prepare.
pub(super) fn how_many(pass: &[f64], long_enough: f64, too_long: f64, prepare: f64) -> u32 {
    let quickest = pass.iter().copied().fold(f64::INFINITY, f64::min).max(1.0);
    let slowest = pass.iter().copied().fold(1.0, f64::max);
    let most = (too_long / slowest)
        .min(too_long / prepare.max(1.0))
        .min(MOST_PASSES);
    (long_enough / quickest).ceil().min(most).max(1.0) as u32
}

/// How many passes make a burst of each contender: long enough, about as long as that of the others, and not too long to prepare.
///
/// What a burst costs besides its passes is a part of their figures, the same part where bursts are equally long. So one pass
/// of one contender does not stand against two of another that is about as fast: then more passes are made of both, until they
/// are alike, or so long that it does not matter.
pub(super) fn alike(pass: &[f64], prepare: f64) -> Vec<u32> {
    let slowest = pass.iter().copied().fold(1.0, f64::max);
    let most = (TOO_LONG / prepare.max(1.0)).clamp(1.0, MOST_PASSES);
    let of_all = |count: f64| -> Vec<f64> {
        let long = (count * slowest).min(TOO_LONG);
        let passes = |pass: &f64| (long / pass.max(1.0)).round().clamp(1.0, most);
        pass.iter().map(passes).collect()
    };
    let lengths = |passes: &[f64]| {
        let all = passes.iter().zip(pass).map(|(n, pass)| n * pass.max(1.0));
        all.fold((f64::INFINITY, 1.0), |(least, longest): (f64, f64), x| {
            (least.min(x), longest.max(x))
        })
    };
    let first = (LONG_ENOUGH / slowest).ceil().clamp(1.0, most);
    let last = (TOO_LONG / slowest)
        .floor()
        .min(2.0 * first + 10.0)
        .max(first);
    let mut best = (f64::INFINITY, of_all(first));
    let mut count = first;
    while count <= last {
        let passes = of_all(count);
        let (least, longest) = lengths(&passes);
        let unlike = (longest / least).ln() * COLD / longest;
        if unlike < best.0 {
            best = (unlike, passes);
        }
        if best.0 <= UNLIKE {
            break;
        }
        count += 1.0;
    }
    best.1.into_iter().map(|n| n as u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_six_bursts_say_of_passes_takes_the_place_of_the_rehearsal() {
        let pace = Pace {
            passes: vec![1, 2],
            bursts: 40,
            ..Pace::default()
        };
        let pace = pace.with_passes_of(&[1.6e6, 1.5e6]);
        assert_eq!(pace.passes, [3, 3]);
        assert_eq!(pace.bursts, 19, "as long as before in all");
        let long = Pace {
            passes: vec![1, 1],
            bursts: 1,
            ..Pace::default()
        };
        let long = long.with_passes_of(&[300e6, 200e6]);
        assert_eq!((long.passes, long.bursts), (vec![1, 1], 1));
    }

    #[test]
    fn bursts_of_all_take_about_as_long() {
        assert_eq!(alike(&[60e3, 30e3], 0.0), [25, 50]);
        assert_eq!(alike(&[100e6, 5e6], 0.0), [1, 4]);
        assert_eq!(alike(&[2.4e6, 0.15e6], 0.0), [1, 16]);
        assert_eq!(alike(&[10e3, 10e3], 1e6), [20, 20], "preparing");
        assert_eq!(alike(&[1.0, 1.0], 0.0), [20_000, 20_000]);
        // One pass against two of the same length would make 5 % of nothing.
        assert_eq!(alike(&[1.6e6, 1.45e6], 0.0), [4, 4]);
        assert_eq!(alike(&[1.6e6, 1.6e6], 0.0), [1, 1]);
        assert_eq!(alike(&[2.2e6, 1.5e6], 0.0), [2, 3]);
        assert_eq!(alike(&[30e6, 18e6], 0.0), [1, 1], "too long for more");
    }

    #[test]
    fn a_burst_is_long_enough_for_the_quickest_and_not_too_long_for_the_slowest() {
        let passes = |pass: &[f64], prepare| how_many(pass, LONG_ENOUGH, TOO_LONG, prepare);
        assert_eq!(passes(&[60e3, 30e3], 0.0), 50);
        assert_eq!(passes(&[100e6, 50e6], 0.0), 1, "a pass is long by itself");
        assert_eq!(passes(&[1e6, 10e3], 0.0), 20, "the slowest");
        assert_eq!(passes(&[10e3, 10e3], 1e6), 20, "preparing");
        assert_eq!(passes(&[1.0, 1.0], 0.0), 20_000);
    }
}

//! The cost of a call: the slope between n and 2n passes over the calls, seen from outside of the process.
//!
//! A pass makes every call of the workload once. Two processes are run that prepare the same 2n passes; one makes n of
//! them, the other all. What both do alike (starting, loading, decoding, encoding) cancels out:
//!
//! ```text
//! cost of a pass = (T(2n) − T(n)) / n
//! ```
//!
//! No clock inside is asked, so that nothing inside can forge one. What is left to a cheat is to dawdle when it is asked
//! for few passes, which makes the slope look flat, or to meddle with the driver that it shares a process with. So a win
//! also has to show in whole processes, those with many passes and those with one: where a process of the candidate does
//! not save what the slopes promise, the gain is what it does save ([`WholeProcessRuns`]).

use std::time::Duration;

use super::figures::figure;
use super::{Answer, Comparison, Figures, Metric, stats};
use crate::base::units::{ByteNanos, Bytes, Gain, Nanos};
use crate::sandbox::{Limits, Outcome, Program};
use crate::task::calls::driver;
use crate::task::{Case, Harness, Task};

/// What the passes between n and 2n should take together, at least: well above the jitter of a process's start.
pub(super) const LONG_ENOUGH: Duration = Duration::from_millis(60);

/// What one run may take for the sake of more passes, about.
const LONGEST: Duration = Duration::from_millis(700);

/// More passes than this are never prepared.
const MOST_PASSES: u32 = 50_000;

/// Whole processes that are run of every contender to see that a win shows in them too.
pub(super) const WHOLE: usize = 7;

/// What a win may lack in whole processes, as a part of what the slopes promise, before it counts.
const LACKING: f64 = 0.1;

/// The same for processes that make a single pass.
const LACKING_IN_ONE: f64 = 0.5;

/// How many passes each contender makes, and what its processes take besides.
pub(super) struct Slopes {
    pub(super) passes: Vec<u32>,
    pub(super) outside: Vec<Vec<Figures>>,
}

impl Slopes {
    pub(super) fn new(contenders: usize) -> Self {
        Self {
            passes: vec![1; contenders],
            outside: vec![Vec::new(); contenders],
        }
    }

    /// n of every contender.
    pub(super) fn passes(&self) -> Vec<u32> {
        self.passes.clone()
    }
}

/// The limits of a run that makes the calls of so many cases, many times.
pub(super) fn limits(task: &Task, cases: usize) -> Limits {
    let cases = u32::try_from(cases.max(1)).unwrap_or(u32::MAX);
    Limits {
        time: task.limits.time.saturating_mul(cases).saturating_mul(2) + LONGEST * 4,
        ..task.limits.clone()
    }
}

/// A program of calls that makes `passes` passes and prepares `prepare`.
pub(super) fn with_passes(
    program: &Program,
    task: &Task,
    place: &Case,
    passes: u32,
    prepare: u32,
) -> Program {
    let keep = matches!(&task.harness, Harness::Calls(c) if c.keep);
    let mut stdin = driver::header(passes, prepare, keep);
    stdin.extend_from_slice(&place.input);
    Program {
        stdin: stdin.into(),
        ..program.clone()
    }
}

/// What a difference of two runs can tell at best. Less than that counts as that: a candidate whose calls take next to
/// nothing is not told to be millions of times faster.
const RESOLUTION: Nanos = Nanos(1_000_000);

/// (b − a) / n; never less than the resolution allows.
pub(super) fn slope(a: &Figures, b: &Figures, n: u32) -> Figures {
    let n = u64::from(n.max(1));
    let per = |a: Nanos, b: Nanos| Nanos((b.0.saturating_sub(a.0).max(RESOLUTION.0) / n).max(1));
    Figures {
        wall_ns: per(a.wall_ns, b.wall_ns),
        cpu_ns: per(a.cpu_ns, b.cpu_ns),
        peak_bytes: a.peak_bytes.max(b.peak_bytes),
        integral_byte_ns: ByteNanos(
            ((b.integral_byte_ns.0 - a.integral_byte_ns.0) / n as f64).max(1.0),
        ),
        reported: None,
    }
}

/// 2a − b: what does not depend on the number of passes.
pub(super) fn outside(a: &Figures, b: &Figures) -> Figures {
    let rest = |a: Nanos, b: Nanos| Nanos((2 * a.0).saturating_sub(b.0));
    Figures {
        wall_ns: rest(a.wall_ns, b.wall_ns),
        cpu_ns: rest(a.cpu_ns, b.cpu_ns),
        peak_bytes: Bytes(0),
        integral_byte_ns: ByteNanos((2.0 * a.integral_byte_ns.0 - b.integral_byte_ns.0).max(0.0)),
        reported: None,
    }
}

/// What the passes between two runs took, in nanoseconds of CPU time: a crowded machine makes wall time what it likes.
/// Passes that wait instead of computing are added until a run grows too long.
pub(super) fn added_cpu_ns(one: &Outcome, two: &Outcome) -> u64 {
    two.cpu.0.saturating_sub(one.cpu.0)
}

/// The clock for slopes that were seen in warm-ups, for every contender those of all its passes: CPU time, unless some
/// contender's passes wait for something, or keep several cores busy. On a crowded machine single slopes say little, but
/// a pass that waits does so each time, and one that shares its work too.
pub(super) fn clock(seen: &[Vec<Figures>]) -> Metric {
    let share = |f: &Figures| f.cpu_ns.0 as f64 / (f.wall_ns.0 as f64).max(1.0);
    let computes = |passes: &Vec<Figures>| {
        let shares: Vec<f64> = passes.iter().map(share).collect();
        let busiest = shares.iter().copied().fold(0.0, f64::max);
        let idlest = shares.iter().copied().fold(f64::INFINITY, f64::min);
        busiest >= WAITING && idlest <= SEVERAL
    };
    if seen.iter().all(computes) {
        Metric::Cpu
    } else {
        Metric::Wall
    }
}

/// A pass whose CPU time is a smaller part of its wall time than this waits for something.
const WAITING: f64 = 0.5;

/// Above this, each time, several cores work on it.
const SEVERAL: f64 = 1.3;

/// The next number of passes to try; the same where it will do. All times in nanoseconds.
pub(super) fn next_passes(took: u64, n: u32, run: u64, wanted: Duration) -> u32 {
    let wanted = wanted.as_nanos() as f64;
    if took as f64 >= wanted * 0.8 || n >= MOST_PASSES {
        return n;
    }
    // A difference of a few milliseconds is the jitter of a start; it says no more than "much more".
    let clear = took as f64 > 4e6;
    let factor = if clear { wanted / took as f64 } else { 8.0 };
    let room = LONGEST.as_nanos() as f64 / run.max(1) as f64;
    let factor = factor.min(room);
    if factor < 1.2 {
        return n;
    }
    ((f64::from(n) * factor).ceil() as u32).clamp(n + 1, MOST_PASSES)
}

/// What people should know of figures that are those of calls: the floor that is not in them.
pub(super) fn remark(c: &Comparison) -> String {
    let Some(slope) = &c.slope else {
        return String::new();
    };
    let calls = match slope.calls {
        1 => "one call".to_owned(),
        n => format!("a pass over {n} calls"),
    };
    format!(
        "; times are those of {calls}, without {} in which a process starts, loads and prepares",
        slope.outside_ns
    )
}

/// Whole processes of incumbent, candidate and original.
pub(super) struct WholeProcessRuns {
    /// With the same large number of passes each. Who dawdles when few are asked for gains nothing here.
    pub(super) many: (u32, Vec<Vec<Figures>>),
    /// With a single pass. Who meddles with the driver, so that it repeats what it has instead of calling again, gains
    /// nothing here.
    pub(super) one: Vec<Vec<Figures>>,
}

impl WholeProcessRuns {
    /// Holds a comparison of the candidate with contender `against` to what whole processes save: where they save less
    /// than the slopes promise, by more than a tenth (with a single pass: a half, for it runs cold) and more than their
    /// own noise, the gain shrinks to what they save.
    pub(super) fn cap_gain(&self, c: &mut Comparison, against: usize, candidate: usize) {
        let metric = c.metric;
        let of = |runs: &[Vec<Figures>], who: usize| -> Vec<f64> {
            runs[who].iter().map(|f| figure(f, metric)).collect()
        };
        let (before, after) = (
            figure(&c.incumbent_figures, metric),
            figure(&c.candidate_figures, metric),
        );
        let many = &self.many;
        let (old, new) = (of(&many.1, against), of(&many.1, candidate));
        let by_many = held(&old, &new, [before, after], f64::from(many.0), LACKING);
        let (old, new) = (of(&self.one, against), of(&self.one, candidate));
        let by_one = held(&old, &new, [before, after], 1.0, LACKING_IN_ONE);
        let Some(held) = by_many.into_iter().chain(by_one).reduce(f64::max) else {
            return;
        };
        let factor = after / held;
        if let Some(slope) = c.slope.as_mut() {
            slope.promised = Some(c.gain);
        }
        for gain in [&mut c.gain, &mut c.low, &mut c.high] {
            *gain = Gain(gain.0 * factor);
        }
        if c.answer == Answer::Better && c.low.0 <= 1.0 + c.smallest_effect {
            c.answer = Answer::NotBetter;
        }
    }
}

/// The candidate's cost of a pass as whole processes bear it out, where that is more than its slope says: the
/// incumbent's cost less what a process saves, by the pass. `None` where the slope is borne out.
fn held(
    old: &[f64],
    new: &[f64],
    [before, after]: [f64; 2],
    passes: f64,
    lacking_at_most: f64,
) -> Option<f64> {
    let (old_median, new_median) = (median(old), median(new));
    let promised = (before - after) * passes;
    let saved = old_median - new_median;
    let spread = |all: &[f64], middle: f64| {
        let away: Vec<f64> = all.iter().map(|x| (x - middle).abs()).collect();
        // The median of so few has a standard error of about 1.25 σ / √n; σ is 1.48 times the median distance.
        1.25 * 1.48 * median(&away) / (all.len().max(1) as f64).sqrt()
    };
    let noise = 3.0 * spread(old, old_median).hypot(spread(new, new_median));
    let lacking = promised - saved;
    (promised > 0.0 && lacking > lacking_at_most * promised && lacking > noise)
        .then(|| (before - saved / passes).max(after))
}

fn median(values: &[f64]) -> f64 {
    stats::median(&mut values.to_vec()).unwrap_or(0.0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_is_what_the_passes_add() {
        let figures = |wall: u64| Figures {
            wall_ns: Nanos(wall * 1_000_000),
            cpu_ns: Nanos(wall * 500_000),
            peak_bytes: Bytes(7),
            integral_byte_ns: ByteNanos(wall as f64 * 10.0),
            reported: None,
        };
        let (a, b) = (figures(1_400), figures(2_400));
        let per = slope(&a, &b, 10);
        assert_eq!(
            (per.wall_ns, per.cpu_ns),
            (Nanos(100_000_000), Nanos(50_000_000))
        );
        assert_eq!(per.integral_byte_ns.0, 1_000.0);
        assert_eq!(outside(&a, &b).wall_ns, Nanos(400_000_000));
        assert_eq!(slope(&b, &a, 10).wall_ns, Nanos(100_000), "never nothing");
    }

    #[test]
    fn only_passes_that_wait_or_share_the_work_are_timed_by_the_wall() {
        let seen = |pairs: &[(u64, u64)]| -> Vec<Figures> {
            let figures = |(wall, cpu): &(u64, u64)| Figures {
                wall_ns: Nanos(*wall),
                cpu_ns: Nanos(*cpu),
                ..Figures::default()
            };
            pairs.iter().map(figures).collect()
        };
        // A crowded machine: the wall time is three times as much, and sometimes not.
        let crowded = seen(&[(90, 30), (50, 31), (28, 30)]);
        let idle = seen(&[(50, 1), (51, 1), (49, 2)]);
        let parallel = seen(&[(20, 39), (21, 40), (20, 41)]);
        assert_eq!(clock(&[crowded.clone(), crowded.clone()]), Metric::Cpu);
        assert_eq!(clock(&[crowded.clone(), idle]), Metric::Wall);
        assert_eq!(clock(&[parallel, crowded]), Metric::Wall);
    }

    #[test]
    fn passes_are_added_until_they_stand_out_or_a_run_grows_too_long() {
        let wanted = Duration::from_millis(60);
        assert_eq!(next_passes(70_000_000, 4, 200_000_000, wanted), 4);
        assert_eq!(next_passes(1_000_000, 1, 40_000_000, wanted), 8, "jitter");
        assert_eq!(next_passes(30_000_000, 16, 90_000_000, wanted), 32);
        assert_eq!(
            next_passes(1_000_000, 512, 650_000_000, wanted),
            512,
            "too long"
        );
        assert_eq!(next_passes(0, MOST_PASSES, 1, wanted), MOST_PASSES);
    }

    #[test]
    fn a_candidate_that_dawdles_when_few_passes_are_asked_for_gains_nothing() {
        // Both take 1 ms a pass and 40 ms besides; the candidate idles 90 ms more when it makes n = 100 passes.
        let (start, pass, n) = (40e6, 1e6, 100.0);
        let whole = vec![start + 2.0 * n * pass; 7];
        let flat = ((start + 2.0 * n * pass) - (start + n * pass + 90e6)) / n;
        assert!(flat < pass / 9.0, "the slope looks flat");
        let cost = held(&whole, &whole, [pass, flat], 2.0 * n, LACKING).unwrap();
        assert_eq!(cost, pass);
        // One that is really twice as fast is left alone, also where whole processes vary a little.
        let quick: Vec<f64> = (0..7)
            .map(|i| start + n * pass + f64::from(i) * 1e6)
            .collect();
        assert_eq!(
            held(&whole, &quick, [pass, pass / 2.0], 2.0 * n, LACKING),
            None
        );
        // One whose loading takes half of what it saves is counted with it.
        let loading = vec![start + 50e6 + n * pass; 7];
        let cost = held(&whole, &loading, [pass, pass / 2.0], 2.0 * n, LACKING).unwrap();
        assert!((cost / pass - 0.75).abs() < 1e-9);
    }

    #[test]
    fn one_that_has_the_driver_repeat_itself_gains_nothing() {
        // A pass takes 5 ms; the candidate makes the first one and has the others skipped.
        let one: Vec<f64> = (0..7)
            .map(|i| 40e6 + 5e6 + f64::from(i % 3) * 2e5)
            .collect();
        let cost = held(&one, &one, [5e6, 1e3], 1.0, LACKING_IN_ONE).unwrap();
        assert_eq!(cost, 5e6);
        // Where a pass is far below the noise of a start nothing can be seen in one.
        let noisy: Vec<f64> = (0..7).map(|i| 40e6 + f64::from(i) * 1e6).collect();
        assert_eq!(held(&noisy, &noisy, [5e4, 1e3], 1.0, LACKING_IN_ONE), None);
    }
}

//! What bursts cost, by three clocks, and what a launch saw of one contender.

use std::collections::BTreeMap;

use super::super::{Figures, Metric, stats};
use crate::base::units::Nanos;
use crate::sandbox::Stamp;

/// What something cost, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Cost {
    pub(super) wall: f64,
    pub(super) cpu: f64,
    /// With children; the same as `cpu` where nobody counts them.
    pub(super) tree: f64,
}

impl Cost {
    pub(super) fn between(from: &Stamp, to: &Stamp) -> Self {
        let passed = |from: Nanos, to: Nanos| to.0.saturating_sub(from.0) as f64;
        let cpu = passed(from.cpu, to.cpu);
        // As for whole runs: otherwise a crowded machine would drown what waits.
        let delayed = match (from.delayed, to.delayed) {
            (Some(from), Some(to)) => passed(from, to),
            _ => 0.0,
        };
        let wall = passed(from.wall, to.wall);
        Self {
            // What several threads use together may be more than the time that passed.
            wall: (wall - delayed).max(cpu.min(wall)),
            cpu,
            tree: match (from.tree, to.tree) {
                (Some(from), Some(to)) => passed(from, to),
                _ => cpu,
            },
        }
    }

    pub(super) fn each(self, of: impl Fn(f64) -> f64) -> Self {
        Self {
            wall: of(self.wall),
            cpu: of(self.cpu),
            tree: of(self.tree),
        }
    }

    pub(super) fn less(self, other: Self) -> Self {
        Self {
            wall: self.wall - other.wall,
            cpu: self.cpu - other.cpu,
            tree: self.tree - other.tree,
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        self.less(other.each(|x| -x))
    }

    /// The least of some by each clock; nothing of none.
    pub(super) fn least(all: impl Iterator<Item = Self>) -> Self {
        let least = |a: Self, b: Self| Self {
            wall: a.wall.min(b.wall),
            cpu: a.cpu.min(b.cpu),
            tree: a.tree.min(b.tree),
        };
        all.reduce(least).unwrap_or_default()
    }

    /// By the clock of a metric.
    pub(crate) fn of(&self, metric: Metric, tree: bool) -> f64 {
        match (metric, tree) {
            (Metric::Wall | Metric::Integral, _) => self.wall,
            (_, true) => self.tree,
            (_, false) => self.cpu,
        }
    }
}

/// The median of each clock.
pub(super) fn median(costs: &[Cost]) -> Cost {
    let of = |get: fn(&Cost) -> f64| {
        stats::median(&mut costs.iter().map(get).collect::<Vec<_>>()).unwrap_or(0.0)
    };
    Cost {
        wall: of(|c| c.wall),
        cpu: of(|c| c.cpu),
        tree: of(|c| c.tree),
    }
}

/// The middle of what bursts cost: the mean without the lowest and the highest tenth. A collection of garbage lies in some bursts and
/// not in others, and a median takes the side of those that are more, so that it jumps by what a collection costs. Of few bursts it is
/// the median, for one of them may have been disturbed.
fn middle(values: &mut [f64]) -> Option<f64> {
    let cut = values.len() / 10;
    if cut == 0 {
        return stats::median(values);
    }
    values.sort_unstable_by(f64::total_cmp);
    let kept = &values[cut..values.len() - cut];
    Some(kept.iter().sum::<f64>() / kept.len() as f64)
}

/// What a burst of a few short calls takes cannot be told from nothing below this, in nanoseconds.
pub(super) const TINY: f64 = 4e3;

/// Calls whose results are kept cost more than so many times as much the first time.
const KEPT: f64 = 4.0;

/// One contender's part in a launch.
#[derive(Clone, Debug, Default)]
pub(crate) struct One {
    /// Cost of a pass, by bursts.
    pub(crate) bursts: Vec<Cost>,
    /// Cost of one pass over the calls of a case, by the case's number.
    pub(crate) cases: BTreeMap<usize, Cost>,
    /// What calls cost that were never seen before, and what they cost again; by the pass over all calls.
    pub(crate) first_time: Option<[Cost; 2]>,
    /// The same of calls that new instances of the module have never seen, several times: more exact, but blind for what is kept
    /// outside of the module.
    pub(crate) new_instances: Vec<[Cost; 2]>,
    /// What calls cost that were never seen before, and what they cost at the end of the launch.
    pub(crate) late: Option<[Cost; 2]>,
    /// CPU time until the first burst.
    pub(crate) loading: f64,
    /// What a pass costs between two bursts (preparing it, and whatever else goes on there) beyond what lies between bursts without
    /// passes: the mean, since what is spent may be spent seldom; of the wall clock the median.
    pub(crate) between: Cost,
    /// CPU time of the whole process with all that it started, without what its bursts and what lay between them took.
    pub(crate) outside: f64,
    /// Passes in the bursts that count.
    pub(crate) passes: f64,
    pub(super) raw: Vec<Cost>,
    /// What lay between all its bursts.
    pub(super) gaps: Cost,
    /// What all bursts took.
    pub(super) working: Cost,
    /// Whether somebody counts what its children do.
    pub(super) tree_is_known: bool,
}

impl One {
    /// What its bursts took, all passes together.
    pub(crate) fn bursts_as_figures(&self) -> Vec<Figures> {
        let figures = |c: &Cost| Figures {
            wall_ns: Nanos(c.wall as u64),
            cpu_ns: Nanos(c.tree.max(c.cpu) as u64),
            ..Figures::default()
        };
        self.raw.iter().map(figures).collect()
    }

    /// Whether it keeps results: on warm code calls cost far more the first time than again, and in new instances too.
    pub(crate) fn keeps(&self) -> bool {
        let times = |[first, again]: [Cost; 2], least: f64| {
            let [first, again] = [first, again].map(|c| c.tree.max(c.cpu).max(least));
            first / again
        };
        let Some(warm) = self.first_time else {
            return false;
        };
        let in_process = times(warm, TINY);
        if self.new_instances.is_empty() {
            return in_process > KEPT;
        }
        let costs = |at: usize| -> Vec<Cost> { self.new_instances.iter().map(|b| b[at]).collect() };
        let instances = times([0, 1].map(|at| median(&costs(at))), 1.0);
        // One burst of a few short calls says little or nothing; many of new instances say enough.
        let enough = match warm[0].cpu / TINY {
            tiny if tiny < KEPT => 0.0,
            short if short < 4.0 * KEPT => 1.5,
            _ => KEPT,
        };
        instances > KEPT && in_process > enough
    }

    /// ln(this / other) over bursts next to each other, which what the machine does meanwhile moves least.
    pub(crate) fn log_ratio(&self, other: &One, metric: Metric, tree: bool) -> f64 {
        let of = |one: &One| -> Vec<f64> {
            let bursts = one.bursts.iter();
            bursts.map(|b| b.of(metric, tree).max(1.0)).collect()
        };
        let pairs = of(self).into_iter().zip(of(other));
        let mut logs: Vec<f64> = pairs.map(|(a, b)| (a / b).ln()).collect();
        middle(&mut logs).unwrap_or(0.0)
    }

    /// What a pass costs, in the middle of the bursts.
    pub(crate) fn pass(&self, metric: Metric, tree: bool) -> f64 {
        let bursts = self.bursts.iter();
        let mut costs: Vec<f64> = bursts.map(|b| b.of(metric, tree)).collect();
        middle(&mut costs).unwrap_or(1.0).max(1.0)
    }

    /// Whether a good part of the work is done by other processes than its own.
    pub(crate) fn works_in_children(&self) -> bool {
        let sum = |get: fn(&Cost) -> f64| self.raw.iter().map(get).sum::<f64>();
        let (cpu, tree) = (sum(|c| c.cpu), sum(|c| c.tree));
        tree > 1.1 * cpu + 0.3e6 * self.raw.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collections_of_garbage_count_as_often_as_they_happen() {
        // One collection costs a fifth of a burst: 24 of 40 bursts of the one have it, and 16 of the other.
        let bursts = |step: usize, of: usize| One {
            bursts: (0..40)
                .map(|i| Cost::default().each(|_| if i * step % 5 < of { 120.0 } else { 100.0 }))
                .collect(),
            ..One::default()
        };
        let (one, other) = (bursts(1, 3), bursts(2, 2));
        let true_ratio = (112.0_f64 / 108.0).ln();
        let ratio = one.log_ratio(&other, Metric::Cpu, false);
        assert!((ratio - true_ratio).abs() < 0.012, "{ratio} {true_ratio}");
        let pass = one.pass(Metric::Cpu, false);
        assert!((pass - 112.0).abs() < 1.0, "{pass}");
        // Bursts that were disturbed do not count, of few neither.
        let mut disturbed = other.clone();
        disturbed.bursts[7] = disturbed.bursts[7].each(|x| 9.0 * x);
        assert!((one.log_ratio(&disturbed, Metric::Cpu, false) - ratio).abs() < 0.02);
        disturbed.bursts.truncate(9);
        assert!(disturbed.pass(Metric::Cpu, false) <= 120.0);
    }

    #[test]
    fn results_are_kept_where_calls_cost_far_less_again() {
        let costs = |first: f64, again: f64| [first, again].map(|x| Cost::default().each(|_| x));
        let one = |warm: Option<[f64; 2]>, new: Option<[f64; 2]>| One {
            first_time: warm.map(|[first, again]| costs(first, again)),
            new_instances: new
                .map(|[first, again]| vec![costs(first, again); 4])
                .unwrap_or_default(),
            ..One::default()
        };
        assert!(one(Some([9e5, 2e4]), Some([8e5, 1e4])).keeps());
        assert!(one(Some([9e6, 2e4]), None).keeps());
        assert!(one(Some([900.0, 3e3]), Some([800.0, 50.0])).keeps());
        assert!(one(Some([3e4, 9e3]), Some([9e4, 900.0])).keeps());
        // Code that is not warm in a new instance, one slow burst, one call alone.
        assert!(!one(Some([9e5, 8e5]), Some([9e6, 8e5])).keeps());
        assert!(!one(Some([9e6, 8e5]), Some([9e5, 8e5])).keeps());
        assert!(!one(None, Some([9e6, 8e5])).keeps());
    }

    #[test]
    fn wall_time_is_without_the_wait_for_a_core_and_is_that_of_several_threads_too() {
        let stamp = |wall, cpu, delayed| Stamp {
            wall: Nanos(wall),
            cpu: Nanos(cpu),
            tree: None,
            delayed,
        };
        let wall = |wall: u64, cpu: u64, delayed: Option<u64>| {
            let from = stamp(100, 10, delayed.map(|_| Nanos(5)));
            let to = stamp(100 + wall, 10 + cpu, delayed.map(|d| Nanos(5 + d)));
            Cost::between(&from, &to).wall
        };
        let computes = wall(90, 30, Some(60));
        assert_eq!(computes, 30.0, "it waited for nothing but a core");
        assert_eq!(wall(90, 30, Some(20)), 70.0, "it waits for something else");
        assert_eq!(wall(90, 30, None), 90.0);
        assert_eq!(wall(20, 39, Some(0)), 20.0, "two threads");
        assert_eq!(wall(20, 39, None), 20.0);
    }
}

//! What is timed: which cases, by which clock, and how often in a row.

use std::collections::HashSet;
use std::time::Duration;

use super::contender::Contender;
use super::figures::{cpu_share, figure};
use super::sweep_figures::SweepFigures;
use super::{Evaluation, Figures, Metric};
use crate::task::harness::BENCH;
use crate::task::{Harness, Objective, Task};

/// The cases that are timed.
#[derive(Clone, Debug)]
pub(super) struct CaseSelection {
    /// Positions in the workload, rising.
    pub(super) cases: Vec<usize>,
    /// Their share of the whole.
    pub(super) share: f64,
    /// How many are left out because all contenders do no more in them than start and end.
    pub(super) only_floor: usize,
    /// The name of the one case that the developer chose to time.
    pub(super) only: Option<String>,
}

/// The one case that the developer chose, if it is there; else the cases that [`select_by_weight`] chooses.
pub(super) fn select_cases(
    task: &Task,
    contenders: &[Contender<'_>],
    baseline: &Evaluation,
    objective: Objective,
    sweeps: usize,
    most: Duration,
) -> CaseSelection {
    let workload = &task.workload;
    let held_out: Vec<bool> = workload.cases.iter().map(|c| c.held_out).collect();
    let place_of = |name: &str| {
        let place = workload.cases.iter().position(|c| c.name == name);
        place.filter(|at| *at < baseline.cases.len())
    };
    let all = match &task.harness {
        // A run of every case is mostly the start of a process, which is no part of what calls are timed by.
        Harness::Calls(_) => every(baseline, objective),
        // What a check takes says nothing of what a bench measures.
        Harness::Commands(_) if let Some(bench) = place_of(BENCH) => alone(bench),
        _ => select_by_weight(contenders, baseline, &held_out, objective, sweeps, most),
    };
    let Some((name, at)) = (workload.only.as_ref()).and_then(|name| Some((name, place_of(name)?)))
    else {
        return all;
    };
    CaseSelection {
        share: share_of(baseline, &[at], objective),
        only: Some(name.clone()),
        ..alone(at)
    }
}

/// One case, as if it were the whole workload.
fn alone(at: usize) -> CaseSelection {
    CaseSelection {
        cases: vec![at],
        share: 1.0,
        only_floor: 0,
        only: None,
    }
}

fn every(baseline: &Evaluation, objective: Objective) -> CaseSelection {
    let cases: Vec<usize> = (0..baseline.cases.len()).collect();
    CaseSelection {
        share: share_of(baseline, &cases, objective),
        cases,
        only_floor: 0,
        only: None,
    }
}

/// A run that works less than so many times as long as an empty program, and waits as little, is floor and little else. A core
/// whose other half is busy makes the same work take up to 1.7 times as long.
const HARDLY_ABOVE: f64 = 2.0;

/// Which cases are timed: all in which the baseline does more than start; where `sweeps` sweeps of two such programs would
/// take longer than `most`, the fewest that cover 90 % of the baseline's figure, and at least one that was held out; of very many
/// even of these only as many as there is time for.
///
/// The baseline alone decides, so that all gains over it are of the same cases and can be held against one another. Only where a
/// contender is far slower than the baseline in a case that would be left out, that case is timed as well.
pub(super) fn select_by_weight(
    contenders: &[Contender<'_>],
    baseline: &Evaluation,
    held_out: &[bool],
    objective: Objective,
    sweeps: usize,
    most: Duration,
) -> CaseSelection {
    let count = baseline.cases.len();
    let all: Vec<usize> = (0..count).collect();
    let metric = weighed_by(objective);
    let weight = |i: &usize| figure(&baseline.cases[*i].figures, metric);
    let share = |cases: &[usize]| share_of(baseline, cases, objective);
    let above: Vec<usize> = match objective {
        Objective::Memory => all.clone(),
        _ => all
            .iter()
            .copied()
            .filter(|i| above_floor(baseline, *i))
            .collect(),
    };
    let kept = if above.is_empty() { all.clone() } else { above };
    let only_floor = count - kept.len();
    let each = most.as_secs_f64() / sweeps.max(1) as f64;
    let taking = |i: &usize| 2.0 * baseline.cases[*i].figures.wall_ns.seconds();
    let slower = |cases: &mut Vec<usize>| {
        if objective != Objective::Memory {
            let chosen: HashSet<usize> = cases.iter().copied().collect();
            let left_out = all.iter().copied().filter(|i| !chosen.contains(i));
            let slower = left_out.filter(|i| far_slower(contenders, baseline, *i));
            cases.extend(as_many_as_fit(slower.collect(), taking, each));
            cases.sort_unstable();
        }
    };
    let sweep: f64 = kept.iter().map(taking).sum();
    if sweep <= each || kept.len() < 2 {
        let mut cases = kept;
        slower(&mut cases);
        return CaseSelection {
            share: share(&cases),
            only_floor: only_floor.min(count - cases.len()),
            cases,
            only: None,
        };
    }
    let mut cases = if objective == Objective::Memory {
        hungriest(contenders)
    } else {
        as_many_as_fit(heaviest(&kept, weight), taking, each)
    };
    let held = |i: &usize| held_out.get(*i).copied().unwrap_or(false);
    if !cases.iter().any(held)
        && let Some(heavy) = kept
            .iter()
            .filter(|i| held(i))
            .max_by(|a, b| weight(a).total_cmp(&weight(b)))
    {
        cases.push(*heavy);
    }
    slower(&mut cases);
    cases.sort_unstable();
    CaseSelection {
        share: share(&cases),
        only_floor: only_floor.min(count - cases.len()),
        cases,
        only: None,
    }
}

/// The figure that says how much a case weighs.
fn weighed_by(objective: Objective) -> Metric {
    match objective {
        Objective::Time => Metric::Wall,
        Objective::Memory => Metric::Peak,
        Objective::Integral => Metric::Integral,
    }
}

/// The share of some cases in the baseline's whole figure; of peaks there is no sum.
fn share_of(baseline: &Evaluation, cases: &[usize], objective: Objective) -> f64 {
    if objective == Objective::Memory {
        return 1.0;
    }
    let metric = weighed_by(objective);
    let weight = |i: usize| figure(&baseline.cases[i].figures, metric);
    let whole: f64 = (0..baseline.cases.len()).map(weight).sum();
    let part: f64 = cases.iter().map(|i| weight(*i)).sum();
    (part / whole.max(f64::MIN_POSITIVE)).min(1.0)
}

/// Whether a program does more in a case than an empty one, or it is not known.
fn above_floor(of: &Evaluation, case: usize) -> bool {
    let (Some(floor), Some(case)) = (&of.floor, of.cases.get(case)) else {
        return true;
    };
    let above =
        |of: fn(&Figures) -> u64| of(&case.figures) as f64 - HARDLY_ABOVE * of(floor) as f64 > 0.0;
    // By the wall alone a machine with other work would lift everything above the floor.
    above(|f| f.wall_ns.0) && (above(|f| f.cpu_ns.0) || waits_long(&case.figures, floor))
}

/// Whether a run waits by itself, by much more than an empty program does.
fn waits_long(run: &Figures, floor: &Figures) -> bool {
    let waits = |of: &Figures| of.wall_ns.0.saturating_sub(of.cpu_ns.0) as f64;
    waits(run) > waits(floor) + HARDLY_ABOVE * floor.wall_ns.0 as f64
}

/// A contender is far slower in a case where it takes so many times what the baseline takes there.
const FAR_SLOWER: f64 = 3.0;

/// Whether some contender is far slower than the baseline in a case, by more than a crowded machine makes of the same work: to
/// leave that case out would hide what a version pays for its gain.
fn far_slower(contenders: &[Contender<'_>], baseline: &Evaluation, case: usize) -> bool {
    let Some(before) = baseline.cases.get(case).map(|c| &c.figures) else {
        return false;
    };
    contenders.iter().any(|c| {
        let Some(now) = c.evaluation.cases.get(case).map(|c| &c.figures) else {
            return false;
        };
        let over = |of: fn(&Figures) -> u64| of(now) as f64 > FAR_SLOWER * of(before) as f64;
        let floor = c.evaluation.floor.unwrap_or_default();
        above_floor(c.evaluation, case)
            && over(|f| f.wall_ns.0)
            && (over(|f| f.cpu_ns.0) || waits_long(now, &floor))
    })
}

/// The fewest cases that cover 90 % of the weight.
fn heaviest(cases: &[usize], weight: impl Fn(&usize) -> f64) -> Vec<usize> {
    let whole: f64 = cases.iter().map(&weight).sum();
    let mut by_weight = cases.to_vec();
    by_weight.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    let mut covered = 0.0;
    by_weight
        .into_iter()
        .take_while(|i| {
            let wanted = covered < 0.9 * whole;
            covered += weight(i);
            wanted
        })
        .collect()
}

/// So many cases are timed at least, however little time there is: a few would not stand for thousands.
const FEWEST_OF_MANY: usize = 50;

/// Of very many cases as many as take `seconds` together, evenly from the first to the last: they are in the order of their weight.
fn as_many_as_fit(cases: Vec<usize>, taking: impl Fn(&usize) -> f64, seconds: f64) -> Vec<usize> {
    let whole: f64 = cases.iter().map(taking).sum();
    let fitting = (cases.len() as f64 * seconds / whole.max(f64::MIN_POSITIVE)) as usize;
    let wanted = fitting.max(FEWEST_OF_MANY);
    if cases.len() <= wanted {
        return cases;
    }
    let nth = |n: usize| cases.get(n * cases.len() / wanted).copied();
    (0..wanted).filter_map(nth).collect()
}

/// The cases on which the contenders have their peaks.
fn hungriest(contenders: &[Contender<'_>]) -> Vec<usize> {
    let peak = |e: &Evaluation| (0..e.cases.len()).max_by_key(|i| e.cases[*i].figures.peak_bytes);
    let mut cases: Vec<usize> = contenders
        .iter()
        .filter_map(|c| peak(c.evaluation))
        .collect();
    cases.sort_unstable();
    cases.dedup();
    cases
}

/// How often every case runs in a row for one pair: more than once where a sweep is so short that all looks would be
/// over long before the budget is, and a single run is little more than the jitter of the clock and the scheduler.
pub(super) fn repeats(sweep: Duration, budget: Duration) -> usize {
    const LONG_ENOUGH: Duration = Duration::from_millis(60);
    const MOST: f64 = 32.0;
    let wanted = LONG_ENOUGH.min(budget / 400).as_secs_f64();
    (wanted / sweep.as_secs_f64().max(1e-6)).clamp(1.0, MOST) as usize
}

/// How busy each contender has been seen, case by case: in its evaluation and in the warm-ups.
///
/// A crowded machine makes a busy program wait, but nothing makes an idle one look busy: so time for which a program was
/// kept waiting for a core is left out where it is known, and of every case the run with the largest share of CPU time
/// counts. A version that was seen to keep a core busy before does so again: if it seems to wait now, it waits for a core, and
/// the others do as much.
pub(super) struct Busiest {
    seen: Vec<Vec<Figures>>,
    /// Which contenders were seen to keep a core busy, in a comparison before this one.
    known: Vec<bool>,
    single: bool,
}

impl Busiest {
    /// What the evaluations tell of the timing cases.
    pub(super) fn new(
        contenders: &[Contender<'_>],
        selection: &CaseSelection,
        known: Vec<bool>,
    ) -> Self {
        let of = |c: &Contender<'_>| {
            let figures = |i: &usize| {
                c.evaluation
                    .cases
                    .get(*i)
                    .map_or(Figures::default(), |c| c.figures)
            };
            selection.cases.iter().map(figures).collect()
        };
        Self {
            seen: contenders.iter().map(of).collect(),
            known,
            single: true,
        }
    }

    /// Adds the figures of a warm-up sweep.
    pub(super) fn see(&mut self, sweeps: &[SweepFigures]) {
        for (seen, sweep) in self.seen.iter_mut().zip(sweeps) {
            self.single &= sweep.single;
            for (best, new) in seen.iter_mut().zip(&sweep.busiest) {
                if cpu_share(new) > cpu_share(best) {
                    *best = *new;
                }
            }
        }
    }

    /// Whether CPU time tells all: every contender uses one thread and keeps it busy for 90 % of the time.
    pub(super) fn all_busy(&self) -> bool {
        let share = |cases: &Vec<Figures>| {
            cpu_share(&cases.iter().fold(Figures::default(), |a, b| a.join(*b)))
        };
        let shares: Vec<f64> = self.seen.iter().map(share).collect();
        let all = usual_share(&shares, &self.known);
        let busy = |(share, known): (&f64, &bool)| *known || *share >= 0.9 * all;
        self.single && shares.iter().zip(&self.known).all(busy)
    }

    /// The clock that this means.
    pub(super) fn clock(&self) -> Metric {
        if self.all_busy() {
            Metric::Cpu
        } else {
            Metric::Wall
        }
    }
}

/// The share of the time that a version which keeps a core busy gets now: all of it, or what one of those gets that are known
/// to keep one busy.
pub(super) fn usual_share(shares: &[f64], known: &[bool]) -> f64 {
    let of_known = shares.iter().zip(known).filter(|(_, known)| **known);
    let most = of_known.map(|(share, _)| *share).fold(0.0, f64::max);
    if most > 0.0 { most.min(1.0) } else { 1.0 }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::base::units::Nanos;
    use crate::measure::{Built, CaseResult, Verdict};
    use crate::sandbox::MemorySource;

    fn evaluation(walls_ms: &[u64], floor_ms: Option<u64>) -> Evaluation {
        let figures = |ms: u64| Figures {
            wall_ns: Nanos(ms * 1_000_000),
            cpu_ns: Nanos(ms * 1_000_000),
            ..Figures::default()
        };
        let case = |(i, ms): (usize, &u64)| CaseResult {
            case: i.to_string(),
            verdict: Verdict::Accepted,
            figures: figures(*ms),
            trace: Vec::new(),
        };
        Evaluation {
            files_bytes: crate::base::units::Bytes(0),
            verdict: Verdict::Accepted,
            figures: figures(walls_ms.iter().sum()),
            cases: walls_ms.iter().enumerate().map(case).collect(),
            cases_total: walls_ms.len(),
            build: None,
            failure: None,
            flags: Vec::new(),
            floor: floor_ms.map(figures),
            memory_source: MemorySource::Cgroup,
        }
    }

    fn built() -> Built {
        Built {
            hash: String::new(),
            argv: Vec::new(),
            mounts: Vec::new(),
            hidden: Vec::new(),
            environment: Vec::new(),
            report: None,
            failure: None,
            commands: None,
        }
    }

    fn cases_of(baseline: &Evaluation, both: [&Evaluation; 2], most: Duration) -> Vec<usize> {
        let built = built();
        let contenders = both.map(|evaluation| Contender {
            name: "v",
            built: &built,
            evaluation,
        });
        select_by_weight(&contenders, baseline, &[], Objective::Time, 10, most).cases
    }

    fn chosen(old: &Evaluation, new: &Evaluation, held_out: &[bool], most: Duration) -> Vec<usize> {
        let built = built();
        let contender = |evaluation| Contender {
            name: "v",
            built: &built,
            evaluation,
        };
        let both = [contender(old), contender(new)];
        select_by_weight(&both, old, held_out, Objective::Time, 10, most).cases
    }

    #[test]
    fn what_is_only_floor_is_not_timed_unless_everything_is() {
        let long = Duration::from_secs(1000);
        let old = evaluation(&[12, 300, 13, 14], Some(11));
        // Where the new one is far slower a difference is worth timing.
        let new = evaluation(&[12, 100, 12, 90], Some(11));
        assert_eq!(chosen(&old, &new, &[], long), [1, 3]);
        let short = evaluation(&[12, 13, 12, 11], Some(11));
        assert_eq!(chosen(&short, &short, &[], long), [0, 1, 2, 3]);
        let unknown = evaluation(&[12, 300, 13, 14], None);
        assert_eq!(chosen(&unknown, &unknown, &[], long), [0, 1, 2, 3]);
    }

    #[test]
    fn the_original_alone_says_what_is_timed_so_that_all_gains_are_of_the_same_cases() {
        let long = Duration::from_secs(1000);
        let original = evaluation(&[12, 13, 14, 300], Some(11));
        // The first better version takes as long as an empty program on every case, and the next one is compared with it.
        let fast = evaluation(&[12, 13, 12, 14], Some(11));
        let faster = evaluation(&[11, 12, 12, 13], Some(11));
        let first = cases_of(&original, [&original, &fast], long);
        let second = cases_of(&original, [&fast, &faster], long);
        assert_eq!((first, second), (vec![3], vec![3]));
        // How slow a contender happens to be does not change which cases there is time for.
        let (heavy, short) = (
            evaluation(&[500, 50, 400, 20, 10], None),
            Duration::from_secs(15),
        );
        let slow = evaluation(&[900, 90, 700, 40, 20], None);
        let both = [
            cases_of(&heavy, [&heavy, &heavy], short),
            cases_of(&heavy, [&heavy, &slow], short),
        ];
        assert_eq!(both[0], both[1]);
    }

    #[test]
    fn who_is_kept_waiting_by_others_is_no_further_above_the_floor_but_who_sleeps_is() {
        let long = Duration::from_secs(1000);
        let mut old = evaluation(&[12, 30, 300], Some(11));
        old.cases[1].figures.cpu_ns = Nanos(13_000_000);
        assert_eq!(chosen(&old, &old, &[], long), [2]);
        old.cases[1].figures.wall_ns = Nanos(60_000_000);
        assert_eq!(chosen(&old, &old, &[], long), [1, 2]);
    }

    #[test]
    fn where_time_is_short_the_heaviest_cases_stand_for_all_and_one_that_was_held_out() {
        let old = evaluation(&[500, 50, 400, 20, 10], None);
        let short = Duration::from_secs(2);
        assert_eq!(chosen(&old, &old, &[], short), [0, 2]);
        let held = [false, false, false, true, true];
        assert_eq!(chosen(&old, &old, &held, short), [0, 2, 3]);
    }

    #[test]
    fn of_very_many_cases_as_many_are_timed_as_there_is_time_for() {
        let walls: Vec<u64> = (0..5000).map(|n| 5 + n % 7).collect();
        let many = evaluation(&walls, None);
        let timed = |seconds| chosen(&many, &many, &[], Duration::from_secs(seconds));
        assert_eq!(timed(5).len(), FEWEST_OF_MANY);
        let some = timed(60);
        assert!(some.len() > 300 && some.len() < 450, "{}", some.len());
        // Light ones too: the heaviest alone would say nothing of them.
        assert!(some.iter().any(|i| walls[*i] == 11) && some.iter().any(|i| walls[*i] == 6));
        assert_eq!(timed(10_000).len(), 5000);
        // Of those in which a version is far slower there are no more.
        let walls: Vec<u64> = walls.iter().map(|w| w * 4).collect();
        let slow = evaluation(&walls, None);
        let both = chosen(&many, &slow, &[], Duration::from_secs(5));
        assert_eq!(both.len(), 2 * FEWEST_OF_MANY);
        let held: Vec<bool> = (0..5000).map(|n| n == 1234).collect();
        assert!(chosen(&many, &many, &held, Duration::from_secs(5)).contains(&1234));
    }

    #[test]
    fn only_short_sweeps_are_repeated() {
        let budget = Duration::from_secs(30);
        let ms = Duration::from_millis;
        assert_eq!(repeats(ms(100), budget), 1);
        assert_eq!(repeats(ms(4), budget), 15);
        assert_eq!(repeats(ms(4), Duration::from_secs(4)), 2, "a short budget");
        assert_eq!(repeats(Duration::ZERO, budget), 32);
    }

    #[test]
    fn a_crowded_machine_does_not_change_the_clock_of_versions_that_compute() {
        let runs = |shares: &[f64]| -> Vec<Vec<Figures>> {
            let figures = |share: &f64| Figures {
                wall_ns: Nanos(100_000_000),
                cpu_ns: Nanos((share * 100e6) as u64),
                ..Figures::default()
            };
            shares.iter().map(|share| vec![figures(share)]).collect()
        };
        let clock = |shares: &[f64], known: &[bool]| {
            Busiest {
                seen: runs(shares),
                known: known.to_vec(),
                single: true,
            }
            .clock()
        };
        assert_eq!(clock(&[0.95, 0.97], &[false, false]), Metric::Cpu);
        assert_eq!(clock(&[0.45, 0.43], &[false, false]), Metric::Wall);
        assert_eq!(clock(&[0.45, 0.43], &[true, false]), Metric::Cpu);
        assert_eq!(clock(&[0.45, 0.3], &[true, false]), Metric::Wall);
        assert_eq!(clock(&[0.95, 0.6], &[true, false]), Metric::Wall);
    }
}

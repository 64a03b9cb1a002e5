//! Candidate against incumbent, the first stage: pairs until the statistics say something or the budget is spent.

use std::time::Duration;

use super::case_selection::{repeats, select_cases};
use super::contender::{CANDIDATE, INCUMBENT, Stop};
use super::contest::Contest;
use super::figures::{figure, log_ratio};
use super::judge::{Judge, Watch};
use super::launches;
use super::pairs::{FirstStage, PairedRunner};
use super::plan::{ComparisonPlan, MEMORY_RESOLUTION};
use super::stats::{FEWEST_CONFIRMING, Sequential};
use super::sweep_figures::SweepFigures;
use super::{Answer, Comparison, Look, Metric, Progress, borne_out, peak, watched};
use crate::base::units::{Gain, Nanos};
use crate::sandbox::CancelToken;
use crate::task::Objective;

impl Judge {
    /// Compares two versions that pass. An answer of "better" only means promising.
    pub(super) fn compare(
        &mut self,
        contest: &Contest<'_>,
        cancel: &CancelToken,
        watch: Watch<'_>,
    ) -> Result<FirstStage, Stop> {
        let (task, plan, names) = (contest.task, contest.plan, contest.names());
        let contenders = vec![contest.incumbent, contest.candidate];
        for contender in &contenders {
            self.prepare_commands(contender.built, task, cancel)?;
        }
        // It says which cases matter where there is no time for all of them.
        let baseline = contest.passing().unwrap_or(contest.incumbent).evaluation;
        let fewest = plan.rules.looks.first().copied().unwrap_or(1) + FEWEST_CONFIRMING + 1;
        let selection = select_cases(
            task,
            &contenders,
            baseline,
            plan.objective,
            fewest,
            plan.usual_budget,
        );
        let mut runner =
            PairedRunner::new(self, contenders, task, selection, plan.objective, plan.seed)?;
        if plan.objective == Objective::Memory {
            let comparison = peak::compare(self, &mut runner, names, plan, cancel, watch)?;
            return Ok(runner.into_first_stage(self, comparison));
        }
        watch(Progress::WarmingUp);
        let clock = runner.warm_up(self, plan.budget, cancel)?;
        let metric = match plan.objective {
            Objective::Integral => Metric::Integral,
            _ => (self.commands_metric(task).or(plan.metric)).unwrap_or(clock),
        };
        if runner.stamping.is_none() {
            runner.repeat(repeats(runner.sweep_time(), plan.usual_budget));
        }
        let mut tracker = BudgetTracker::new(plan.budget, runner.elapsed(self));
        let mut run = Sequential::new(plan.rules);
        let enough = loop {
            let sweeps = runner.sweep(self, cancel)?;
            if let Some(why) = doubt(&sweeps, metric) {
                runner.keep(sweeps);
                let comparison =
                    untellable(&runner, names, [INCUMBENT, CANDIDATE], metric, plan, why);
                return Ok(runner.into_first_stage(self, comparison));
            }
            let look = step(&mut run, &sweeps, CANDIDATE, metric);
            tracker.tick(runner.elapsed(self));
            let left_ns = tracker.left(&run, plan);
            watch(paired(&run, &sweeps, false, left_ns));
            runner.keep(sweeps);
            runner.report_noise(watch);
            if let Some(look) = look {
                watch(Progress::Looked { look, metric });
            } else if let Some(look) = run.early() {
                watch(Progress::Estimated { look, metric });
            }
            if run.finished() {
                break true;
            }
            if tracker.spent(&run) {
                break false;
            }
        };
        let at = [INCUMBENT, CANDIDATE];
        let mut comparison = conclude(&runner, &mut run, names, at, metric, plan);
        comparison.note =
            note(&comparison, enough, tracker.elapsed, plan.budget) + &runner.coverage();
        Ok(runner.into_first_stage(self, comparison))
    }
}

/// Feeds one sweep to the statistics: the candidate against the incumbent of the same sweep.
pub(super) fn step(
    run: &mut Sequential,
    sweeps: &[SweepFigures],
    candidate: usize,
    metric: Metric,
) -> Option<Look> {
    run.push(log_ratio(
        &sweeps[INCUMBENT].figures,
        &sweeps[candidate].figures,
        metric,
    ))
}

/// The progress report of a pair.
pub(super) fn paired(
    run: &Sequential,
    sweeps: &[SweepFigures],
    confirming: bool,
    left_ns: Option<Nanos>,
) -> Progress {
    Progress::Paired {
        pairs: run.pairs().len(),
        log_ratio: run.pairs().last().copied().unwrap_or(0.0),
        incumbent: sweeps[INCUMBENT].figures,
        candidate: sweeps[CANDIDATE].figures,
        confirming,
        left_ns,
    }
}

/// ln of a gain that is worth waiting for, where even the first look at it takes longer than the budget.
const LARGE: f64 = 0.405;

/// So many times the budget the first look may take then.
const FAR_BEYOND: u32 = 12;

/// Keeps to the budget: how long a pair takes, and whether there is time for the next look.
struct BudgetTracker {
    budget: Duration,
    warm_up: Duration,
    elapsed: Duration,
}

impl BudgetTracker {
    fn new(budget: Duration, warm_up: Duration) -> Self {
        Self {
            budget,
            warm_up,
            elapsed: warm_up,
        }
    }

    fn tick(&mut self, elapsed: Duration) {
        self.elapsed = elapsed;
    }

    fn pair(&self, run: &Sequential) -> Duration {
        (self.elapsed.saturating_sub(self.warm_up))
            / u32::try_from(run.pairs().len().max(1)).unwrap_or(u32::MAX)
    }

    /// Whether there is no time left for the next look. Before the first look twice the budget is allowed, since without
    /// one all runs were for nothing, and far more where all pairs so far show a large gain; afterwards a likely win reserves the time
    /// that its confirmation needs.
    fn spent(&self, run: &Sequential) -> bool {
        let Some(next) = run.next_look() else {
            return true;
        };
        let pair = self.pair(run);
        let pairs = |n: usize| pair * u32::try_from(n).unwrap_or(u32::MAX);
        let at_look = self.elapsed + pairs(next - run.pairs().len());
        match run.looks().last() {
            None if run.pairs().iter().all(|z| *z > LARGE) => at_look > self.budget * FAR_BEYOND,
            None => at_look > self.budget * 2,
            Some(look) if look.gain > Gain::ONE => at_look + pairs(FEWEST_CONFIRMING) > self.budget,
            Some(_) => at_look > self.budget,
        }
    }

    /// What is left at most: the rest of the budget (before the first look: the time until it), or of the looks.
    fn left(&self, run: &Sequential, plan: &ComparisonPlan) -> Option<Nanos> {
        let until = |pairs: usize| {
            self.pair(run)
                * u32::try_from(pairs.saturating_sub(run.pairs().len())).unwrap_or(u32::MAX)
        };
        let first = if run.looks().is_empty() {
            until(run.next_look()?)
        } else {
            Duration::ZERO
        };
        let budget = self.budget.saturating_sub(self.elapsed);
        Some(
            until(*plan.rules.looks.last()?)
                .min(budget.max(first))
                .into(),
        )
    }
}

/// The comparison that follows from the pairs so far.
pub(super) fn conclude(
    runner: &PairedRunner<'_>,
    run: &mut Sequential,
    names: [&str; 2],
    at: [usize; 2],
    metric: Metric,
    plan: &ComparisonPlan,
) -> Comparison {
    let standing = run.standing();
    let mut comparison = Comparison {
        candidate: names[1].to_owned(),
        incumbent: names[0].to_owned(),
        metric,
        gain: standing.gain,
        low: standing.low,
        high: standing.high,
        pairs: standing.pairs,
        confirmed: false,
        answer: run.answer().unwrap_or(Answer::Undecided),
        looks: run.looks().to_vec(),
        log_ratios: run.pairs().to_vec(),
        confirming: Vec::new(),
        per_case: runner.per_case(at[0], at[1], metric),
        incumbent_figures: runner.medians(at[0]),
        candidate_figures: runner.medians(at[1]),
        smallest_effect: plan.rules.smallest_effect,
        margin: plan.rules.margin,
        repeats: runner.repeats(),
        floors: runner.floors(at[0], at[1]),
        noise: runner.noise(),
        only: runner.selection.only.clone(),
        launches: runner.launches_told(at, metric),
        slope: None,
        second_to: None,
        reported_name: runner
            .reported_name
            .clone()
            .filter(|_| metric.is_reported()),
        not_borne_out: None,
        watched: watched::watched([runner.sweeps(at[0]), runner.sweeps(at[1])], plan),
        note: String::new(),
    };
    if comparison.answer == Answer::Better {
        runner.charge(&mut comparison, at);
        let sweeps = at.map(|who| runner.sweeps(who));
        let doubt = borne_out::doubt(&comparison, sweeps, runner.effort, plan.rules.level);
        if let Some(doubt) = doubt {
            if doubt.decides {
                comparison.answer = Answer::Undecided;
            }
            comparison.not_borne_out = Some(doubt.why);
        }
    }
    if metric == Metric::Integral && below_floor(&comparison) {
        comparison.answer = match comparison.answer {
            Answer::Better | Answer::Worse => Answer::NoDifference,
            other => other,
        };
    }
    comparison
}

/// Why the figure that a bench says tells nothing in a sweep.
pub(super) fn doubt(sweeps: &[SweepFigures], metric: Metric) -> Option<String> {
    let mut doubts = sweeps.iter().filter_map(|s| s.doubt.clone());
    doubts.next().filter(|_| metric.is_reported())
}

/// The comparison of two versions of which at least one says a figure that tells nothing. The time of the command itself is
/// named instead.
pub(super) fn untellable(
    runner: &PairedRunner<'_>,
    names: [&str; 2],
    at: [usize; 2],
    metric: Metric,
    plan: &ComparisonPlan,
    why: String,
) -> Comparison {
    let nothing = &mut Sequential::new(plan.rules);
    let comparison = conclude(runner, nothing, names, at, metric, plan);
    let times = [comparison.candidate_figures, comparison.incumbent_figures].map(|f| f.wall_ns);
    let note = format!(
        "{why}. The whole command takes {} with {}, {} with {}",
        times[0], names[1], times[1], names[0]
    );
    Comparison {
        answer: Answer::Undecided,
        per_case: Vec::new(),
        note,
        ..comparison
    }
}

/// Whether two integrals differ by less than [`MEMORY_RESOLUTION`] held for the whole run.
pub(super) fn below_floor(c: &Comparison) -> bool {
    let gap = (figure(&c.incumbent_figures, Metric::Integral)
        - figure(&c.candidate_figures, Metric::Integral))
    .abs();
    let time = c.incumbent_figures.wall_ns.min(c.candidate_figures.wall_ns);
    gap < MEMORY_RESOLUTION.0 as f64 * time.0 as f64
}

fn note(c: &Comparison, enough: bool, elapsed: Duration, budget: Duration) -> String {
    let after = format!("after {} pairs", c.pairs);
    match c.answer {
        _ if let Some(why) = &c.not_borne_out => why.clone(),
        Answer::NoDifference if c.metric == Metric::Integral && below_floor(c) => {
            format!(
                "the difference is below {MEMORY_RESOLUTION} held for the run, too little to tell; {after}"
            )
        }
        Answer::Better => format!("promising {after}, not yet confirmed"),
        Answer::Worse => format!("worse {after}"),
        Answer::NoDifference => format!("the same within ±{:.1} % {after}", c.margin * 100.0),
        Answer::NotBetter if let Some(why) = moved(c) => why,
        Answer::NotBetter => format!(
            "not better by {:.0} % or more {after}",
            c.smallest_effect * 100.0
        ),
        Answer::Undecided if enough => {
            format!("no answer {after}: the machine is too noisy for a difference this small")
        }
        Answer::Undecided if c.looks.is_empty() => {
            format!(
                "one pair takes {}, too long for a look within {}; give more time with --comparison-time",
                Nanos::from(elapsed / c.pairs.max(1) as u32),
                Nanos::from(budget)
            )
        }
        Answer::Undecided => {
            let between = match (at_most(1.0 / c.low.0), at_most(c.high.0)) {
                (worse, _) if c.high.0 < 1.0 => {
                    format!("worse by {} to {worse}, it seems", at_most(1.0 / c.high.0))
                }
                (_, better) if c.low.0 > 1.0 => {
                    format!("better by {} to {better}, it seems", at_most(c.low.0))
                }
                (worse, better) => format!("at most {better} better, at most {worse} worse"),
            };
            format!(
                "no answer {after}, and no time for as many more within {}: {between}; give more time with --comparison-time",
                Nanos::from(budget)
            )
        }
    }
}

/// What is said of a candidate whose passes are better, and which spends elsewhere what it saves in them.
pub(super) fn moved(c: &Comparison) -> Option<String> {
    let launches = c.launches.as_ref()?;
    let promised = launches.promised?;
    Some(format!(
        "its passes look {promised} better, but what they save is spent elsewhere: {}",
        launches::charged_in_words(launches)
    ))
}

/// How much better or worse a ratio is: `3.1 %`, `2.40×`; never negative.
fn at_most(ratio: f64) -> String {
    match (ratio - 1.0).max(0.0) * 100.0 {
        share if share < 10.0 => format!("{share:.1} %"),
        share if share < 100.0 => format!("{share:.0} %"),
        _ => Gain(ratio).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_told_in_numbers_that_mean_something() {
        let told = [0.5, 1.0, 1.031, 1.42, 2.4, 438.31, 1e6].map(at_most);
        assert_eq!(
            told,
            ["0.0 %", "0.0 %", "3.1 %", "42 %", "2.40×", "438×", ">1000×"]
        );
    }
}

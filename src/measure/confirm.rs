//! Confirmation of a promising candidate on fresh pairs: a win may be luck, and the luckiest of many candidates surely was
//! lucky. Only these figures are reported.

use std::time::Duration;

use super::compare::{below_floor, conclude, doubt, moved, paired, step, untellable};
use super::contender::{CANDIDATE, INCUMBENT, ORIGINAL, Stop};
use super::contest::Contest;
use super::figures::log_ratio;
use super::judge::{Judge, Watch};
use super::launches;
use super::pairs::{FirstStage, PairedRunner};
use super::plan::ComparisonPlan;
use super::stats::Sequential;
use super::{Answer, Comparison, Metric, Progress, borne_out, peak};
use crate::base::units::Nanos;
use crate::sandbox::CancelToken;
use crate::task::Objective;

/// Against the incumbent, with the figures of the fresh pairs, and `confirmed` if the win stands; and against v0, from
/// the same runs: that of the incumbent where the incumbent is v0, absent without an original that passes.
type Confirmed = (Comparison, Option<Comparison>);

impl Judge {
    /// Measures a promising candidate again: fresh triples of candidate, incumbent and original (pairs, where the
    /// incumbent is the original), as many as it takes within what the first stage has left of the budget.
    pub(super) fn confirm(
        &mut self,
        first: FirstStage,
        contest: &Contest<'_>,
        cancel: &CancelToken,
        watch: Watch<'_>,
    ) -> Result<Confirmed, Stop> {
        let (task, plan) = (contest.task, contest.plan);
        let passing = contest.passing();
        let third = passing.filter(|o| o.built.hash != contest.incumbent.built.hash);
        let mut contenders = vec![contest.incumbent, contest.candidate];
        contenders.extend(third);
        if let Some(original) = passing.filter(|_| borne_out::applies(&first.comparison)) {
            self.try_idle(task, original, cancel)?;
        }
        for contender in &contenders {
            self.prepare_commands(contender.built, task, cancel)?;
        }
        let seed = plan.seed.map(|s| s ^ 0x5eed);
        let mut runner = PairedRunner::new(
            self,
            contenders,
            task,
            first.selection.clone(),
            plan.objective,
            seed,
        )?;
        runner.repeat(first.repeats);
        if let (Some(stamping), Some(settled)) = (runner.stamping.as_mut(), &first.settled) {
            stamping.settled = settled.clone();
        }
        let third = third.map(|o| o.name);
        let fresh = if plan.objective == Objective::Memory {
            Some(self.fresh_peaks(&mut runner, contest, third, cancel, watch)?)
        } else {
            self.fresh_pairs(&mut runner, contest, third, &first, cancel, watch)?
        };
        let Some((fresh, third)) = fresh else {
            return Ok((no_time(first.comparison, plan), None));
        };
        let mut comparison = confirmed(first.comparison, fresh);
        comparison.note += &runner.coverage();
        let against_original = match (third, passing) {
            (Some(third), _) => Some(settled(third)),
            // Same programs, same runs: the very same figures under v0's name.
            (None, Some(o)) => Some(Comparison {
                incumbent: o.name.to_owned(),
                ..comparison.clone()
            }),
            (None, None) => None,
        };
        Ok((comparison, against_original))
    }

    /// The fresh comparisons of peaks, against the incumbent and the third.
    fn fresh_peaks(
        &mut self,
        runner: &mut PairedRunner<'_>,
        contest: &Contest<'_>,
        third: Option<&str>,
        cancel: &CancelToken,
        watch: Watch<'_>,
    ) -> Result<Confirmed, Stop> {
        peak::pairs(self, runner, true, cancel, watch)?;
        let with = |name, at| {
            let names = [name, contest.candidate.name];
            peak::conclude(runner, names, [at, CANDIDATE], contest.plan)
        };
        Ok((
            with(contest.incumbent.name, INCUMBENT),
            third.map(|third| with(third, ORIGINAL)),
        ))
    }

    /// The fresh comparisons against the incumbent and the third; `None` if there was no time.
    fn fresh_pairs(
        &mut self,
        runner: &mut PairedRunner<'_>,
        contest: &Contest<'_>,
        third: Option<&str>,
        first: &FirstStage,
        cancel: &CancelToken,
        watch: Watch<'_>,
    ) -> Result<Option<Confirmed>, Stop> {
        let (plan, spent) = (contest.plan, first.spent);
        let metric = first.comparison.metric;
        let mut metric_original = metric;
        let left = plan.budget.saturating_sub(spent);
        if third.is_some() {
            // The original was not there when the clock was chosen; one unfit for CPU time is timed by the wall.
            let clock = runner.warm_up(self, left, cancel)?;
            if metric == Metric::Cpu && plan.metric.is_none() {
                metric_original = clock;
            }
        }
        // How many pairs there is time for decides how they are looked at, before the first of them.
        let pair = match third {
            Some(_) => runner.sweep_time(),
            None => spent / u32::try_from(first.comparison.pairs + 1).unwrap_or(u32::MAX),
        };
        let room = |time: Duration| time.as_secs_f64() / pair.as_secs_f64().max(1e-9);
        let warmed = runner.elapsed(self);
        let fewest = runner.fewest_confirming();
        if room((plan.budget * 2).saturating_sub(spent + warmed)) < fewest as f64 {
            if !looks_clear(&first.comparison) {
                return Ok(None);
            }
            // All that was measured so far would be lost, and most likely a win with it.
            let whole = spent + warmed + pair * u32::try_from(fewest).unwrap_or(u32::MAX);
            watch(Progress::BeyondBudget {
                budget_ns: plan.budget.into(),
                more_ns: whole.saturating_sub(plan.budget).into(),
            });
        }
        let most = (room(left.saturating_sub(warmed)) as usize).max(fewest);
        let rules = plan.rules.confirming(most);
        let (mut run, mut run_original) = (Sequential::new(rules), Sequential::new(rules));
        loop {
            let sweeps = runner.sweep(self, cancel)?;
            if let Some(why) = doubt(&sweeps, metric) {
                runner.keep(sweeps);
                let told = |name: &str, at: usize| {
                    let pair = [name, contest.candidate.name];
                    untellable(runner, pair, [at, CANDIDATE], metric, plan, why.clone())
                };
                let third = third.map(|third| told(third, ORIGINAL));
                return Ok(Some((told(contest.incumbent.name, INCUMBENT), third)));
            }
            let look = step(&mut run, &sweeps, CANDIDATE, metric);
            if let Some(original) = sweeps.get(ORIGINAL) {
                run_original.push(log_ratio(
                    &original.figures,
                    &sweeps[CANDIDATE].figures,
                    metric_original,
                ));
            }
            let done = run.pairs().len();
            let elapsed = runner.elapsed(self);
            let pair = elapsed.saturating_sub(warmed) / done as u32;
            let until =
                |pairs: usize| pair * u32::try_from(pairs.saturating_sub(done)).unwrap_or(u32::MAX);
            let fewest = rules.looks.first().copied().unwrap_or(1);
            let last = rules.looks.last().copied().unwrap_or(1);
            let rest = left
                .saturating_sub(elapsed)
                .min(until(last))
                .max(until(fewest));
            watch(paired(&run, &sweeps, true, Some(Nanos::from(rest))));
            runner.keep(sweeps);
            runner.report_noise(watch);
            if let Some(look) = look {
                watch(Progress::Looked { look, metric });
            }
            let no_time = run
                .next_look()
                .is_none_or(|next| elapsed.saturating_add(until(next)) > left);
            if run.finished() || (done >= fewest && no_time) {
                break;
            }
        }
        let at = [INCUMBENT, CANDIDATE];
        let fresh = conclude(runner, &mut run, contest.names(), at, metric, plan);
        let third = third.map(|third| {
            let (names, at) = ([third, contest.candidate.name], [ORIGINAL, CANDIDATE]);
            conclude(runner, &mut run_original, names, at, metric_original, plan)
        });
        Ok(Some((fresh, third)))
    }
}

/// Whether even the lower end of what was seen so far is better by enough to matter.
fn looks_clear(first: &Comparison) -> bool {
    first.low.0 > 1.0 + first.smallest_effect
}

/// A promising candidate for whose confirmation there was no time: no win.
fn no_time(first: Comparison, plan: &ComparisonPlan) -> Comparison {
    Comparison {
        answer: Answer::Undecided,
        note: format!(
            "looks better ({} after {} pairs), but there is no time to confirm it within {}; give more time with --comparison-time",
            first.gain,
            first.pairs,
            Nanos::from(plan.budget)
        ),
        ..first
    }
}

/// The first comparison with the figures of the fresh pairs, and whether the win stands.
fn confirmed(first: Comparison, fresh: Comparison) -> Comparison {
    let stands = fresh.answer == Answer::Better
        && !(fresh.metric == Metric::Integral && below_floor(&fresh));
    let elsewhere = moved(&fresh);
    let note = match (stands, fresh.metric) {
        (true, Metric::Peak) => fresh.note,
        (true, _) => {
            let charged = fresh.launches.as_ref();
            let counted = charged.and_then(|l| Some((l.promised?, l)));
            let counted = counted.map_or_else(String::new, |(promised, launches)| {
                let more = launches::charged_in_words(launches);
                format!("; its passes alone are {promised}, counted in is {more}")
            });
            format!(
                "better on {} fresh pairs, after it looked so on {}{counted}",
                fresh.pairs, first.pairs
            )
        }
        (false, _) if let Some(why) = &fresh.not_borne_out => why.clone(),
        (false, metric) if metric.is_reported() && !fresh.note.is_empty() => fresh.note,
        (false, _) if let Some(why) = elsewhere => why,
        (false, _) => format!(
            "looked better ({} after {} pairs), but {} fresh ones do not confirm it ({} [{:.2}–{:.2}])",
            first.gain, first.pairs, fresh.pairs, fresh.gain, fresh.low.0, fresh.high.0
        ),
    };
    Comparison {
        confirmed: stands,
        answer: match (stands, fresh.answer) {
            (true, _) => Answer::Better,
            (false, Answer::Undecided) => Answer::Undecided,
            (false, _) => Answer::NotBetter,
        },
        gain: fresh.gain,
        low: fresh.low,
        high: fresh.high,
        pairs: fresh.pairs,
        confirming: fresh.log_ratios,
        per_case: fresh.per_case,
        incumbent_figures: fresh.incumbent_figures,
        candidate_figures: fresh.candidate_figures,
        noise: super::noise::worse(first.noise, fresh.noise),
        launches: fresh.launches,
        watched: fresh.watched,
        slope: None,
        not_borne_out: fresh.not_borne_out,
        note,
        ..first
    }
}

/// All pairs against the original are fresh ones: its figures stand as they are.
fn settled(c: Comparison) -> Comparison {
    let note = match c.metric {
        Metric::Peak => c.note,
        _ => format!(
            "{} against the original on {} fresh pairs",
            c.answer.in_words(),
            c.pairs
        ),
    };
    Comparison {
        confirmed: c.answer == Answer::Better,
        confirming: c.log_ratios,
        log_ratios: Vec::new(),
        note,
        ..c
    }
}

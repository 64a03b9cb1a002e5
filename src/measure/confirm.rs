//! Confirmation of a winner on fresh pairs: a win may be luck, and the luckiest of many candidates surely was lucky.
//! Only these figures are reported.

use std::time::Duration;

use super::compare::{
    CANDIDATE, CONFIRMING, Compared, INCUMBENT, ORIGINAL, Plan, below_floor, conclude, paired, step,
};
use super::judge::{Judge, JudgeError, Watch};
use super::pairs::{Contender, Track, choose};
use super::stats::{CONFIRMING_LOOKS, Rules, Sequential};
use super::{Answer, Comparison, Evaluation, Figures, Metric, Progress, peak};
use crate::sandbox::Control;
use crate::task::{Objective, Task};
use crate::units::Nanos;

/// What a confirmation led to.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant)] // Made once a comparison, and nearly always the large one.
pub enum Confirmed {
    /// All were right in every run.
    Done {
        /// Against the incumbent: with the figures of the fresh pairs, and `confirmed` if the win stands.
        comparison: Comparison,
        /// Against v0, from the same runs. That of the incumbent where the incumbent is v0; absent without an original
        /// that passes.
        against_original: Option<Comparison>,
    },
    /// One failed in a timed run and is void; always [`Compared::Voided`].
    Voided(Compared),
}

impl Judge {
    /// Measures a winner again: at least twelve fresh triples of candidate, incumbent and original (pairs, where the
    /// incumbent is the original), as many as it takes within the budget that the comparison has left. `first` is the
    /// comparison that it won.
    ///
    /// # Errors
    /// A contender that does not pass, the sandbox failed, or stopped.
    #[allow(clippy::too_many_arguments)]
    pub fn confirm(
        &mut self,
        first: Comparison,
        incumbent: &Contender<'_>,
        candidate: &Contender<'_>,
        original: Option<&Contender<'_>>,
        task: &Task,
        plan: &Plan,
        control: &Control,
        watch: Watch<'_>,
    ) -> Result<Confirmed, JudgeError> {
        let passing = original.filter(|o| o.evaluation.verdict.accepted());
        let third = passing.filter(|o| o.built.hash != incumbent.built.hash);
        let baseline: &Evaluation = passing.map_or(incumbent.evaluation, |o| o.evaluation);
        let mut contenders = vec![*incumbent, *candidate];
        contenders.extend(third);
        let left = left(&first, plan);
        let choice = choose(
            &contenders,
            baseline,
            plan.objective,
            CONFIRMING,
            left.max(plan.budget / 4),
        );
        let mut track = Track::new(
            self,
            contenders.clone(),
            task,
            choice,
            plan.seed.map(|s| s ^ 0x5eed),
        )?;
        let names = [incumbent.name, candidate.name];

        let (comparison, mut against_original) = if plan.objective == Objective::Memory {
            if let Err(voided) = peak::pairs(self, &mut track, true, control, watch)? {
                return Ok(Confirmed::Voided(voided));
            }
            let fresh = peak::conclude(&track, names, [INCUMBENT, CANDIDATE], plan);
            let third = third.map(|o| {
                peak::conclude(
                    &track,
                    [o.name, candidate.name],
                    [ORIGINAL, CANDIDATE],
                    plan,
                )
            });
            (confirmed(first, fresh), third)
        } else {
            // The original was not there when the clock was chosen; one unfit for CPU time is timed by the wall.
            let mut metric_original = first.metric;
            if third.is_some() {
                match track.warm_up(self, left, control)? {
                    Ok(clock) if first.metric == Metric::Cpu && plan.metric.is_none() => {
                        metric_original = clock
                    }
                    Ok(_) => {}
                    Err(voided) => return Ok(Confirmed::Voided(voided.into())),
                }
            }
            let rules = Rules {
                looks: CONFIRMING_LOOKS,
                ..plan.rules
            };
            let mut runs = [Sequential::new(rules), Sequential::new(rules)];
            let most = (2 * first.pairs).max(2 * CONFIRMING);
            loop {
                let laps = match track.sweep(self, control)? {
                    Ok(laps) => laps,
                    Err(voided) => return Ok(Confirmed::Voided(voided.into())),
                };
                let look = step(&mut runs[0], &laps, CANDIDATE, first.metric);
                if third.is_some() {
                    runs[1].push(super::pairs::log_ratio(
                        &laps[ORIGINAL].figures,
                        &laps[CANDIDATE].figures,
                        metric_original,
                    ));
                }
                let done = runs[0].pairs().len();
                let elapsed = track.elapsed(self);
                let pair = elapsed / done as u32;
                let at_least = pair * CONFIRMING.saturating_sub(done) as u32;
                watch(paired(
                    &runs[0],
                    &laps,
                    true,
                    Some(Nanos::from(
                        left.saturating_sub(elapsed)
                            .min(pair * most.saturating_sub(done) as u32)
                            .max(at_least),
                    )),
                ));
                track.keep(laps);
                if let Some(look) = look {
                    watch(Progress::Looked {
                        look,
                        metric: first.metric,
                    });
                }
                let next = runs[0].next_look().unwrap_or(usize::MAX);
                let until_next =
                    pair * u32::try_from(next.saturating_sub(done)).unwrap_or(u32::MAX);
                if runs[0].finished()
                    || (done >= CONFIRMING
                        && (next > most || elapsed.saturating_add(until_next) > left))
                {
                    break;
                }
            }
            let fresh = conclude(
                &track,
                &mut runs[0],
                names,
                [INCUMBENT, CANDIDATE],
                first.metric,
                plan,
            );
            let third = third.map(|o| {
                conclude(
                    &track,
                    &mut runs[1],
                    [o.name, candidate.name],
                    [ORIGINAL, CANDIDATE],
                    metric_original,
                    plan,
                )
            });
            (confirmed(first, fresh), third)
        };
        match (&mut against_original, passing) {
            // Same programs, same runs: the very same figures under v0's name.
            (none @ None, Some(o)) => {
                *none = Some(Comparison {
                    incumbent: o.name.to_owned(),
                    ..comparison.clone()
                })
            }
            (Some(c), _) => settle_against_original(c),
            (None, None) => {}
        }
        Ok(Confirmed::Done {
            comparison,
            against_original,
        })
    }
}

/// What the comparison has left of the budget; its own time is told from its figures, plus a tenth for starting programs.
fn left(first: &Comparison, plan: &Plan) -> Duration {
    let wall = |f: &Figures| Duration::from(f.wall_ns);
    let pair = wall(&first.incumbent_figures) + wall(&first.candidate_figures);
    plan.budget
        .saturating_sub((pair * u32::try_from(first.pairs + 1).unwrap_or(u32::MAX)).mul_f64(1.1))
}

/// The first comparison with the figures of the fresh pairs, and what became of the win.
fn confirmed(first: Comparison, fresh: Comparison) -> Comparison {
    let stands = fresh.answer == Answer::Better
        && !(fresh.metric == Metric::Integral && below_floor(&fresh));
    let note = match (stands, fresh.metric) {
        (true, Metric::Peak) => fresh.note,
        (true, _) => format!(
            "better after {} pairs, confirmed on {} fresh ones",
            first.pairs, fresh.pairs
        ),
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
        note,
        ..first
    }
}

/// All pairs against the original are fresh ones: its figures stand as they are.
fn settle_against_original(c: &mut Comparison) {
    c.confirmed = c.answer == Answer::Better;
    c.confirming = std::mem::take(&mut c.log_ratios);
    if c.metric != Metric::Peak {
        c.note = format!(
            "{} against the original on {} fresh pairs",
            c.answer.in_words(),
            c.pairs
        );
    }
}

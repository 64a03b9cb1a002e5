//! Confirmation of a winner on fresh pairs: a win may be luck, and the luckiest of many candidates surely was lucky.
//! Only these figures are reported.

use std::time::Duration;

use super::compare::{
    CANDIDATE, CONFIRMING, Compared, INCUMBENT, ORIGINAL, Plan, below_floor, conclude, paired, step,
};
use super::judge::{Judge, JudgeError, Watch};
use super::pairs::{Contender, Track, choose, log_ratio};
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
            contenders,
            task,
            choice,
            plan.seed.map(|s| s ^ 0x5eed),
        )?;

        let names = Names {
            incumbent: incumbent.name,
            candidate: candidate.name,
            original: third.map(|o| o.name),
        };
        let fresh = if plan.objective == Objective::Memory {
            self.fresh_peaks(&mut track, &names, plan, control, watch)?
        } else {
            self.fresh_pairs(&mut track, &names, &first, left, plan, control, watch)?
        };
        let (fresh, third) = match fresh {
            Ok(fresh) => fresh,
            Err(voided) => return Ok(Confirmed::Voided(voided)),
        };
        let mut comparison = confirmed(first, fresh);
        comparison.note += &track.coverage();
        let against_original = match (third, passing) {
            (Some(third), _) => Some(settled(third)),
            // Same programs, same runs: the very same figures under v0's name.
            (None, Some(o)) => Some(Comparison {
                incumbent: o.name.to_owned(),
                ..comparison.clone()
            }),
            (None, None) => None,
        };
        Ok(Confirmed::Done {
            comparison,
            against_original,
        })
    }

    fn fresh_peaks(
        &mut self,
        track: &mut Track<'_>,
        names: &Names<'_>,
        plan: &Plan,
        control: &Control,
        watch: Watch<'_>,
    ) -> Result<Fresh, JudgeError> {
        if let Err(voided) = peak::pairs(self, track, true, control, watch)? {
            return Ok(Err(voided));
        }
        let fresh = peak::conclude(
            track,
            [names.incumbent, names.candidate],
            [INCUMBENT, CANDIDATE],
            plan,
        );
        let third = names
            .original
            .map(|o| peak::conclude(track, [o, names.candidate], [ORIGINAL, CANDIDATE], plan));
        Ok(Ok((fresh, third)))
    }

    #[allow(clippy::too_many_arguments)]
    fn fresh_pairs(
        &mut self,
        track: &mut Track<'_>,
        names: &Names<'_>,
        first: &Comparison,
        left: Duration,
        plan: &Plan,
        control: &Control,
        watch: Watch<'_>,
    ) -> Result<Fresh, JudgeError> {
        let metric = first.metric;
        let mut metric_original = metric;
        if names.original.is_some() {
            // The original was not there when the clock was chosen; one unfit for CPU time is timed by the wall.
            match track.warm_up(self, left, control)? {
                Ok(clock) if metric == Metric::Cpu && plan.metric.is_none() => {
                    metric_original = clock
                }
                Ok(_) => {}
                Err(voided) => return Ok(Err(voided.into())),
            }
        }
        let rules = Rules {
            looks: CONFIRMING_LOOKS,
            ..plan.rules
        };
        let (mut run, mut run_original) = (Sequential::new(rules), Sequential::new(rules));
        let most = (2 * first.pairs).max(2 * CONFIRMING);
        loop {
            let laps = match track.sweep(self, control)? {
                Ok(laps) => laps,
                Err(voided) => return Ok(Err(voided.into())),
            };
            let look = step(&mut run, &laps, CANDIDATE, metric);
            if let Some(original) = laps.get(ORIGINAL) {
                run_original.push(log_ratio(
                    &original.figures,
                    &laps[CANDIDATE].figures,
                    metric_original,
                ));
            }
            let done = run.pairs().len();
            let elapsed = track.elapsed(self);
            let pair = elapsed / done as u32;
            let until =
                |pairs: usize| pair * u32::try_from(pairs.saturating_sub(done)).unwrap_or(u32::MAX);
            let rest = left
                .saturating_sub(elapsed)
                .min(until(most))
                .max(until(CONFIRMING));
            watch(paired(&run, &laps, true, Some(Nanos::from(rest))));
            track.keep(laps);
            if let Some(look) = look {
                watch(Progress::Looked { look, metric });
            }
            let next = run.next_look().unwrap_or(usize::MAX);
            let no_time = next > most || elapsed.saturating_add(until(next)) > left;
            if run.finished() || (done >= CONFIRMING && no_time) {
                break;
            }
        }
        let pair = [names.incumbent, names.candidate];
        let fresh = conclude(track, &mut run, pair, [INCUMBENT, CANDIDATE], metric, plan);
        let third = names.original.map(|o| {
            conclude(
                track,
                &mut run_original,
                [o, names.candidate],
                [ORIGINAL, CANDIDATE],
                metric_original,
                plan,
            )
        });
        Ok(Ok((fresh, third)))
    }
}

/// What the contenders are called; the original only if it runs as a third.
struct Names<'a> {
    incumbent: &'a str,
    candidate: &'a str,
    original: Option<&'a str>,
}

/// The fresh comparisons against incumbent and original, or the contender that failed.
type Fresh = Result<(Comparison, Option<Comparison>), Compared>;

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

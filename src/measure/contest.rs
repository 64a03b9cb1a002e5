//! A whole contest: comparison, then confirmation of a promising candidate. The answer that decisions are made on.

use super::compare::{Plan, Void};
use super::judge::{Judge, JudgeError, Watch};
use super::pairs::Contender;
use super::{Answer, Comparison, floor};
use crate::sandbox::Control;
use crate::task::Task;

/// What a contest led to.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant)] // Made once a comparison, and nearly always the large one.
pub enum Contested {
    /// All were right in every run.
    Done {
        /// Candidate against incumbent; `better` only if it was confirmed.
        comparison: Comparison,
        /// Candidate against v0, where it won and there is an original that passes.
        against_original: Option<Comparison>,
    },
    /// One failed in a timed run and is void.
    Voided(Void),
}

impl Judge {
    /// Compares two versions that pass and, if the candidate wins, measures it again on fresh pairs.
    ///
    /// # Errors
    /// A contender that does not pass, the sandbox failed, or stopped.
    #[allow(clippy::too_many_arguments)]
    pub fn contest(
        &mut self,
        incumbent: &Contender<'_>,
        candidate: &Contender<'_>,
        original: Option<&Contender<'_>>,
        task: &Task,
        plan: &Plan,
        control: &Control,
        watch: Watch<'_>,
    ) -> Result<Contested, JudgeError> {
        let baseline = original
            .filter(|o| o.evaluation.verdict.accepted())
            .map_or(incumbent.evaluation, |o| o.evaluation);
        let first =
            match self.compare(incumbent, candidate, baseline, task, plan, control, watch)? {
                Ok(first) => first,
                Err(void) => return Ok(Contested::Voided(void)),
            };
        if first.comparison.answer != Answer::Better {
            return Ok(Contested::Done {
                comparison: remarked(first.comparison),
                against_original: None,
            });
        }
        let confirmed = self.confirm(
            first, incumbent, candidate, original, task, plan, control, watch,
        )?;
        Ok(match confirmed {
            Ok((comparison, against_original)) => Contested::Done {
                comparison: remarked(comparison),
                against_original: against_original.map(remarked),
            },
            Err(void) => Contested::Voided(void),
        })
    }
}

/// With what people should know of the floor.
fn remarked(mut comparison: Comparison) -> Comparison {
    comparison.note += &floor::remark(&comparison);
    comparison
}

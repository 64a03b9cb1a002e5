//! The rule of replacement: when a candidate becomes the incumbent. Pure.
//!
//! The paper's rule (arXiv 2505.23387: both fail → take the new one; pass → fail keeps the old; fail → pass takes
//! the new; both pass → compare) with one condition more: of two that pass, a candidate is taken only if it is
//! better by a comparison that fresh runs confirmed. "Take the new one" of two failures is a matter of which
//! version the next prompt shows (`Session::next_parent`); an incumbent always passes.

use crate::measure::{Answer, Comparison, Evaluation};
use crate::session::event::Decision;
use crate::task::Objective;

/// Decides about a candidate. `comparison` is there when both it and the incumbent pass.
pub(super) fn decide(
    evaluation: &Evaluation,
    comparison: Option<&Comparison>,
    objective: Objective,
) -> (Decision, String) {
    if !evaluation.verdict.accepted() {
        let why = match &evaluation.failure {
            Some(f) if f.case.is_empty() => evaluation.verdict.in_words().to_owned(),
            Some(f) => format!("{} on case {}", evaluation.verdict.in_words(), f.case),
            None => evaluation.verdict.in_words().to_owned(),
        };
        return (Decision::Rejected, why);
    }
    let Some(c) = comparison else {
        return (
            Decision::Accepted,
            "the first version that passes every case".into(),
        );
    };
    let figures = format!("{} [{}–{}]", c.gain, short(c.low.0), short(c.high.0));
    match c.answer {
        Answer::Better if c.confirmed => (
            Decision::Accepted,
            format!(
                "{} than {}: {figures}",
                objective.comparative(),
                c.incumbent
            ),
        ),
        Answer::Better => (
            Decision::Rejected,
            format!(
                "looked better than {} but fresh runs did not confirm it: {figures}",
                c.incumbent
            ),
        ),
        Answer::Worse => (
            Decision::Rejected,
            format!("worse than {}: {figures}", c.incumbent),
        ),
        Answer::NoDifference => (
            Decision::Rejected,
            format!("no difference from {}: {figures}", c.incumbent),
        ),
        Answer::NotBetter => (
            Decision::Rejected,
            format!("not better than {}: {figures}", c.incumbent),
        ),
        Answer::Undecided => (
            Decision::Rejected,
            format!(
                "undecided against {} within the time for it: {figures}",
                c.incumbent
            ),
        ),
    }
}

fn short(x: f64) -> String {
    if x < 10.0 {
        format!("{x:.2}")
    } else {
        format!("{x:.1}")
    }
}

//! The rule of replacement: when a candidate becomes the incumbent. Pure.
//!
//! The paper's rule (arXiv 2505.23387: both fail → take the new one; pass → fail keeps the old; fail → pass takes
//! the new; both pass → compare) with one condition more: of two that pass, a candidate is taken only if it is
//! better by a comparison that fresh runs confirmed. "Take the new one" of two failures is a matter of which
//! version the next prompt shows (`Session::next_parent`); an incumbent always passes.

use crate::measure::{Answer, Comparison, Evaluation};
use crate::session::event::Decision;

/// Decides about a candidate. `comparison` is there when both it and the incumbent pass.
pub(super) fn decide(
    evaluation: &Evaluation,
    comparison: Option<&Comparison>,
) -> (Decision, String) {
    if !evaluation.verdict.accepted() {
        let verdict = evaluation.in_words();
        let why = match evaluation.failure.as_ref().and_then(|f| f.case.as_ref()) {
            Some(case) => format!("{verdict} on case {case}"),
            None => verdict.to_owned(),
        };
        return (Decision::Rejected, why);
    }
    let Some(c) = comparison else {
        return (
            Decision::Accepted,
            "the first version that passes every case".into(),
        );
    };
    let figures = c.gain_in_words();
    match c.answer {
        Answer::Better if c.confirmed => (
            Decision::Accepted,
            format!("{} than {}: {figures}", c.word(), c.incumbent),
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
        Answer::Undecided if let Some(why) = &c.not_borne_out => (
            Decision::Rejected,
            format!("{why}; accept it by hand if you know better"),
        ),
        // There was no pair that tells anything; the note says why.
        Answer::Undecided if c.pairs == 0 && !c.note.is_empty() => {
            (Decision::Rejected, c.note.clone())
        }
        Answer::Undecided => (
            Decision::Rejected,
            format!("undecided against {}: {figures}", c.incumbent),
        ),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::base::units::Gain;
    use crate::measure::{Failure, Figures, Metric, Verdict};
    use crate::sandbox::MemorySource;

    fn evaluation(verdict: Verdict, failure: Option<(&str, &str)>) -> Evaluation {
        Evaluation {
            files_bytes: crate::base::units::Bytes(0),
            verdict,
            figures: Figures::default(),
            cases: Vec::new(),
            cases_total: 0,
            build: None,
            failure: failure.map(|(case, reason)| Failure {
                case: Some(case).filter(|c| !c.is_empty()).map(String::from),
                reason: reason.into(),
                ..Failure::default()
            }),
            flags: Vec::new(),
            floor: None,
            memory_source: MemorySource::Cgroup,
        }
    }

    fn compared(answer: Answer, confirmed: bool) -> (Decision, String) {
        let comparison = Comparison {
            candidate: "v2".into(),
            incumbent: "v1".into(),
            metric: Metric::Cpu,
            gain: Gain(1.25),
            low: Gain(1.1),
            high: Gain(1.4),
            pairs: 12,
            confirmed,
            answer,
            looks: Vec::new(),
            log_ratios: Vec::new(),
            confirming: Vec::new(),
            per_case: Vec::new(),
            incumbent_figures: Figures::default(),
            candidate_figures: Figures::default(),
            smallest_effect: 0.01,
            margin: 0.025,
            repeats: 1,
            floors: None,
            noise: None,
            only: None,
            launches: None,
            slope: None,
            second_to: None,
            reported_name: None,
            not_borne_out: None,
            watched: Vec::new(),
            note: String::new(),
        };
        let passes = evaluation(Verdict::Accepted, None);
        decide(&passes, Some(&comparison))
    }

    #[test]
    fn only_a_confirmed_win_replaces_the_incumbent() {
        let (decision, why) = compared(Answer::Better, true);
        assert_eq!(decision, Decision::Accepted);
        assert!(
            why.starts_with("faster than v1: ") && why.ends_with("[1.10–1.40]"),
            "{why}"
        );
        for (answer, says) in [
            (Answer::Better, "fresh runs did not confirm it"),
            (Answer::Worse, "worse than v1"),
            (Answer::NoDifference, "no difference from v1"),
            (Answer::NotBetter, "not better than v1"),
            (Answer::Undecided, "undecided against v1"),
        ] {
            let (decision, why) = compared(answer, false);
            assert_eq!(decision, Decision::Rejected, "{answer:?}");
            assert!(why.contains(says), "{answer:?}: {why}");
        }
    }

    #[test]
    fn what_fails_is_rejected_with_its_case_and_what_passes_first_is_taken() {
        let wrong = evaluation(Verdict::WrongAnswer, Some(("7", "line 3 differs")));
        let (decision, why) = decide(&wrong, None);
        assert_eq!(
            (decision, why.as_str()),
            (Decision::Rejected, "wrong answer on case 7")
        );
        let broken = evaluation(Verdict::CompileError, Some(("", "gcc: exit status 1")));
        assert_eq!(decide(&broken, None).1, "compile error");
        let silent = evaluation(Verdict::TimeLimit, None);
        assert_eq!(decide(&silent, None).0, Decision::Rejected);
        let passes = evaluation(Verdict::Accepted, None);
        assert_eq!(decide(&passes, None).0, Decision::Accepted);
    }
}

//! How far long work has come, and how long it still takes, where that can be said honestly.
//!
//! An estimate is marked with `~` and rests on what the same work took before; a bound says "at most". Where neither is
//! known nothing is said.

use std::collections::HashMap;

use crate::base::units::Nanos;
use crate::measure::CaseResult;
use crate::measure::stats::FEWEST_CONFIRMING;
use crate::session::Session;
use crate::session::event::VersionId;
use crate::session::fold::Version;
use crate::tui::core::scale::interval;

/// Rests shorter than this are over before they are read, in seconds.
const WORTH_SAYING: f64 = 1.5;

/// What the compiler took last time, if that is worth saying: `~2 s`.
#[must_use]
pub(crate) fn last_build(session: &Session) -> Option<String> {
    let build = session.versions.iter().rev().find_map(|v| {
        let build = v.evaluation.as_ref()?.build.as_ref()?;
        (!build.cached && build.wall_ns.0 > 0).then_some(build.wall_ns)
    })?;
    (build.seconds() >= 0.5).then(|| format!("~{}", rounded(build.seconds())))
}

/// How long the cases that are left still take, from what those took that are done: each counts as much as it took the
/// version before (in a first version all count the same). `passed` is the time since the first of them began, seconds.
#[must_use]
pub(crate) fn cases_left(session: &Session, version: VersionId, passed: f64) -> Option<String> {
    let names = &session.task.as_ref()?.cases;
    let done: Vec<&CaseResult> = session.live.cases.iter().collect();
    if done.len() < 2 || done.len() >= names.len() {
        return None;
    }
    let before = yardstick(session, version);
    let weight = |case: &str| match &before {
        Some(known) => known.get(case).copied().unwrap_or(0.0),
        None => 1.0,
    };
    let of_done: f64 = done.iter().map(|c| weight(&c.case)).sum();
    let of_all: f64 = names.iter().map(|(name, _)| weight(name)).sum();
    // From little nothing follows for much.
    if of_done <= 0.0 || of_done < of_all / 10.0 {
        return None;
    }
    let left = passed * (of_all - of_done) / of_done;
    (left >= WORTH_SAYING).then(|| format!("~{} left", rounded(left)))
}

/// What each case took the nearest ancestor that passed them all, in seconds.
fn yardstick(session: &Session, version: VersionId) -> Option<HashMap<&str, f64>> {
    let passes = |v: &&Version| {
        let evaluation = v.evaluation.as_ref();
        evaluation.is_some_and(|e| e.verdict.accepted())
    };
    let parent = session.version(version)?.parent;
    let of = parent
        .and_then(|id| session.version(id))
        .filter(passes)
        .or(session.best())?;
    let cases = of.evaluation.as_ref()?.cases.iter();
    Some(
        cases
            .map(|c| (c.case.as_str(), c.figures.wall_ns.seconds()))
            .collect(),
    )
}

/// How many confirming pairs there are, and the fewest that can decide.
#[must_use]
pub(crate) fn confirming(pairs: usize) -> String {
    match pairs {
        ..FEWEST_CONFIRMING => format!("{pairs} of at least {FEWEST_CONFIRMING} pairs"),
        n => format!("{n} pairs"),
    }
}

/// `1.83× [1.79–1.88]` as the last look at the pairs saw it.
#[must_use]
pub(crate) fn looked(session: &Session) -> Option<String> {
    let look = session.latest_look()?;
    Some(format!(
        "{}{}",
        look.gain,
        interval(look.low.0, look.high.0)
    ))
}

/// `at most 6 s left`.
#[must_use]
pub(crate) fn at_most(left: Option<Nanos>) -> Option<String> {
    left.map(|l| format!("at most {} left", rounded(l.seconds().ceil())))
}

/// Seconds as a person says them: `2 s`, `45 s`, `3 min`.
#[must_use]
pub(crate) fn rounded(seconds: f64) -> String {
    let whole = seconds.round().max(1.0) as u64;
    match whole {
        ..10 => format!("{whole} s"),
        // Nobody believes an estimate of 47 s to the second.
        10..60 => format!("{} s", whole.div_ceil(5) * 5),
        60..120 => format!("{} s", whole.div_ceil(10) * 10),
        _ => format!("{} min", whole.div_ceil(60)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::measure::BuildReport;
    use crate::session::event::Stage;
    use crate::tui::sample::{Moment, session};

    #[test]
    fn what_is_left_of_the_cases_follows_from_what_they_took_before() {
        let mut session = session(Moment::Checking);
        let Stage::Checking { version, .. } = session.stage else {
            panic!("{:?}", session.stage);
        };
        let before = session
            .version(VersionId::ORIGINAL)
            .unwrap()
            .evaluation
            .clone();
        let cases = before.unwrap().cases;
        let all: f64 = cases.iter().map(|c| c.figures.wall_ns.seconds()).sum();
        let half = cases.len() / 2;
        session.live.cases = cases[..half].to_vec();
        let of_half: f64 = cases[..half]
            .iter()
            .map(|c| c.figures.wall_ns.seconds())
            .sum();
        let wanted = 100.0 * (all - of_half) / of_half;
        let told = cases_left(&session, version, 100.0);
        if of_half >= all / 10.0 {
            assert_eq!(told.unwrap(), format!("~{} left", rounded(wanted)));
        } else {
            assert_eq!(told, None, "from a tenth nothing follows");
        }
        // All but the last: enough is known.
        session.live.cases = cases[1..].to_vec();
        let first = cases[0].figures.wall_ns.seconds();
        let wanted = 1e6 * first / (all - first);
        let told = cases_left(&session, version, 1e6).unwrap();
        assert_eq!(told, format!("~{} left", rounded(wanted)));
        assert_eq!(cases_left(&session, version, 1e-6), None, "over at once");
        session.live.cases.truncate(1);
        assert_eq!(cases_left(&session, version, 60.0), None, "one says little");
        // Without a version before it every case counts the same.
        session.incumbent = None;
        session.versions.retain(|v| v.id == version);
        session.live.cases = cases[..half].to_vec();
        let wanted = 30.0 * (cases.len() - half) as f64 / half as f64;
        let told = cases_left(&session, version, 30.0).unwrap();
        assert_eq!(told, format!("~{} left", rounded(wanted)));
    }

    #[test]
    fn the_last_build_that_was_one_is_the_estimate() {
        let mut session = session(Moment::Finished);
        assert_eq!(last_build(&session), None);
        let mut built = |n: usize, seconds: u64, cached| {
            let evaluation = session.versions[n].evaluation.as_mut().unwrap();
            evaluation.build = Some(BuildReport {
                wall_ns: Nanos(seconds * 1_000_000_000),
                cached,
                diagnostics: String::new(),
            });
        };
        built(0, 7, false);
        built(2, 0, true);
        assert_eq!(last_build(&session).unwrap(), "~7 s");
    }

    #[test]
    fn numbers_are_as_round_as_the_estimate() {
        let said = [0.2, 3.4, 12.0, 47.0, 61.0, 130.0].map(rounded);
        assert_eq!(said, ["1 s", "3 s", "15 s", "50 s", "70 s", "3 min"]);
        assert_eq!(
            [0, 5].map(confirming),
            ["0 of at least 6 pairs", "5 of at least 6 pairs"]
        );
        assert_eq!(confirming(6), "6 pairs");
        assert_eq!(
            at_most(Some(Nanos(5_200_000_000))).unwrap(),
            "at most 6 s left"
        );
    }
}

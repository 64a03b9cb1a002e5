//! The cases as they are looked at: which one is shown, in which order they stand, and what is known of one.

use std::collections::HashMap;

use crate::measure::{CaseResult, Failure};
use crate::session::Session;
use crate::session::event::VersionId;
use crate::session::fold::Version;
use crate::tui::core::parts::CaseOrder;
use crate::tui::core::tab::Tab;
use crate::tui::state::State;

/// The case that is shown when the developer chose none: the one that runs, the one that failed, else the longest.
#[must_use]
pub(crate) fn natural_case(session: &Session, state: &State) -> usize {
    let cases = session
        .task
        .as_ref()
        .map_or(&[][..], |t| t.cases.as_slice());
    let by_name = |name: &str| cases.iter().position(|(n, _)| n == name);
    let version = state.version(session).and_then(|id| session.version(id));
    if version.is_some_and(|v| v.evaluation.is_none() && session.live.version == Some(v.id))
        && let Some(at) = by_name(&session.live.case)
    {
        return at;
    }
    let evaluation = version.and_then(|v| v.evaluation.as_ref());
    let failed = evaluation
        .and_then(|e| e.failure.as_ref())
        .and_then(|f| by_name(f.case.as_deref()?));
    // The baseline's longest case is the most telling one, and the same for every version.
    let baseline = session
        .version(VersionId::ORIGINAL)
        .and_then(|v| v.evaluation.as_ref());
    failed.unwrap_or_else(|| {
        let longest = baseline.and_then(|e| e.cases.iter().max_by_key(|c| c.figures.wall_ns));
        longest
            .and_then(|c| by_name(&c.case))
            .unwrap_or(cases.len().saturating_sub(1))
    })
}

/// The failure of the marked case's last single run, if it failed; else the version's own.
#[must_use]
pub(crate) fn shown_failure<'s>(version: &'s Version, case: &str) -> Option<&'s Failure> {
    let own = version.evaluation.as_ref().and_then(|e| e.failure.as_ref());
    let again = version.rerun(case).and_then(|r| r.failure.as_ref());
    again.or(own)
}

/// The version that is looked at, and the number and name of the case that is marked.
#[must_use]
pub(crate) fn marked(state: &State, session: &Session) -> Option<(VersionId, usize, String)> {
    let version = state.version(session)?;
    let at = state
        .nav
        .case
        .unwrap_or_else(|| natural_case(session, state));
    let (name, _) = session.task.as_ref()?.cases.get(at)?;
    Some((version, at, name.clone()))
}

/// The case that is marked in the cases pane, if it was added by hand and can be taken back.
#[must_use]
pub(crate) fn withdrawable(state: &State, session: &Session) -> Option<String> {
    if state.pane(session) != Tab::Cases {
        return None;
    }
    let (_, _, case) = marked(state, session)?;
    session.added.iter().any(|c| c.name == case).then_some(case)
}

/// A version's result on a case, once known.
#[must_use]
pub(crate) fn result<'s>(
    session: &'s Session,
    version: &'s Version,
    case: &str,
) -> Option<&'s CaseResult> {
    let mut all = all_results(session, version).iter();
    all.find(|c| c.case == case)
}

/// The cases in the order in which the developer wants to see them: their numbers in the task.
#[must_use]
pub(crate) fn order(session: &Session, state: &State) -> Vec<usize> {
    let cases = session
        .task
        .as_ref()
        .map_or(&[][..], |t| t.cases.as_slice());
    let mut order: Vec<usize> = (0..cases.len()).collect();
    let by = state.panes.cases.order;
    let version = state.version(session).and_then(|id| session.version(id));
    let Some(version) = version.filter(|_| by != CaseOrder::Own) else {
        return order;
    };
    let results: HashMap<&str, &CaseResult> = all_results(session, version)
        .iter()
        .map(|r| (r.case.as_str(), r))
        .collect();
    // What there is most of comes first, what has no figure last; equals keep their own order.
    order.sort_by_key(|at| {
        let result = cases
            .get(*at)
            .and_then(|(name, _)| results.get(name.as_str()));
        let figure = result.map(|r| match by {
            CaseOrder::Own => 0,
            CaseOrder::Verdict => u64::from(!r.verdict.accepted()),
            CaseOrder::Cpu => r.figures.cpu_ns.0,
            CaseOrder::Peak => r.figures.peak_bytes.0,
            CaseOrder::Wall => r.figures.wall_ns.0,
        });
        std::cmp::Reverse(figure.map(|f| f.saturating_add(1)).unwrap_or(0))
    });
    order
}

fn all_results<'s>(session: &'s Session, version: &'s Version) -> &'s [CaseResult] {
    match &version.evaluation {
        Some(evaluation) => &evaluation.cases,
        None if session.live.version == Some(version.id) => &session.live.cases,
        None => &[],
    }
}

//! Gains over v0, held against one another: which of them are of the same figure on the same cases, and whether a chain of
//! gains agrees with the one that was measured directly.

use super::{Session, Version};
use crate::measure::{Answer, Comparison, Metric};
use crate::session::ids::VersionId;

/// What a gain is a gain of.
#[derive(Clone, Debug, PartialEq)]
struct Basis {
    metric: Metric,
    /// What the metric is called.
    name: String,
    /// The cases that were timed; none where that is the whole workload by its nature.
    cases: Option<Vec<String>>,
}

impl Basis {
    fn of(c: &Comparison) -> Self {
        let whole = c.metric == Metric::Peak
            || c.metric.is_reported()
            // A launch makes every call, and times some of them by themselves.
            || (c.launches.is_some() && c.only.is_none())
            || c.per_case.is_empty();
        let names = || c.per_case.iter().map(|(name, _)| name.clone()).collect();
        Self {
            metric: c.metric,
            name: c.compared().to_owned(),
            cases: match &c.only {
                Some(only) => Some(vec![only.clone()]),
                None => (!whole).then(names),
            },
        }
    }

    /// `case 04`, where not all of them were timed.
    fn some_cases(&self, all: usize) -> Option<String> {
        match self.cases.as_deref()? {
            [one] if all > 1 => Some(format!("case {one}")),
            some if some.len() < all => Some(format!("{} of {all} cases", some.len())),
            _ => None,
        }
    }

    /// `CPU time on case 04`.
    fn in_words(&self, all: usize) -> String {
        let on = match (&self.cases, self.some_cases(all)) {
            (None, _) => String::new(),
            (_, Some(some)) => format!(" on {some}"),
            (Some(_), None) => " on all cases".to_owned(),
        };
        format!("{}{on}", self.name)
    }
}

impl Session {
    /// The gain over v0 that the others are held against: the best version's; else the newest.
    fn measure_of_gains(&self) -> Option<(VersionId, Basis)> {
        let basis = |v: &Version| Some((v.id, Basis::of(v.decided_over_original()?)));
        let best = self.best().filter(|v| !v.id.is_original());
        best.and_then(basis)
            .or_else(|| self.versions.iter().rev().find_map(basis))
    }

    /// Whether a version's gain over v0 is of another figure or of other cases than the best version's, so that the two
    /// cannot be compared.
    #[must_use]
    pub fn is_gain_apart(&self, version: &Version) -> bool {
        let own = version.decided_over_original().map(Basis::of);
        own.zip(self.measure_of_gains())
            .is_some_and(|(own, (_, usual))| own != usual)
    }

    /// What to know of the gains that [`is_gain_apart`](Self::is_gain_apart) marks, in one sentence; `None` where there are none.
    #[must_use]
    pub fn gains_apart(&self) -> Option<String> {
        let (whose, usual) = self.measure_of_gains()?;
        let all = self.task.as_ref().map_or(0, |t| t.cases.len());
        let mut apart: Vec<(String, String)> = Vec::new();
        for version in &self.versions {
            let Some(own) = version.decided_over_original().map(Basis::of) else {
                continue;
            };
            if own == usual {
                continue;
            }
            let (name, words) = (version.id.to_string(), own.in_words(all));
            match apart.iter_mut().find(|(_, known)| *known == words) {
                Some((names, _)) => *names = format!("{names}, {name}"),
                None => apart.push((name, words)),
            }
        }
        let told: Vec<String> = apart
            .iter()
            .map(|(names, words)| format!("{names}: {words}"))
            .collect();
        (!told.is_empty()).then(|| {
            format!(
                "* not to be compared with the gain of {whose}, which is of {} ({})",
                usual.in_words(all),
                told.join("; ")
            )
        })
    }

    /// What to know where the gain over v0 and that over the version in between do not agree within their intervals.
    #[must_use]
    pub fn chain_broken(&self, version: &Version) -> Option<String> {
        let over_v0 = version.decided_over_original()?;
        let step = version.comparison.as_ref().filter(|c| c.is_decided())?;
        let between = self
            .versions
            .iter()
            .find(|v| v.id.to_string() == step.incumbent)?;
        let before = between
            .decided_over_original()
            .filter(|_| !between.id.is_original())?;
        let (low, high) = (before.low.0 * step.low.0, before.high.0 * step.high.0);
        if over_v0.low.0 <= high && low <= over_v0.high.0 {
            return None;
        }
        let all = self.task.as_ref().map_or(0, |t| t.cases.len());
        let [direct, first] = [over_v0, before].map(|c| Basis::of(c).in_words(all));
        let why = if direct == first {
            "the machine was not the same throughout".to_owned()
        } else {
            format!("that of {} is of {first}, this one of {direct}", between.id)
        };
        Some(format!(
            "{} of {} and {} over it do not make {}: {why}",
            before.gain, between.id, step.gain, over_v0.gain
        ))
    }
}

impl Session {
    /// The cases that a gain is of, where they are not all of them: `case 04`, `2 of 4 cases`.
    #[must_use]
    pub fn cases_behind(&self, c: &Comparison) -> Option<String> {
        let all = self.task.as_ref().map_or(0, |t| t.cases.len());
        Basis::of(c).some_cases(all)
    }

    /// What was compared, and the cases that were timed where they are not all of them: `CPU time on case 04`.
    #[must_use]
    pub fn compared_on(&self, c: &Comparison) -> String {
        let on = self.cases_behind(c).map(|some| format!(" on {some}"));
        format!("{}{}", c.compared(), on.unwrap_or_default())
    }

    /// Gains over v0 of another figure or of other cases, that the best version has beside the one it is known by: its own, or
    /// those of versions that it was made from. `v1, from which it was made: 6.52× [5.51–7.10] faster in CPU time on all cases`.
    #[must_use]
    pub fn other_gains(&self) -> Vec<String> {
        let Some(best) = self.best().filter(|v| !v.id.is_original()) else {
            return Vec::new();
        };
        let all = self.task.as_ref().map_or(0, |t| t.cases.len());
        let mut known: Vec<Basis> = best
            .original_comparison()
            .map(Basis::of)
            .into_iter()
            .collect();
        let mut told = Vec::new();
        let mut next = Some(best);
        while let Some(version) = next {
            let whose = if version.id == best.id {
                version.id.to_string()
            } else {
                format!("{}, from which it was made", version.id)
            };
            let own = version.original_comparison().into_iter();
            for c in own.chain(version.otherwise.iter().rev()) {
                let basis = Basis::of(c);
                let gained = c.is_decided() && c.answer == Answer::Better;
                if !gained || known.contains(&basis) {
                    continue;
                }
                let (gain, word) = (c.gain_in_words(), c.metric.comparative());
                told.push(format!("{whose}: {gain} {word} in {}", basis.in_words(all)));
                known.push(basis);
            }
            next = version.parent.and_then(|p| self.version(p));
        }
        told
    }

    /// What stands beside a version's gain: v0's figure and its own, medians of the same runs as the gain. v0 itself has that of the
    /// best version's comparison alone. `None` where the version was not compared with v0: a figure of another moment would only
    /// seem to belong to those above and below it.
    #[must_use]
    pub fn figures_beside_gain(&self, version: &Version) -> Option<(Option<String>, String)> {
        if version.id.is_original() {
            let (whose, _) = self.measure_of_gains()?;
            let [old, _] = self
                .version(whose)?
                .decided_over_original()?
                .compared_figures()?;
            return Some((None, old));
        }
        if !version.verdict().is_some_and(|v| v.accepted()) {
            return None;
        }
        let [old, new] = version.decided_over_original()?.compared_figures()?;
        Some((Some(old), new))
    }

    /// What those figures are of, in words: `CPU time of a sweep over the timed cases`.
    #[must_use]
    pub fn figures_are_of(&self) -> Option<String> {
        let (whose, basis) = self.measure_of_gains()?;
        let c = self.version(whose)?.decided_over_original()?;
        let all = self.task.as_ref().map_or(0, |t| t.cases.len());
        Some(c.figures_are_of(&basis.in_words(all)))
    }
}

impl Comparison {
    /// Whether two gains are of the same figure on the same cases, whichever sessions they stand in.
    #[must_use]
    pub(crate) fn measures_what(&self, other: &Self) -> bool {
        let [one, two] = [self, other].map(|c| {
            let mut basis = Basis::of(c);
            basis.cases.iter_mut().for_each(|cases| cases.sort());
            basis
        });
        one == two
    }

    /// What its gain is of: `CPU time on case 04`, of so many cases.
    #[must_use]
    pub(crate) fn basis_in_words(&self, all: usize) -> String {
        Basis::of(self).in_words(all)
    }

    fn figures_are_of(&self, what: &str) -> String {
        let what = if self.reported_name.is_some() {
            self.compared()
        } else {
            what
        };
        if self.launches.is_some() || self.slope.is_some() {
            format!("{what}, a pass over the calls")
        } else if self.metric.is_reported() {
            format!("{what}, as the bench says it")
        } else {
            format!("{what}, a sweep")
        }
    }
}

impl Version {
    /// The comparison with v0, if it came to an answer.
    #[must_use]
    pub fn decided_over_original(&self) -> Option<&Comparison> {
        self.original_comparison().filter(|c| c.is_decided())
    }
}

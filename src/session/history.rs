//! A session as it went: what its journal holds, with what was only shown between it made again, so that it can be stepped
//! through and played. Reads nothing and waits for nothing; whoever plays it keeps the time.
//!
//! What is made again comes from the durable event that closed it: the pieces of a reply from the times that stand beside its
//! text, cases from the evaluation, pairs from the comparison. Between two events whose times are known it is spread evenly.

mod between;

use std::time::Duration;

use jiff::Timestamp;

use super::event::{Decision, Event, EventRecord, VersionId};
use super::fold::Session;

/// Sessions that are kept on the way, so that going back need not begin at the start.
const KEPT: usize = 24;

/// All moments of a session.
#[derive(Debug, Default)]
pub struct History {
    moments: Vec<EventRecord>,
    /// How many moments have passed at the end of each step, ascending.
    steps: Vec<usize>,
    kept: Vec<(usize, Session)>,
    /// What of its journal cannot be read.
    holes: Vec<String>,
}

/// Something that one may want to see again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landmark {
    /// A version was decided about, or a round gave none.
    Verdict,
    /// A version became the best.
    Accepted,
    /// A version failed, or a round gave none.
    Failed,
}

impl History {
    /// The history of these events; `holes` are what cannot be read among them.
    #[must_use]
    pub fn new(events: Vec<EventRecord>, holes: Vec<String>) -> Self {
        let (moments, steps) = between::filled(events);
        Self {
            moments,
            steps,
            kept: Vec::new(),
            holes,
        }
    }

    /// Takes in what has happened since, where another program goes on with the session. Gives where what was shown after `at`
    /// moments is now.
    pub fn grow(&mut self, at: usize, new: Vec<EventRecord>) -> usize {
        let shown = self.durable(at);
        let mut events = std::mem::take(&mut self.moments);
        events.retain(|record| record.event.durable());
        events.extend(new);
        *self = Self::new(events, std::mem::take(&mut self.holes));
        self.place_of(shown)
    }

    /// Takes in the whole of what it is the beginning of. Gives where what was shown after `at` moments is now.
    pub fn replace(&mut self, at: usize, whole: Self) -> usize {
        let shown = self.durable(at);
        *self = whole;
        self.place_of(shown)
    }

    /// How many of the first moments are events of the journal.
    fn durable(&self, at: usize) -> usize {
        let shown = self.moments(0, at).iter();
        shown.filter(|record| record.event.durable()).count()
    }

    /// How many moments have passed once so many events of the journal have.
    fn place_of(&self, events: usize) -> usize {
        let moments = self.moments.iter().enumerate();
        let mut durable = moments.filter(|(_, r)| r.event.durable());
        let last = durable.nth(events.saturating_sub(1));
        last.map_or(self.len(), |(n, _)| n + 1)
    }

    /// How many moments there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.moments.len()
    }

    /// Whether it is known what was optimised.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        let began = |record: &EventRecord| matches!(record.event, Event::SessionStarted { .. });
        self.moments.iter().any(began)
    }

    /// Whether nothing happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.moments.is_empty()
    }

    /// How many steps there are, and how many of them have ended at a moment.
    #[must_use]
    pub fn step_of(&self, at: usize) -> (usize, usize) {
        (
            self.steps.partition_point(|end| *end <= at),
            self.steps.len(),
        )
    }

    /// The end of the step that is on after so many moments.
    #[must_use]
    pub fn next(&self, at: usize) -> usize {
        let n = self.steps.partition_point(|end| *end <= at);
        self.steps.get(n).copied().unwrap_or(self.len())
    }

    /// The end of the step before.
    #[must_use]
    pub fn previous(&self, at: usize) -> usize {
        let n = self.steps.partition_point(|end| *end < at);
        n.checked_sub(1).map_or(self.first(), |n| self.steps[n])
    }

    /// The end of the first step: before it there is nothing to see.
    #[must_use]
    pub fn first(&self) -> usize {
        self.steps.first().copied().unwrap_or(self.len())
    }

    /// The end of the step that is nearest to a share (0 to 1) of them all.
    #[must_use]
    pub fn at_share(&self, share: f64) -> usize {
        let last = self.steps.len().saturating_sub(1);
        let n = (share.clamp(0.0, 1.0) * last as f64).round() as usize;
        self.steps.get(n).copied().unwrap_or(self.len())
    }

    /// The next landmark after so many moments, or the one before.
    #[must_use]
    pub fn landmark(&self, at: usize, which: Landmark, forward: bool) -> Option<usize> {
        let is_one = |end: &&usize| self.landmarks_of(**end).contains(&which);
        if forward {
            let n = self.steps.partition_point(|end| *end <= at);
            self.steps[n..].iter().find(is_one).copied()
        } else {
            let n = self.steps.partition_point(|end| *end < at);
            self.steps[..n].iter().rev().find(is_one).copied()
        }
    }

    /// Every landmark, with the number of its step.
    pub fn landmarks(&self) -> impl Iterator<Item = (usize, Landmark)> {
        self.steps.iter().enumerate().filter_map(|(n, end)| {
            // The most telling stands last.
            self.landmarks_of(*end).pop().map(|what| (n, what))
        })
    }

    fn landmarks_of(&self, end: usize) -> Vec<Landmark> {
        match self.durable_before(end).map(|record| &record.event) {
            Some(Event::Decided {
                decision: Decision::Accepted,
                version,
                ..
            }) if !version.is_original() => vec![Landmark::Verdict, Landmark::Accepted],
            Some(Event::Decided { version, .. }) if !version.is_original() => {
                match self.passed(end, *version) {
                    Some(false) => vec![Landmark::Verdict, Landmark::Failed],
                    _ => vec![Landmark::Verdict],
                }
            }
            Some(Event::VersionEvaluated { verdict, .. }) if !verdict.accepted() => {
                vec![Landmark::Verdict, Landmark::Failed]
            }
            Some(Event::RoundFailed { .. }) => vec![Landmark::Verdict, Landmark::Failed],
            _ => Vec::new(),
        }
    }

    /// Whether a version passed when it was evaluated last before so many moments.
    fn passed(&self, at: usize, about: VersionId) -> Option<bool> {
        let before = self.moments[..at].iter().rev();
        before.into_iter().find_map(|record| match &record.event {
            Event::VersionEvaluated {
                version, verdict, ..
            } if *version == about => Some(verdict.accepted()),
            _ => None,
        })
    }

    /// The last event of the journal among the first `at` moments.
    #[must_use]
    pub fn durable_before(&self, at: usize) -> Option<&EventRecord> {
        let before = self.moments.get(..at)?;
        before.iter().rev().find(|record| record.event.durable())
    }

    /// The moments from one to another.
    #[must_use]
    pub fn moments(&self, from: usize, to: usize) -> &[EventRecord] {
        self.moments.get(from..to).unwrap_or_default()
    }

    /// How long it took until the next moment; none at the end.
    #[must_use]
    pub fn pause_after(&self, at: usize) -> Option<Duration> {
        let next = self.moments.get(at)?.at;
        let now = at.checked_sub(1).map_or(next, |n| self.moments[n].at);
        // A clock that was set back in between gives no pause.
        Some(Duration::try_from(next.duration_since(now)).unwrap_or_default())
    }

    /// When the last of so many moments was.
    #[must_use]
    pub fn time_of(&self, at: usize) -> Option<Timestamp> {
        Some(self.moments.get(at.checked_sub(1)?)?.at)
    }

    /// The session after so many moments.
    #[must_use]
    pub fn session(&mut self, at: usize) -> Session {
        let at = at.min(self.len());
        let known = self.kept.partition_point(|(end, _)| *end <= at);
        let (mut from, mut session) = match known.checked_sub(1).map(|n| &self.kept[n]) {
            Some((end, session)) => (*end, session.clone()),
            None => {
                let mut fresh = Session::default();
                fresh.holes.clone_from(&self.holes);
                (0, fresh)
            }
        };
        let apart = (self.len() / KEPT).max(64);
        while from < at {
            let to = at.min(from + apart - from % apart);
            for record in &self.moments[from..to] {
                session.apply(record);
            }
            from = to;
            let place = self.kept.partition_point(|(end, _)| *end < from);
            let new = self.kept.get(place).is_none_or(|(end, _)| *end != from);
            if from % apart == 0 && new {
                self.kept.insert(place, (from, session.clone()));
            }
        }
        session
    }
}

#[cfg(test)]
mod tests;

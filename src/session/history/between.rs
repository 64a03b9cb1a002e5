//! What was only shown between the events of a journal, made again from the events that closed it.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::measure::{CaseResult, Comparison, Progress};
use crate::session::event::{Event, EventRecord, Stage, VersionId};
use crate::session::replies::Finish;

/// Pieces of a reply, results of cases and pairs that are shown one by one at most: more would only take time to step over.
const MOST: usize = 400;
/// How long a verdict is read before it is said that the developer is waited for, where a round did not follow at once.
const READ: SignedDuration = SignedDuration::from_secs(3);

/// What comes before and right after each event of the journal.
struct Filling {
    events: Vec<EventRecord>,
    before: Vec<Vec<EventRecord>>,
    then: Vec<Vec<Event>>,
    /// Where each version was evaluated first.
    judged: HashMap<VersionId, usize>,
}

/// All moments, and how many have passed at the end of each step.
pub(super) fn filled(events: Vec<EventRecord>) -> (Vec<EventRecord>, Vec<usize>) {
    let count = events.len();
    let mut judged = HashMap::new();
    for (n, record) in events.iter().enumerate() {
        if let Event::VersionEvaluated { version, .. } = record.event {
            judged.entry(version).or_insert(n);
        }
    }
    let mut filling = Filling {
        judged,
        events,
        before: vec![Vec::new(); count],
        then: vec![Vec::new(); count],
    };
    for n in 0..count {
        filling.fill(n);
    }
    let Filling {
        events,
        mut before,
        mut then,
        ..
    } = filling;
    let is_step: Vec<bool> = (0..count).map(|n| ends_step(&events, n)).collect();
    let (mut moments, mut steps) = (Vec::with_capacity(count), Vec::new());
    for (n, record) in events.into_iter().enumerate() {
        let mut shown = std::mem::take(&mut before[n]);
        shown.sort_by_key(|record| record.at);
        moments.append(&mut shown);
        let at = record.at;
        moments.push(record);
        let then = std::mem::take(&mut then[n]).into_iter();
        moments.extend(then.map(|event| EventRecord { at, event }));
        if is_step[n] {
            steps.push(moments.len());
        }
    }
    // Whatever comes last can be seen.
    if steps.last().is_some_and(|last| *last < moments.len()) || steps.is_empty() {
        steps.push(moments.len());
    }
    (moments, steps)
}

/// Whether there is something new to see after an event, and not yet more of the same right behind it.
fn ends_step(events: &[EventRecord], n: usize) -> bool {
    let next = events.get(n + 1).map(|record| &record.event);
    match &events[n].event {
        Event::RoundStarted { .. } => !matches!(next, Some(Event::PromptSent { .. })),
        Event::VersionEvaluated { version, .. } => {
            !matches!(next, Some(Event::Decided { version: about, by_hand: false, .. }) if about == version)
        }
        _ => true,
    }
}

impl Filling {
    fn fill(&mut self, n: usize) {
        match &self.events[n].event {
            Event::PromptSent { .. } => self.stage_after(n, Stage::Asking),
            Event::ReplyEnded { .. } => self.reply(n),
            Event::LookTaken {
                version, against, ..
            } => self.look(n, *version, *against),
            Event::VersionEvaluated {
                version,
                comparison,
                ..
            } => {
                let (version, comparison) = (*version, comparison.clone());
                self.cases(n, version);
                if let Some(c) = &comparison {
                    self.confirmation(n, version, c);
                }
            }
            Event::Decided { .. } | Event::RoundFailed { .. } => self.wait(n),
            _ => {}
        }
    }

    fn stage_after(&mut self, n: usize, stage: Stage) {
        self.then[n].push(Event::StageChanged { stage });
    }

    /// Puts something that was shown at a moment between the events after `first` and up to `last` in its place.
    fn put(&mut self, first: usize, last: usize, at: Timestamp, event: Event) {
        let mut later = first + 1..last;
        let place = later.find(|n| self.events[*n].at > at).unwrap_or(last);
        self.before[place].push(EventRecord { at, event });
    }

    /// Where the last event of this kind before `n` is.
    fn last_before(&self, n: usize, is_one: impl Fn(&Event) -> bool) -> Option<usize> {
        (0..n).rev().find(|n| is_one(&self.events[*n].event))
    }

    /// A reply, piece by piece.
    fn reply(&mut self, n: usize) {
        let Event::ReplyEnded {
            round,
            candidate,
            text,
            reasoning,
            chunks,
            finish,
            ..
        } = &self.events[n].event
        else {
            return;
        };
        let (round, candidate) = (*round, *candidate);
        if *finish == Finish::Failed && text.is_empty() {
            return;
        }
        let asked = self.last_before(n, |event| {
            matches!(event, Event::PromptSent { round: r, candidate: c, .. } if *r == round && (*c == 0 || *c == candidate))
        });
        let Some(asked) = asked else { return };
        let began = self.events[asked].at;
        let ended = self.events[n].at;
        let mut pieces: Vec<(Timestamp, bool, String)> = Vec::new();
        let apart = chunks.len().div_ceil(MOST).max(1);
        let mut from = 0;
        let first = chunks
            .first()
            .map_or(ended, |c| later(began, c.0).min(ended));
        if !reasoning.is_empty() {
            pieces.push((first, true, reasoning.to_string()));
        }
        for (ms, to) in chunks.iter().skip(apart - 1).step_by(apart) {
            // Offsets of a damaged line may lie anywhere.
            if let Some(piece) = text.get(from..*to).filter(|piece| !piece.is_empty()) {
                pieces.push((later(began, *ms).min(ended), false, piece.to_owned()));
                from = *to;
            }
        }
        if let Some(rest) = text.get(from..).filter(|rest| !rest.is_empty()) {
            pieces.push((ended, false, rest.to_owned()));
        }
        if let Some((at, ..)) = pieces.first() {
            let stage = Stage::Streaming;
            self.put(asked, n, *at, Event::StageChanged { stage });
        }
        for (at, reasoning, text) in pieces {
            let event = Event::ReplyDelta {
                round,
                candidate,
                reasoning,
                text,
            };
            self.put(asked, n, at, event);
        }
    }

    /// Cases, one by one, between the moment a version was there and its first look or its verdict.
    fn cases(&mut self, n: usize, version: VersionId) {
        let Event::VersionEvaluated { evaluation, .. } = &self.events[n].event else {
            return;
        };
        let is_it = |event: &Event| matches!(event, Event::VersionCreated { version: v, .. } if *v == version);
        let Some(created) = self.last_before(n, is_it) else {
            return;
        };
        // One that was measured again was not checked again.
        if self.judged.get(&version).is_some_and(|first| *first < n) {
            return;
        }
        let end = (created + 1..n)
            .find(|k| matches!(&self.events[*k].event, Event::LookTaken { version: v, .. } if *v == version))
            .unwrap_or(n);
        // Of several candidates one is checked after the other.
        let start = (created + 1..end)
            .rev()
            .find(|k| matches!(self.events[*k].event, Event::VersionEvaluated { .. }))
            .unwrap_or(created);
        let results = evaluation.cases.clone();
        let total = evaluation.cases_total.max(results.len());
        let times = (self.events[start].at, self.checked_by(start, end, &results));
        let building = Progress::Building;
        self.put(start, end, times.0, progressed(version, building));
        let apart = results.len().div_ceil(MOST).max(1);
        let count = results.len();
        for (index, result) in results.into_iter().enumerate().step_by(apart) {
            let at = between(times, index + 1, count + 1);
            let progress = Progress::CaseFinished {
                index,
                total,
                result,
            };
            self.put(start, end, at, progressed(version, progress));
        }
    }

    /// The looks of a comparison before event `n`, in order, each with its pairs.
    fn looks_before(&self, n: usize, version: VersionId) -> Vec<(usize, usize)> {
        let mut looks = Vec::new();
        for k in (0..n).rev() {
            match &self.events[k].event {
                Event::LookTaken {
                    version: v, look, ..
                } if *v == version => looks.push((k, look.pairs)),
                Event::VersionCreated { version: v, .. }
                | Event::VersionEvaluated { version: v, .. }
                | Event::ComparedAnew { version: v, .. }
                    if *v == version =>
                {
                    break;
                }
                _ => {}
            }
        }
        looks.reverse();
        looks
    }

    /// The pairs that a look saw, since the look before. Looks at fresh pairs follow the look that ended the first stage.
    fn look(&mut self, n: usize, version: VersionId, against: VersionId) {
        let Event::LookTaken { look, .. } = &self.events[n].event else {
            return;
        };
        let (first, fresh) = self.ratios_after(n, version);
        let looks = self.looks_before(n, version);
        let over = looks.iter().position(|(_, pairs)| *pairs >= first.len());
        let over = over.filter(|_| !fresh.is_empty());
        let seen = match over {
            Some(over) => looks[over + 1..].last(),
            None => looks.last(),
        };
        let from = seen.map_or(0, |(_, pairs)| (*pairs).min(look.pairs));
        let ratios = if over.is_some() { fresh } else { first };
        let new = ratios.get(from..look.pairs.min(ratios.len()));
        let new = new.unwrap_or_default().to_vec();
        let start = n.saturating_sub(1);
        let results = match looks.is_empty() {
            true => self.results_after(n, version),
            false => &[],
        };
        let began = match results.is_empty() {
            false => self.checked_by(start, n, results),
            true => self.events[start].at,
        };
        if looks.is_empty() {
            let stage = Stage::Comparing {
                version,
                against,
                pairs: 0,
                left_ns: None,
            };
            self.put(start, n, began, progressed(version, Progress::WarmingUp));
            self.put(start, n, began, Event::StageChanged { stage });
        } else if over.is_some() && from == 0 {
            self.confirms(start, n, version, against);
        }
        let times = (began, self.events[n].at);
        self.pairs((start, n), times, version, (from, &new), over.is_some());
    }

    fn confirms(&mut self, start: usize, n: usize, version: VersionId, against: VersionId) {
        let stage = Stage::Confirming {
            version,
            against,
            pairs: 0,
        };
        let at = self.events[start].at;
        self.put(start, n, at, Event::StageChanged { stage });
    }

    /// The fresh pairs of a win that no look was taken at, between its last look and its verdict.
    fn confirmation(&mut self, n: usize, version: VersionId, c: &Comparison) {
        let looks = self.looks_before(n, version);
        let over = (looks.iter()).position(|(_, pairs)| *pairs >= c.log_ratios.len());
        let (Some(over), Some((last, _))) = (over, looks.last().copied()) else {
            return;
        };
        let Event::LookTaken { against, .. } = self.events[last].event else {
            return;
        };
        let seen = looks[over + 1..].last().map_or(0, |(_, pairs)| *pairs);
        let Some(new) = c.confirming.get(seen..).filter(|new| !new.is_empty()) else {
            return;
        };
        if seen == 0 {
            self.confirms(last, n, version, against);
        }
        let times = (self.events[last].at, self.events[n].at);
        self.pairs((last, n), times, version, (seen, new), true);
    }

    fn pairs(
        &mut self,
        (start, end): (usize, usize),
        times: (Timestamp, Timestamp),
        version: VersionId,
        (from, ratios): (usize, &[f64]),
        confirming: bool,
    ) {
        let apart = ratios.len().div_ceil(MOST).max(1);
        for (n, ratio) in ratios.iter().enumerate().step_by(apart) {
            let at = between(times, n + 1, ratios.len() + 1);
            let progress = Progress::Paired {
                pairs: from + n + 1,
                log_ratio: *ratio,
                // Of single pairs a journal keeps the ratio alone.
                incumbent: Default::default(),
                candidate: Default::default(),
                confirming,
                left_ns: None,
            };
            self.put(start, end, at, progressed(version, progress));
        }
    }

    /// When all cases had been run, of which nothing is kept but how long each took: at the middle of the time that there was,
    /// at the latest, where something was compared in the rest.
    fn checked_by(&self, start: usize, end: usize, results: &[CaseResult]) -> Timestamp {
        let (began, ended) = (self.events[start].at, self.events[end].at);
        let compared = matches!(self.events[end].event, Event::LookTaken { .. });
        let wall: u64 = results.iter().map(|r| r.figures.wall_ns.0).sum();
        let latest = between((began, ended), 1, if compared { 2 } else { 1 });
        later(began, wall / 1_000_000).min(latest)
    }

    /// The cases of a version that is judged after event `n`; none where it was judged before, too.
    fn results_after(&self, n: usize, version: VersionId) -> &[CaseResult] {
        let judged = self.judged.get(&version).filter(|judged| **judged >= n);
        match judged.map(|judged| &self.events[*judged].event) {
            Some(Event::VersionEvaluated { evaluation, .. }) => &evaluation.cases,
            _ => &[],
        }
    }

    /// The ratios of the pairs of the comparison that came of a look: those of the first stage, and the fresh ones.
    fn ratios_after(&self, n: usize, version: VersionId) -> (Vec<f64>, Vec<f64>) {
        let c = self.events[n..]
            .iter()
            .find_map(|record| match &record.event {
                Event::VersionEvaluated {
                    version: v,
                    comparison,
                    ..
                } if *v == version => comparison.as_ref(),
                Event::ComparedAnew {
                    version: v,
                    comparison,
                } if *v == version => Some(comparison),
                _ => None,
            });
        c.map_or_else(Default::default, |c| {
            (c.log_ratios.clone(), c.confirming.clone())
        })
    }

    /// Between rounds: where the next event took a while the developer was waited for.
    fn wait(&mut self, n: usize) {
        let at = self.events[n].at;
        let follows = self.events.get(n + 1);
        let goes_on = |event: &Event| {
            matches!(
                event,
                Event::Decided { .. } | Event::VersionEvaluated { .. } | Event::LookTaken { .. }
            )
        };
        let later = follows.filter(|next| next.at.duration_since(at) > READ + READ);
        if later.is_some_and(|next| !goes_on(&next.event)) {
            let stage = Stage::Waiting;
            let at = at.saturating_add(READ).unwrap_or(at);
            self.put(n, n + 1, at, Event::StageChanged { stage });
        }
    }
}

fn progressed(version: VersionId, progress: Progress) -> Event {
    Event::Progressed { version, progress }
}

fn later(at: Timestamp, ms: u64) -> Timestamp {
    let by = SignedDuration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX));
    at.saturating_add(by).unwrap_or(at)
}

/// The `n`th of `of` equal parts between two moments.
fn between((from, to): (Timestamp, Timestamp), n: usize, of: usize) -> Timestamp {
    let whole = to.duration_since(from).max(SignedDuration::ZERO);
    let share = whole.mul_f64((n as f64 / of.max(1) as f64).clamp(0.0, 1.0));
    from.saturating_add(share).unwrap_or(from)
}

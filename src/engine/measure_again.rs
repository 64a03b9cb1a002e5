//! A version is measured once more, longer than before, because the developer asks: a comparison that ended undecided, a win that was
//! lost to a busy machine, a gain that is to be known better.

use crate::engine::event_loop::Loop;
use crate::engine::jobs::ComparisonJob;
use crate::engine::queries::original_passes;
use crate::measure::{ContestOutcome, Verdict};
use crate::session::Event;
use crate::session::event::{Stage, VersionId};

/// Most times the usual time that a comparison may take.
const MOST: u32 = 16;

impl Loop {
    /// Why a version cannot be measured again, if so.
    pub(super) fn not_measured_again(&self, version: VersionId) -> Option<String> {
        let Some(known) = self.session.version(version) else {
            return Some(format!("there is no {version} to measure again"));
        };
        match known.verdict() {
            _ if version.is_original() => {
                Some("v0 is what the others are measured against; choose another version".into())
            }
            Some(Verdict::Accepted) | None => None,
            Some(_) => Some(format!(
                "{version} does not pass ({}), and only what passes is timed",
                known.verdict_in_words()
            )),
        }
    }

    /// Measures a version again: with the best one, or with v0 where it is the best itself. A version that was stopped before it had
    /// a verdict is measured as any other.
    pub(super) async fn measure_again(&mut self, version: VersionId) {
        if self.judge_if_new(version).await {
            return;
        }
        let best = self.session.incumbent.unwrap_or_default();
        let is_best = best == version;
        let against = if is_best { VersionId::ORIGINAL } else { best };
        let (Some(candidate), Some(incumbent)) = (self.subject(version), self.subject(against))
        else {
            return;
        };
        let Some(mut evaluation) = candidate.evaluation.clone() else {
            return;
        };
        // The new comparison says them again, if it is so.
        evaluation
            .flags
            .retain(|flag| !flag.kind.is_of_a_comparison());
        if is_best && !original_passes(&self.session) {
            let words = "v0 does not pass, so there is nothing to compare the best version with";
            return self.note(words.into(), true);
        }
        let times = self.side_queue.times.get(&version).copied().unwrap_or(1);
        let times = times.saturating_mul(2).min(MOST);
        self.side_queue.times.insert(version, times);
        self.stage(Stage::Comparing {
            version,
            against,
            pairs: 0,
            left_ns: None,
        });
        let original = Some(VersionId::ORIGINAL)
            .filter(|id| *id != against && original_passes(&self.session))
            .and_then(|id| self.subject(id));
        let job = ComparisonJob {
            candidate,
            incumbent: incumbent.clone(),
            original,
            objective: self.session.objective,
            times,
        };
        match self.work(move |w| w.compare(&job)).await {
            // Nothing is decided: the best version stays it, and is known better.
            Ok(ContestOutcome::Done { comparison, .. }) if is_best && comparison.is_decided() => {
                self.emit(Event::ComparedAnew {
                    version,
                    comparison,
                });
            }
            Ok(ContestOutcome::Done { comparison, .. }) if is_best => {
                let why = comparison.note;
                self.note(
                    format!("{version} was measured again: {why}; what was known of it stands"),
                    false,
                );
            }
            Ok(outcome) => self.conclude(version, evaluation, &incumbent, outcome),
            Err(error) => self.note(format!("{version} was not measured again: {error}"), true),
        }
    }
}

//! One round of a session: what was asked, and what came back.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ids::VersionId;
use super::replies::{Finish, Reply, numbers};
use crate::task::Objective;

/// One round.
#[derive(Clone, Debug)]
pub struct Round {
    /// From 1.
    pub number: u32,
    /// Version that its prompt showed.
    pub parent: VersionId,
    /// What was to become better.
    pub objective: Objective,
    /// The developer's hint.
    pub hint: String,
    /// Who answered.
    pub model: String,
    /// The whole prompt.
    pub prompt: Arc<str>,
    /// Whether the developer changed it by hand.
    pub edited: bool,
    /// Replies that were asked for.
    pub candidates: u32,
    /// The replies that ended, by their numbers: 0 is the only one, several count from 1.
    pub replies: BTreeMap<u32, Reply>,
    /// Why one of several replies gave no version, by its number.
    pub reply_failures: BTreeMap<u32, String>,
    /// Versions made from its replies.
    pub versions: Vec<VersionId>,
    /// Why it gave no version, if so.
    pub failed: Option<String>,
}

impl Round {
    /// The numbers of its replies: 0 is the only one, several count from 1.
    #[must_use]
    pub fn numbers(&self) -> std::ops::RangeInclusive<u32> {
        numbers(self.candidates)
    }

    /// The reply of a candidate, once it ended.
    #[must_use]
    pub fn reply(&self, candidate: u32) -> Option<&Reply> {
        self.replies.get(&candidate)
    }

    /// Whether all replies have ended.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        self.numbers().all(|n| self.replies.contains_key(&n))
    }

    /// Whether nobody answered: every question failed at the model's end, without a word of text. Nothing was tried then.
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        let nothing = |r: &Reply| r.finish == Finish::Failed && r.text.trim().is_empty();
        self.failed.is_some() && !self.replies.is_empty() && self.replies.values().all(nothing)
    }
}

//! The replies of a round, as they come and as they ended.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::session::cost::Usage;

/// How a reply ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// The model said it was done.
    Stop,
    /// The budget of tokens was spent.
    Length,
    /// Refused or filtered.
    Refused,
    /// The stream broke off; never evaluated.
    Incomplete,
    /// The developer stopped it.
    Stopped,
    /// The provider failed; the error stands beside it.
    Failed,
}

/// A reply that ended.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The answer.
    pub text: Arc<str>,
    /// The reasoning apart from it.
    pub reasoning: Arc<str>,
    /// [ms since the prompt, byte offset in `text` reached].
    pub chunks: Vec<(u64, usize)>,
    /// Tokens.
    pub usage: Usage,
    /// How it ended.
    pub finish: Finish,
    /// What went wrong, if something did.
    pub error: String,
}

/// A reply that is coming.
#[derive(Clone, Debug)]
pub struct StreamingReply {
    /// The answer so far.
    pub text: String,
    /// The reasoning so far.
    pub reasoning: String,
    /// When the prompt was sent.
    pub asked_at: Timestamp,
    /// When the first text came.
    pub first_text_at: Option<Timestamp>,
    /// When the last text came.
    pub last_text_at: Option<Timestamp>,
}

/// What the next round would ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedPrompt {
    /// The whole prompt.
    pub prompt: Arc<str>,
    /// Whether the loop waits because the developer wants to see it first.
    pub asked: bool,
}

impl StreamingReply {
    pub(super) fn asked(at: Timestamp) -> Self {
        Self {
            text: String::new(),
            reasoning: String::new(),
            asked_at: at,
            first_text_at: None,
            last_text_at: None,
        }
    }
}

/// The numbers of so many replies: 0 is the only one, several count from 1.
#[must_use]
pub(crate) fn numbers(candidates: u32) -> std::ops::RangeInclusive<u32> {
    if candidates > 1 {
        1..=candidates
    } else {
        0..=0
    }
}

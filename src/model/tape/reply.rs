//! A recorded reply.

use serde::{Deserialize, Serialize};

use crate::session::event::Finish;

/// One recorded reply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// The model that wrote the reply.
    #[serde(default)]
    pub model: String,
    /// The answer; may hold `<think>` blocks.
    pub text: String,
    /// Reasoning that was recorded apart from it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reasoning: String,
    /// [ms since the prompt, byte offset in `text` reached]; empty for the natural pace.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chunks: Vec<(u64, usize)>,
    /// How it ended.
    #[serde(default = "stop")]
    pub finish: Finish,
}

fn stop() -> Finish {
    Finish::Stop
}

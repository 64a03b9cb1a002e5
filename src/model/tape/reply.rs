//! A recorded reply.

use serde::Deserialize;

use crate::session::event::Finish;

/// One recorded reply.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Recorded {
    /// The model that wrote the reply.
    #[serde(default)]
    pub model: String,
    /// The answer; may hold `<think>` blocks.
    pub text: String,
    /// Reasoning that was recorded apart from it.
    #[serde(default)]
    pub reasoning: String,
    /// [ms since the prompt, byte offset in `text` reached]; empty for the natural pace.
    #[serde(default)]
    pub chunks: Vec<(u64, usize)>,
    /// How it ended.
    #[serde(default = "stop")]
    pub finish: Finish,
}

fn stop() -> Finish {
    Finish::Stop
}

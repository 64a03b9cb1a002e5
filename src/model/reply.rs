//! Assembles an answer from the chunks of a stream, and sums up how it ended.

use std::collections::BTreeMap;

use super::api_error::{ApiError, printable};
use super::chunk::{Chunk, code_of_arguments};
use super::split::Splitter;
use super::{Delta, DeltaStream, End, Question};
use crate::base::words::estimate_tokens;
use crate::session::event::{Finish, Usage};

/// The state of an answer that is still arriving.
#[derive(Default)]
pub(super) struct ReplyAssembler {
    splitter: Splitter,
    pub(crate) length: usize,
    text_seen: bool,
    reasoning: usize,
    refusal: String,
    tools: BTreeMap<u64, String>,
    pub(crate) finish: Option<Finish>,
    usage: Option<Usage>,
    pub(crate) malformed: u32,
    pub(crate) trouble: Option<ApiError>,
}

impl ReplyAssembler {
    /// Whether nothing has arrived yet.
    pub(crate) fn silent(&self) -> bool {
        self.length == 0 && self.finish.is_none()
    }

    /// Adds a chunk and returns its deltas.
    pub(crate) async fn take(&mut self, chunk: Chunk, parts: &mut DeltaStream) {
        // The first finish reason counts; only the usage comes after it.
        if let Some(usage) = chunk.usage {
            self.usage = Some(usage);
        }
        if self.finish.is_some() {
            return;
        }
        self.length += chunk.text.len() + chunk.reasoning.len() + chunk.refusal.len();
        if !chunk.reasoning.is_empty() {
            self.reasoning += chunk.reasoning.len();
            parts.give(Delta::Reasoning(chunk.reasoning)).await;
        }
        if !chunk.refusal.is_empty() {
            self.refusal.push_str(&chunk.refusal);
            self.text_seen = true;
            parts.give(Delta::Text(chunk.refusal)).await;
        }
        let split = self.splitter.push(&chunk.text);
        self.hand_on(split, parts).await;
        for (index, fragment) in chunk.tool_arguments {
            self.length += fragment.len();
            self.tools.entry(index).or_default().push_str(&fragment);
        }
        self.finish = chunk.finish;
    }

    async fn hand_on(&mut self, split: Vec<Delta>, parts: &mut DeltaStream) {
        for part in split {
            match &part {
                Delta::Text(t) => self.text_seen |= !t.trim().is_empty(),
                Delta::Reasoning(t) => self.reasoning += t.len(),
                _ => {}
            }
            parts.give(part).await;
        }
    }

    pub(crate) async fn end(mut self, question: &Question, parts: &mut DeltaStream) -> End {
        let rest = self.splitter.finish();
        self.hand_on(rest, parts).await;
        if !self.text_seen
            && let Some(code) = self
                .tools
                .values()
                .find_map(|arguments| code_of_arguments(arguments))
        {
            parts
                .give(Delta::Note(
                    "the model called a tool instead of answering; the code is taken from the call"
                        .into(),
                ))
                .await;
            parts
                .give(Delta::Text(format!("````\n{}\n````\n", code.trim_end())))
                .await;
            self.text_seen = true;
        }
        if self.malformed > 0 {
            parts
                .give(Delta::Note(format!(
                    "{} chunks of the stream could not be read and were passed over",
                    self.malformed
                )))
                .await;
        }
        let usage = self.usage.unwrap_or(Usage {
            prompt_tokens: estimate_tokens(question.prompt.len()),
            reply_tokens: estimate_tokens(self.length),
            counted: false,
            cost: None,
        });
        let (finish, error) = self.outcome();
        End {
            finish,
            usage,
            error,
            again: true,
        }
    }

    /// How it ended, and a sentence about it.
    fn outcome(&self) -> (Finish, String) {
        let only_reasoning = !self.text_seen && self.reasoning > 0;
        match self.finish {
            None => {
                let why = self.trouble.as_ref().map_or("the stream ended before the model said that it was done", |f| f.message.as_str());
                (Finish::Incomplete, why.to_owned())
            }
            Some(Finish::Length) if only_reasoning => {
                (Finish::Length, "the whole budget of tokens was spent on reasoning; allow more with max_tokens in the config file".into())
            }
            Some(Finish::Length) => (Finish::Length, "the reply was cut off at its limit of tokens".into()),
            Some(Finish::Refused) => (Finish::Refused, "the model or its provider refused to answer".into()),
            Some(_) if !self.refusal.is_empty() => (Finish::Refused, format!("the model refused: {}", printable(&self.refusal))),
            Some(Finish::Stop) if only_reasoning => (Finish::Stop, "only reasoning came, no answer".into()),
            Some(Finish::Stop) if !self.text_seen && !self.tools.is_empty() => (Finish::Stop, "the model called a tool instead of answering".into()),
            Some(Finish::Stop) if !self.text_seen => (Finish::Stop, "the reply is empty".into()),
            Some(Finish::Incomplete) => (Finish::Incomplete, "the server broke the reply off".into()),
            Some(finish) => (finish, String::new()),
        }
    }
}

//! Assembles an answer from the chunks of a stream, and sums up how it ended.

use std::collections::BTreeMap;

use super::api_error::{ApiError, printable};
use super::chunk::{Chunk, code_of_arguments};
use super::secrets::{HidingStream, Secrets};
use super::split::Splitter;
use super::{Delta, DeltaStream, End, Question};
use crate::base::words::{count, estimate_tokens};
use crate::session::event::{Finish, Usage};

/// The state of an answer that is still arriving.
#[derive(Default)]
pub(super) struct ReplyAssembler {
    splitter: Splitter,
    secrets: Secrets,
    /// Texts of the answer, the reasoning and the refusal on their way.
    hiding: [HidingStream; 3],
    pub(crate) length: usize,
    text_seen: bool,
    reasoning: usize,
    refusal: String,
    tools: BTreeMap<u64, String>,
    pub(crate) finish: Option<Finish>,
    usage: Option<Usage>,
    /// Chunks that were lost because they could not be read.
    pub(crate) holes: usize,
    pub(crate) trouble: Option<ApiError>,
}

impl ReplyAssembler {
    /// An answer to a request that carried these secrets.
    pub(crate) fn new(secrets: &Secrets) -> Self {
        Self {
            secrets: secrets.clone(),
            hiding: std::array::from_fn(|_| HidingStream::new(secrets)),
            ..Self::default()
        }
    }

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
        let arrived = [chunk.text, chunk.reasoning, chunk.refusal];
        let mut arrived = self.hiding.iter_mut().zip(arrived);
        let shown = std::array::from_fn(|_| {
            let next = arrived.next();
            next.map_or_else(String::new, |(hiding, text)| hiding.push(text))
        });
        self.take_texts(shown, parts).await;
        for (index, fragment) in chunk.tool_arguments {
            if !fragment.is_empty() {
                self.length += fragment.len();
                self.tools.entry(index).or_default().push_str(&fragment);
            }
        }
        self.finish = chunk.finish;
    }

    async fn take_texts(
        &mut self,
        [text, reasoning, refusal]: [String; 3],
        parts: &mut DeltaStream,
    ) {
        if !reasoning.is_empty() {
            self.reasoning += reasoning.len();
            parts.give(Delta::Reasoning(reasoning)).await;
        }
        if !refusal.is_empty() {
            self.refusal.push_str(&refusal);
            self.text_seen = true;
            parts.give(Delta::Text(refusal)).await;
        }
        let split = self.splitter.push(&text);
        self.hand_on(split, parts).await;
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
        let rest = self.hiding.each_mut().map(HidingStream::finish);
        self.take_texts(rest, parts).await;
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
            let code = self.secrets.hide_in_code(code.trim_end());
            parts
                .give(Delta::Text(format!("````\n{code}\n````\n")))
                .await;
            self.text_seen = true;
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
        let holes = || {
            format!(
                "{} of the stream could not be read: something of the reply is missing",
                count(self.holes, "chunk")
            )
        };
        match self.finish {
            None => {
                let why = self.trouble.as_ref().map(|f| f.message.clone());
                let ended = || if self.holes > 0 { holes() } else { "the stream ended before the model said that it was done".into() };
                (Finish::Incomplete, why.unwrap_or_else(ended))
            }
            Some(Finish::Length) if only_reasoning => {
                (Finish::Length, "the whole budget of tokens was spent on reasoning; allow more with max_tokens in the config file".into())
            }
            Some(Finish::Length) => (Finish::Length, "the reply was cut off at its limit of tokens".into()),
            Some(Finish::Refused) => (Finish::Refused, "the model or its provider refused to answer".into()),
            Some(_) if self.holes > 0 => (Finish::Incomplete, holes()),
            Some(_) if !self.refusal.is_empty() => (Finish::Refused, format!("the model refused: {}", printable(&self.refusal))),
            Some(Finish::Stop) if !self.text_seen && !self.tools.is_empty() => (Finish::Stop, "the model called a tool instead of answering, and there is no code in the call, or it was cut".into()),
            Some(Finish::Stop) if only_reasoning => (Finish::Stop, "only reasoning came, no answer".into()),
            Some(Finish::Stop) if !self.text_seen => (Finish::Stop, "the reply is empty".into()),
            Some(Finish::Incomplete) => (Finish::Incomplete, "the server broke the reply off".into()),
            Some(finish) => (finish, String::new()),
        }
    }
}

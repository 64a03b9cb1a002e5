//! Asking a model: a prompt goes in, a stream of text comes out, and code is extracted from the text.
//!
//! Knows nothing of versions or measurements. A provider may be an HTTP API, a command, a tape or the
//! developer; the caller need not know which ([`Provider`]).

pub mod api_error;
mod chunk;
mod code_heuristics;
mod code_request;
pub mod command;
pub mod discover;
mod edits;
pub mod extract;
mod fences;
mod join;
pub mod manual;
pub mod openai;
mod parameter_support;
pub mod prompt;
mod reply;
mod retry;
mod secrets;
mod server;
mod split;
mod surrogates;
pub mod tape;
mod transport;

use std::sync::Arc;

use futures::channel::mpsc;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, StreamExt};
use futures::{SinkExt, future};
use serde::{Deserialize, Serialize};

use crate::session::cost::{Currency, Money};
use crate::session::event::{Finish, Usage};

pub(crate) use secrets::shown_url;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// Round it belongs to, from 1 (a tape plays by it).
    pub round: u32,
    /// The whole prompt.
    pub prompt: Arc<str>,
    /// Only if the developer set one.
    pub temperature: Option<f64>,
    /// Tokens that the reply may have at most, if limited.
    pub max_tokens: Option<u64>,
}

/// Most replies that a round may ask for.
pub(crate) const MOST_AT_ONCE: u32 = 8;

/// One element of a streamed answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Delta {
    /// Text of the answer.
    Text(String),
    /// Text of the reasoning, apart from the answer.
    Reasoning(String),
    /// Finished code, such as a hand edit or a pasted answer. It is taken as it is.
    Candidate(String),
    /// The provider failed and is tried again after a while.
    Retrying {
        /// What went wrong.
        why: String,
        /// Until the next try.
        in_ms: u64,
    },
    /// A remark for the developer, for example that a parameter was dropped.
    Note(String),
    /// Always the last part.
    End(End),
}

/// How an answer ended.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    /// Whether it was finished, cut off, stopped or failed.
    pub finish: Finish,
    /// Tokens, counted or estimated.
    pub usage: Usage,
    /// What went wrong and what to do about it; empty if nothing did.
    pub error: String,
    /// Whether asking again in the same session makes sense (false for a wrong key, an unknown model, an ended tape).
    pub again: bool,
}

/// What tokens cost, per million of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Price {
    /// Of the prompt.
    pub input: f64,
    /// Of the reply.
    pub output: f64,
    /// In which currency.
    pub(crate) currency: Currency,
}

impl Price {
    /// The price of so many tokens.
    #[must_use]
    pub fn of(self, usage: Usage) -> Money {
        let (prompt, reply) = (usage.prompt_tokens as f64, usage.reply_tokens as f64);
        Money {
            amount: (self.input * prompt + self.output * reply) / 1e6,
            currency: self.currency,
        }
    }
}

/// Answers prompts: a model server, a command, a tape or the developer.
pub trait Provider: Send + Sync {
    /// Name for the screen and the journal: `qwen2.5-coder`, `tape of …`, `claude -p`.
    fn name(&self) -> String;

    /// Whether the replies are recorded (the screen says so).
    fn recorded(&self) -> bool {
        false
    }

    /// Pauses or resumes the running replies; only a tape can.
    fn hold(&self, _held: bool) {}

    /// The same provider with another model, where it has several.
    fn with_model(&self, _model: &str) -> Option<Arc<dyn Provider>> {
        None
    }

    /// How many questions it may be asked at the same time. One that cannot answer several at once queues them.
    fn at_once(&self) -> u32 {
        MOST_AT_ONCE
    }

    /// Whether it knows what a temperature is.
    fn has_temperature(&self) -> bool {
        false
    }

    /// The temperature that it was set up with, if any; that of a question overrides it.
    fn temperature(&self) -> Option<f64> {
        None
    }

    /// Whether it may write files of the developer's while it answers, as a program on this machine can.
    fn touches_files(&self) -> bool {
        false
    }

    /// What its tokens cost, if the developer has configured it.
    fn price(&self) -> Option<Price> {
        None
    }

    /// Whether it is available, found out without a question to the model; `None` where that cannot be known before it is
    /// asked, or where finding out would contact a remote service.
    fn is_there(&self) -> Option<BoxFuture<'static, Result<(), String>>> {
        None
    }

    /// Asks. The stream ends with exactly one [`Delta::End`]; dropping it cancels the request.
    fn ask(&self, question: Question) -> BoxStream<'static, Delta>;
}

impl End {
    /// The model is done.
    #[must_use]
    pub fn done(finish: Finish, usage: Usage) -> Self {
        Self {
            finish,
            usage,
            error: String::new(),
            again: true,
        }
    }

    /// The provider failed and asking again would not help.
    #[must_use]
    pub fn failed(error: impl Into<String>) -> Self {
        Self {
            finish: Finish::Failed,
            usage: Usage::default(),
            error: error.into(),
            again: false,
        }
    }
}

/// A stream that is fed by a future: it ends with the [`End`] that the future returns, and dropping it drops the future.
pub(crate) fn answer<F, Fut>(work: F) -> BoxStream<'static, Delta>
where
    F: FnOnce(DeltaStream) -> Fut,
    Fut: Future<Output = End> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(64);
    let mut last = sender.clone();
    let work = work(DeltaStream(sender));
    let work = async move {
        let end = work.await;
        drop(last.send(Delta::End(end)).await);
    };
    let work = stream::once(work).filter_map(|()| future::ready(None));
    stream::select(receiver, work).boxed()
}

/// Sends the deltas of an [`answer`].
#[derive(Clone, Debug)]
pub(crate) struct DeltaStream(mpsc::Sender<Delta>);

impl DeltaStream {
    /// Sends a delta; waits while the reader is busy.
    pub(crate) async fn give(&mut self, part: Delta) {
        // If the reader is gone the future is about to be dropped anyway.
        drop(self.0.send(part).await);
    }
}

//! The developer as the model: what they type, paste or save is the answer.
//!
//! A channel and nothing more; where the text comes from (an editor, the clipboard, a file) is up to the holder of the [`ManualHandle`].

use std::sync::Arc;

use futures::stream::BoxStream;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{Delta, End, Provider, Question, answer};
use crate::session::event::{Finish, Usage};

/// A provider whose answers are written with a [`ManualHandle`].
#[derive(Debug)]
pub struct ManualProvider {
    written: Arc<Mutex<UnboundedReceiver<String>>>,
}

/// Writes answers. Clones write to the same provider; once the last is dropped, every further question fails.
#[derive(Clone, Debug)]
pub struct ManualHandle(UnboundedSender<String>);

impl ManualHandle {
    /// Answers the pending question, or the next one, with this code. False when the provider is gone.
    #[must_use]
    pub fn write(&self, code: impl Into<String>) -> bool {
        self.0.send(code.into()).is_ok()
    }
}

impl ManualProvider {
    /// A provider and the handle that answers for it.
    #[must_use]
    pub fn new() -> (Self, ManualHandle) {
        let (sender, receiver) = unbounded_channel();
        (
            Self {
                written: Arc::new(Mutex::new(receiver)),
            },
            ManualHandle(sender),
        )
    }
}

impl Provider for ManualProvider {
    fn name(&self) -> String {
        "your own hand".to_owned()
    }

    /// A developer writes one answer at a time.
    fn at_once(&self) -> u32 {
        1
    }

    fn ask(&self, _: Question) -> BoxStream<'static, Delta> {
        let written = self.written.clone();
        answer(move |mut parts| async move {
            match written.lock().await.recv().await {
                Some(code) => {
                    parts.give(Delta::Candidate(code)).await;
                    End::done(
                        Finish::Stop,
                        Usage {
                            counted: true,
                            ..Usage::default()
                        },
                    )
                }
                None => End::failed("the hand has put the pen down"),
            }
        })
    }
}

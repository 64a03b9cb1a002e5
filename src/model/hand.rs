//! The developer's own hand as the model: what they type, paste or save is the answer.
//!
//! A channel and nothing more; where the text comes from (an editor, the clipboard, a file) is up to whoever holds the [`Pen`].

use std::sync::Arc;

use futures::stream::BoxStream;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{End, Part, Provider, Question, answer};
use crate::session::event::{Finish, Usage};

/// A provider whose answers are written with a [`Pen`].
#[derive(Debug)]
pub struct Hand {
    written: Arc<Mutex<UnboundedReceiver<String>>>,
}

/// Writes answers. Clones write to the same hand; when the last is dropped, the hand has nothing more to say.
#[derive(Clone, Debug)]
pub struct Pen(UnboundedSender<String>);

impl Pen {
    /// Answers the question that waits, or the next one, with this code. False when nobody will ask any more.
    #[must_use]
    pub fn write(&self, code: impl Into<String>) -> bool {
        self.0.send(code.into()).is_ok()
    }
}

impl Hand {
    /// A hand and the pen that guides it.
    #[must_use]
    pub fn new() -> (Self, Pen) {
        let (sender, receiver) = unbounded_channel();
        (
            Self {
                written: Arc::new(Mutex::new(receiver)),
            },
            Pen(sender),
        )
    }
}

impl Provider for Hand {
    fn name(&self) -> String {
        "your own hand".to_owned()
    }

    /// A hand writes one answer at a time.
    fn at_once(&self) -> u32 {
        1
    }

    fn ask(&self, _: Question) -> BoxStream<'static, Part> {
        let written = self.written.clone();
        answer(move |mut parts| async move {
            match written.lock().await.recv().await {
                Some(code) => {
                    parts.give(Part::Candidate(code)).await;
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

//! One reply on its way, as far as it has come; and which of several says something next.

use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use futures::Stream;
use futures::stream::BoxStream;
use tokio::time::Instant;

use crate::base::words::estimate_tokens;
use crate::engine::event_loop::Interrupt;
use crate::model::{Delta, End};
use crate::session::event::{Finish, Usage};

/// A reply on its way.
pub(super) struct PendingReply {
    /// Its number in the round: 0 is the only one, several count from 1.
    pub(super) number: u32,
    prompt: Arc<str>,
    /// Where it comes from; none once it has ended.
    pub(super) stream: Option<BoxStream<'static, Delta>>,
    /// The answer so far.
    pub(super) text: String,
    /// The reasoning so far.
    pub(super) reasoning: String,
    /// When its parts came: [ms since the prompt, byte offset in `text` reached].
    pub(super) chunks: Vec<(u64, usize)>,
    /// Finished code, where the provider gives such.
    pub(super) code: Option<String>,
    /// Whether it was asked for a second time.
    pub(super) again: bool,
    began: Instant,
}

impl PendingReply {
    /// A reply that begins now.
    pub(super) fn new(number: u32, prompt: Arc<str>, stream: BoxStream<'static, Delta>) -> Self {
        Self {
            number,
            prompt,
            stream: Some(stream),
            text: String::new(),
            reasoning: String::new(),
            chunks: Vec::new(),
            code: None,
            again: false,
            began: Instant::now(),
        }
    }

    /// Appends a piece of the answer.
    pub(super) fn push(&mut self, piece: &str) {
        self.text.push_str(piece);
        let ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.chunks.push((ms, self.text.len()));
    }

    /// How much was spent, where nobody counted.
    fn estimate(&self) -> Usage {
        Usage {
            prompt_tokens: estimate_tokens(self.prompt.len()),
            reply_tokens: estimate_tokens(self.text.len() + self.reasoning.len()),
            counted: false,
            cost: None,
        }
    }
}

/// The next part of any of the replies and which one it is of; `None` is a stream that has run dry. The search begins at
/// `from`, so that a quick one does not drown the others. Waits for ever where none is on its way.
pub(super) fn next_of(
    lines: &mut [PendingReply],
    from: usize,
) -> impl Future<Output = (usize, Option<Delta>)> {
    std::future::poll_fn(move |cx| {
        let count = lines.len();
        for n in 0..count {
            let at = (from + n) % count;
            let Some(stream) = lines.get_mut(at).and_then(|l| l.stream.as_mut()) else {
                continue;
            };
            if let Poll::Ready(part) = Pin::new(stream).poll_next(cx) {
                return Poll::Ready((at, part));
            }
        }
        Poll::Pending
    })
}

/// The end of a reply that did not end by itself.
pub(super) fn incomplete(why: &str, line: &PendingReply) -> End {
    End {
        finish: Finish::Incomplete,
        usage: line.estimate(),
        error: why.into(),
        again: true,
    }
}

/// The end of a reply that was broken off from here.
pub(super) fn broken_off(interrupt: Interrupt, line: &PendingReply) -> End {
    let error = if interrupt == Interrupt::Deadline {
        "the time for the session was up"
    } else {
        ""
    };
    End {
        finish: Finish::Stopped,
        usage: line.estimate(),
        error: error.into(),
        again: true,
    }
}

/// Code as a file: with a newline at its end.
pub(super) fn with_newline(mut code: String) -> String {
    if !code.ends_with('\n') {
        code.push('\n');
    }
    code
}

//! Sends events out of the loop: never blocks it, never grows without bound.
//!
//! When the receiver is slow, transient events are merged (text) or thinned (readings); durable ones
//! are never lost and never overtaken.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use crate::measure::Progress;
use crate::session::{Event, EventRecord};

/// Events that may wait in the channel itself.
const ROOM: usize = 2048;
/// Waiting events from which on readings are no longer kept: the trace of the case follows anyhow.
const CROWDED: usize = 256;

pub(super) struct CoalescingSender {
    sender: SyncSender<EventRecord>,
    waiting: VecDeque<EventRecord>,
}

impl CoalescingSender {
    pub(super) fn new() -> (Self, Receiver<EventRecord>) {
        let (sender, receiver) = sync_channel(ROOM);
        (
            Self {
                sender,
                waiting: VecDeque::new(),
            },
            receiver,
        )
    }

    /// Sends, or keeps what cannot be sent yet.
    pub(super) fn push(&mut self, entry: EventRecord) {
        self.flush();
        if self.waiting.is_empty() {
            match self.sender.try_send(entry) {
                Ok(()) | Err(TrySendError::Disconnected(_)) => return,
                Err(TrySendError::Full(back)) => self.waiting.push_back(back),
            }
            return;
        }
        self.merge(entry);
    }

    /// Tries again to send what waits. True when nothing waits any more.
    pub(super) fn flush(&mut self) -> bool {
        while let Some(next) = self.waiting.pop_front() {
            match self.sender.try_send(next) {
                Ok(()) => {}
                Err(TrySendError::Full(back)) => {
                    self.waiting.push_front(back);
                    return false;
                }
                Err(TrySendError::Disconnected(_)) => {
                    self.waiting.clear();
                    return true;
                }
            }
        }
        true
    }

    fn merge(&mut self, entry: EventRecord) {
        if let Event::ReplyDelta {
            candidate,
            reasoning,
            text,
            ..
        } = &entry.event
            && let Some(waiting) = self.last_of(*candidate)
            && let Event::ReplyDelta {
                reasoning: r,
                text: t,
                ..
            } = waiting
            && reasoning == r
        {
            t.push_str(text);
            return;
        }
        let reading = matches!(
            entry.event,
            Event::Progressed {
                progress: Progress::Sampled { .. },
                ..
            }
        );
        if !(reading && self.waiting.len() >= CROWDED) {
            self.waiting.push_back(entry);
        }
    }

    /// The last text of a reply that waits, if nothing but text of other replies came after it: several come at once.
    fn last_of(&mut self, candidate: u32) -> Option<&mut Event> {
        let texts = self.waiting.iter_mut().rev().map(|h| &mut h.event);
        texts
            .take_while(|e| matches!(e, Event::ReplyDelta { .. }))
            .find(|e| matches!(e, Event::ReplyDelta { candidate: c, .. } if *c == candidate))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::base::units::{Bytes, Nanos};
    use crate::sandbox::Sample;
    use crate::session::event::VersionId;

    fn entry(event: Event) -> EventRecord {
        EventRecord {
            at: jiff::Timestamp::UNIX_EPOCH,
            event,
        }
    }

    #[test]
    fn a_slow_watcher_loses_readings_but_neither_text_nor_durable_events() {
        let (mut outlet, receiver) = CoalescingSender::new();
        let reading = Progress::Sampled {
            sample: Sample {
                t: Nanos(1),
                memory: Bytes(1),
            },
        };
        for n in 0..20_000 {
            for candidate in 1..=3 {
                outlet.push(entry(Event::ReplyDelta {
                    round: 1,
                    candidate,
                    reasoning: false,
                    text: "x".into(),
                }));
            }
            outlet.push(entry(Event::Progressed {
                version: VersionId(1),
                progress: reading.clone(),
            }));
            if n % 100 == 0 {
                outlet.push(entry(Event::Noted {
                    text: n.to_string(),
                    error: false,
                }));
            }
        }
        assert!(outlet.waiting.len() < 2_000, "{}", outlet.waiting.len());
        let (mut text, mut notes) = (0, Vec::new());
        loop {
            let done = outlet.flush();
            for h in receiver.try_iter() {
                match h.event {
                    Event::ReplyDelta { text: t, .. } => text += t.len(),
                    Event::Noted { text, .. } => notes.push(text.parse::<usize>().unwrap()),
                    _ => {}
                }
            }
            if done {
                break;
            }
        }
        assert_eq!(text, 60_000);
        assert_eq!(notes, (0..200).map(|n| n * 100).collect::<Vec<_>>());
    }
}

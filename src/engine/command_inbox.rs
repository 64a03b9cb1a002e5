//! What the loop receives while it works: the developer's commands, and events of work that runs beside it without the
//! judge (writing the user's files).

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::engine::Command;
use crate::session::Event;

/// One thing that arrived.
pub(super) enum LoopInput {
    /// A command; `None` when the other end is gone.
    Command(Option<Command>),
    /// Something happened beside the loop.
    Event(SideEvent),
}

/// An event of work beside the loop.
pub(super) struct SideEvent {
    pub(super) event: Box<Event>,
    /// Waits to hear that it is in the journal, where that matters; hears of its loss by being dropped.
    pub(super) recorded: Option<SyncSender<()>>,
}

/// The loop's ends of both channels.
pub(super) struct CommandInbox {
    commands: UnboundedReceiver<Command>,
    /// Nobody can send a command any more, and that was said.
    closed: bool,
    news: UnboundedReceiver<SideEvent>,
    events: Option<UnboundedSender<SideEvent>>,
    stop: Arc<AtomicBool>,
}

/// Given to work beside the loop: sends events, and says whether to stop.
#[derive(Clone)]
pub(super) struct EventSender {
    news: UnboundedSender<SideEvent>,
    stop: Arc<AtomicBool>,
}

impl EventSender {
    /// Tells the loop what happened.
    pub(super) fn send(&self, event: Event) {
        let event = Box::new(event);
        let recorded = None;
        drop(self.news.send(SideEvent { event, recorded }));
    }

    /// Tells the loop what is about to happen, and waits until it is in the journal.
    ///
    /// # Errors
    /// The journal can no longer be written, or the loop has ended.
    pub(super) fn record(&self, event: Event) -> io::Result<()> {
        let (recorded, heard) = sync_channel(1);
        let event = Box::new(event);
        let recorded = Some(recorded);
        drop(self.news.send(SideEvent { event, recorded }));
        heard
            .recv()
            .map_err(|_| io::Error::other("its journal can no longer be written"))
    }

    /// Whether the loop is about to end.
    pub(super) fn stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }
}

impl CommandInbox {
    /// A sender for commands, and the inbox.
    pub(super) fn new() -> (UnboundedSender<Command>, Self) {
        let (sender, commands) = unbounded_channel();
        let (events, news) = unbounded_channel();
        let inbox = Self {
            commands,
            closed: false,
            news,
            events: Some(events),
            stop: Arc::default(),
        };
        (sender, inbox)
    }

    /// Waits for the next thing. Cancel safe. That nobody is at the other end any more is said once: said again and again,
    /// it would keep whatever else the loop waits for from ever having its turn.
    pub(super) async fn recv(&mut self) -> LoopInput {
        tokio::select! {
            biased;
            Some(event) = self.news.recv() => LoopInput::Event(event),
            command = self.commands.recv(), if !self.closed => {
                self.closed = command.is_none();
                LoopInput::Command(command)
            }
            else => std::future::pending().await,
        }
    }

    /// A sender for work that starts beside the loop; `None` once the loop is ending.
    pub(super) fn event_sender(&self) -> Option<EventSender> {
        let (news, stop) = (self.events.clone()?, self.stop.clone());
        Some(EventSender { news, stop })
    }

    /// Asks all work beside the loop to end and returns its remaining events; `None` when all of it has ended.
    pub(super) async fn drain(&mut self) -> Option<SideEvent> {
        self.stop.store(true, Ordering::SeqCst);
        self.events = None;
        self.news.recv().await
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn that_nobody_can_send_a_command_any_more_is_said_once() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(async {
            let (sender, mut inbox) = CommandInbox::new();
            drop(sender);
            assert!(matches!(inbox.recv().await, LoopInput::Command(None)));
            let again = tokio::time::timeout(Duration::from_millis(50), inbox.recv());
            assert!(again.await.is_err());
        });
    }
}

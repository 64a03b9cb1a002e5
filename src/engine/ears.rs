//! What the loop hears while it works: the developer's commands, and what came of the work beside it that needs no judge
//! (writing files of the user's).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::engine::Command;
use crate::engine::run::Loop;
use crate::session::Event;

/// One thing that was heard.
pub(super) enum Heard {
    /// A command; none where nobody is at the other end any more.
    Command(Option<Command>),
    /// Something happened beside the loop.
    Event(Box<Event>),
}

/// The loop's end of both channels.
pub(super) struct Ears {
    commands: UnboundedReceiver<Command>,
    news: UnboundedReceiver<Event>,
    mouth: Option<UnboundedSender<Event>>,
    stop: Arc<AtomicBool>,
}

/// What work beside the loop has of it: it tells what happened, and asks whether to stop.
#[derive(Clone)]
pub(super) struct Mouth {
    news: UnboundedSender<Event>,
    stop: Arc<AtomicBool>,
}

impl Mouth {
    /// Tells the loop what happened.
    pub(super) fn tell(&self, event: Event) {
        drop(self.news.send(event));
    }

    /// Whether the loop is about to end.
    pub(super) fn stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }
}

impl Ears {
    /// The way in for commands, and the ears.
    pub(super) fn new() -> (UnboundedSender<Command>, Self) {
        let (sender, commands) = unbounded_channel();
        let (mouth, news) = unbounded_channel();
        let ears = Self {
            commands,
            news,
            mouth: Some(mouth),
            stop: Arc::default(),
        };
        (sender, ears)
    }

    /// Waits for the next thing. May be broken off; nothing is lost.
    pub(super) async fn recv(&mut self) -> Heard {
        tokio::select! {
            biased;
            Some(event) = self.news.recv() => Heard::Event(Box::new(event)),
            command = self.commands.recv() => Heard::Command(command),
        }
    }

    /// For work that begins; none when the loop is about to end.
    pub(super) fn mouth(&self) -> Option<Mouth> {
        let (news, stop) = (self.mouth.clone()?, self.stop.clone());
        Some(Mouth { news, stop })
    }

    /// Asks all work beside the loop to end, and gives what it still has to say; `None` when all of it has ended.
    pub(super) async fn last_word(&mut self) -> Option<Event> {
        self.stop.store(true, Ordering::SeqCst);
        self.mouth = None;
        self.news.recv().await
    }
}

impl Loop {
    /// Takes in what was heard.
    pub(super) fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Command(command) => self.command(command),
            Heard::Event(event) => self.emit(*event),
        }
    }
}

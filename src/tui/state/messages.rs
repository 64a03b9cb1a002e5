//! What the screen itself says.

use jiff::Timestamp;

use crate::session::Session;
use crate::tui::core::tip::Tip;

/// Words of the screen that are kept.
const SAID: usize = 200;
/// How long the shortest word stays on the screen, while nothing else begins.
const MESSAGE_SECONDS: i64 = 8;
/// How long it stays where something else has begun since it was said: as long as it takes to be read.
const READ_SECONDS: i64 = 3;
/// Bytes that are read in a second: a long word stays longer.
const PER_SECOND: usize = 20;

/// A word of the screen itself to the developer.
#[derive(Clone, Debug)]
pub struct Message {
    /// When it was said.
    pub at: Timestamp,
    /// What.
    pub text: String,
    /// Whether something went wrong.
    pub error: bool,
}

/// What the screen itself says.
#[derive(Default)]
pub struct Messages {
    /// All of it, newest last.
    pub all: Vec<Message>,
    /// The last one, until it is taken away.
    pub last: Option<Message>,
    /// A standing line for the developer, such as the demo's.
    pub banner: String,
    /// The tip that is on, and since when.
    pub tip: Option<(Tip, Timestamp)>,
}

impl Messages {
    /// Says something to the developer.
    pub fn say(&mut self, now: Timestamp, text: String, error: bool) {
        let message = Message {
            at: now,
            text,
            error,
        };
        self.all.push(message.clone());
        let over = self.all.len().saturating_sub(SAID);
        self.all.drain(..over);
        self.last = Some(message);
    }

    /// The word to show now and whether it is an error: the screen's own, or the engine's last note, while fresh. What is on
    /// began at `since`: a word that was said before belongs to something else, and goes as soon as it can be read, save an error.
    #[must_use]
    pub fn word<'s>(
        &'s self,
        now: Timestamp,
        since: Timestamp,
        session: &'s Session,
    ) -> Option<(&'s str, bool)> {
        let fresh = |at: Timestamp, text: &str, error: bool| {
            let shown = now.duration_since(at).as_secs();
            let least = if at < since && !error {
                READ_SECONDS
            } else {
                MESSAGE_SECONDS
            };
            shown < least + i64::try_from(text.len() / PER_SECOND).unwrap_or(0)
        };
        let own = self
            .last
            .as_ref()
            .filter(|m| fresh(m.at, &m.text, m.error))
            .map(|m| (m.at, m.text.as_str(), m.error));
        let note = session
            .notes
            .last()
            // A note is of the work that was on when it came, and goes with it.
            .filter(|n| match n.at < since && !n.error {
                true => now.duration_since(n.at).as_secs() < READ_SECONDS,
                false => fresh(n.at, &n.text, n.error),
            })
            .map(|n| (n.at, n.text.as_str(), n.error));
        own.into_iter()
            .chain(note)
            .max_by_key(|w| w.0)
            .map(|w| (w.1, w.2))
    }
}

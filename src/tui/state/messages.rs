//! What the screen itself says.

use jiff::Timestamp;

use crate::session::Session;
use crate::tui::core::tip::Tip;

/// Words of the screen that are kept.
const SAID: usize = 200;
/// How long the shortest word stays on the screen.
const MESSAGE_SECONDS: i64 = 8;
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

    /// The word to show now and whether it is an error: the screen's own, or the engine's last note, while fresh.
    #[must_use]
    pub fn word<'s>(&'s self, now: Timestamp, session: &'s Session) -> Option<(&'s str, bool)> {
        let fresh = |at: Timestamp, text: &str| {
            let shown = now.duration_since(at).as_secs();
            shown < MESSAGE_SECONDS + i64::try_from(text.len() / PER_SECOND).unwrap_or(0)
        };
        let own = self
            .last
            .as_ref()
            .filter(|m| fresh(m.at, &m.text))
            .map(|m| (m.at, m.text.as_str(), m.error));
        let note = session
            .notes
            .last()
            .filter(|n| fresh(n.at, &n.text))
            .map(|n| (n.at, n.text.as_str(), n.error));
        own.into_iter()
            .chain(note)
            .max_by_key(|w| w.0)
            .map(|w| (w.1, w.2))
    }
}

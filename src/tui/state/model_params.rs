//! How the model is asked from the next round on: how many replies, at which temperature. What the keys offer.

use crate::model::MOST_AT_ONCE;
use crate::session::Session;

/// Temperatures that the key goes through.
pub(crate) const TEMPERATURES: [f64; 6] = [0.0, 0.2, 0.5, 0.7, 1.0, 1.3];

/// One reply more; after the most, one again.
#[must_use]
pub(crate) fn more(session: &Session) -> u32 {
    session.asks_for() % MOST_AT_ONCE + 1
}

/// The next higher temperature; after the highest, the model's own.
#[must_use]
pub(crate) fn warmer(session: &Session) -> Option<f64> {
    match session.temperature {
        None => TEMPERATURES.first().copied(),
        Some(now) => TEMPERATURES.into_iter().find(|t| *t > now),
    }
}

/// How the model is asked, where that is not the usual way: ` ×3 · temp 0.7`.
#[must_use]
pub(crate) fn in_words(session: &Session) -> Option<String> {
    let candidates = session.asks_for();
    let mut words = Vec::new();
    if candidates > 1 {
        words.push(format!("{candidates} replies"));
    }
    if let Some(t) = session.temperature {
        words.push(format!("temp {t}"));
    }
    (!words.is_empty()).then(|| words.join(" · "))
}

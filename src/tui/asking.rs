//! How the model is asked from the next round on: how many replies, at which temperature. What the keys and the palette offer.

use crate::model::MOST_AT_ONCE;
use crate::session::Session;
use crate::tui::palette::Deed;

/// Temperatures that the key goes through.
const TEMPERATURES: [f64; 6] = [0.0, 0.2, 0.5, 0.7, 1.0, 1.3];

/// One reply more; after the most, one again.
#[must_use]
pub fn more(session: &Session) -> u32 {
    session.asks_for() % MOST_AT_ONCE + 1
}

/// The next higher temperature; after the highest, the model's own.
#[must_use]
pub fn warmer(session: &Session) -> Option<f64> {
    match session.temperature {
        None => TEMPERATURES.first().copied(),
        Some(now) => TEMPERATURES.into_iter().find(|t| *t > now),
    }
}

/// What the palette offers.
#[must_use]
pub fn deeds(session: &Session) -> Vec<(Deed, String, String)> {
    let candidates = (1..=MOST_AT_ONCE).filter(|n| *n != session.asks_for());
    let mut all: Vec<_> = candidates
        .map(|n| {
            let about = match n {
                1 => "one reply a round",
                _ => "replies side by side from the next round on; the best is confirmed",
            };
            (
                Deed::Candidates(n),
                format!("candidates: {n}"),
                about.into(),
            )
        })
        .collect();
    let own = session.temperature.is_some().then_some(None);
    let temperatures = TEMPERATURES.into_iter().map(Some);
    for t in own.into_iter().chain(temperatures) {
        if t != session.temperature {
            let name = t.map_or("the model's own".into(), |t| t.to_string());
            all.push((
                Deed::Temperature(t),
                format!("temperature: {name}"),
                "from the next question on".into(),
            ));
        }
    }
    all
}

/// How the model is asked, where that is not the usual way: ` ×3 · temp 0.7`.
#[must_use]
pub fn in_words(session: &Session) -> Option<String> {
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

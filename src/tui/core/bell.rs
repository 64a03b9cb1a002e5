//! The bell: whether the end of a round is worth one. It rings for those who look elsewhere, and only if asked to
//! (`bell = true`).

use jiff::Timestamp;

use crate::session::Session;
use crate::session::event::Stage;

/// A round that took less needs no bell, in seconds.
const LONG: i64 = 15;
/// What happened longer ago than this is told again, not news, in seconds.
const NEWS: i64 = 5;

/// What it needs to know.
#[derive(Clone, Debug, Default)]
pub struct Bell {
    /// Whether it may ring at all.
    pub on: bool,
    /// Set when it is to ring; whoever rings takes it back.
    pub due: bool,
    looked_at: Option<bool>,
    rounds: usize,
    working: bool,
    began: Option<Timestamp>,
}

impl Bell {
    /// Says whether the developer looks at the terminal.
    pub fn looked_at(&mut self, yes: bool) {
        self.looked_at = Some(yes);
    }

    /// Takes in how far the session has come.
    pub fn observe(&mut self, session: &Session, now: Timestamp) {
        let working = !matches!(
            session.stage,
            Stage::Waiting | Stage::Finished | Stage::Paused
        );
        let rounds = session.rounds.len();
        let ended = (self.working && !working) || (rounds > self.rounds && self.rounds > 0);
        let at = session.last_at.unwrap_or(now);
        if ended && let Some(began) = self.began {
            let long = at.duration_since(began).as_secs() >= LONG;
            let news = now.duration_since(at).as_secs().abs() <= NEWS;
            self.due |= self.on && long && news && self.looked_at != Some(true);
        }
        if rounds > self.rounds || (working && !self.working) {
            self.began = Some(at);
        }
        self.rounds = rounds;
        self.working = working;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::tui::sample;

    /// Tells the bell the fabricated session as it happened; gives how often it rang.
    fn rings(bell: &mut Bell, live: bool) -> usize {
        let mut session = Session::default();
        let mut rung = 0;
        let end: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
        let first = sample::events()[0].at;
        for mut happened in sample::events() {
            // The fabricated session is told in haste: here it takes its time.
            happened.at = first + happened.at.duration_since(first) * 10;
            session.apply(&happened);
            bell.observe(&session, if live { happened.at } else { end });
            rung += usize::from(std::mem::take(&mut bell.due));
        }
        rung
    }

    #[test]
    fn it_rings_for_long_rounds_of_which_it_is_told_as_they_end() {
        let bell = |on, looked_at| Bell {
            on,
            looked_at,
            ..Bell::default()
        };
        assert!(rings(&mut bell(true, None), true) > 0);
        assert!(rings(&mut bell(true, Some(false)), true) > 0);
        assert_eq!(rings(&mut bell(true, Some(true)), true), 0, "someone looks");
        assert_eq!(
            rings(&mut bell(false, None), true),
            0,
            "nobody asked for it"
        );
        assert_eq!(
            rings(&mut bell(true, None), false),
            0,
            "told again, not news"
        );
    }
}

//! Going through a recorded session: what the keys of time do to the screen and to the session that is drawn.

use std::time::Instant;

use crate::session::event::EventRecord;
use crate::session::{History, Landmark, Session};
use crate::tui::core::travel::{Pace, Travel};
use crate::tui::state::playback::Playback;
use crate::tui::state::{Observed, State};

impl State {
    /// Shows a recorded session from the end of its first step on.
    pub fn look_into(&mut self, session: &mut Session, history: History) {
        let first = history.first();
        *session = Session::default();
        self.playback = Some(Playback::new(history));
        self.go_to(session, first);
    }

    /// Takes in what another program has added to the session meanwhile. Who looks at its end goes on looking at its end.
    pub fn grew(&mut self, session: &mut Session, new: Vec<EventRecord>) {
        let Some(playback) = &mut self.playback else {
            return;
        };
        let at_end = playback.at >= playback.history.len();
        let at = playback.history.grow(playback.at, new);
        let at = if at_end { playback.history.len() } else { at };
        self.show_again(session, at, at_end);
    }

    /// Takes in the whole of a session of which the beginning is shown; what is looked at stays.
    pub fn was_read(&mut self, session: &mut Session, whole: History) {
        let Some(playback) = &mut self.playback else {
            return;
        };
        let at = playback.history.replace(playback.at, whole);
        self.show_again(session, at, false);
    }

    fn show_again(&mut self, session: &mut Session, at: usize, news: bool) {
        if let Some(playback) = &mut self.playback {
            playback.at = at;
            *session = playback.history.session(at);
            if news {
                self.observe(session);
            }
        }
    }

    /// Goes elsewhere in the recorded session; gives the session as it was then.
    pub fn travel(&mut self, session: &mut Session, to: Travel, now: Instant) {
        let Some(playback) = &mut self.playback else {
            return;
        };
        let at = playback.at;
        let history = &playback.history;
        let landmark = |which, forward: bool| history.landmark(at, which, forward);
        let (target, missing) = match to {
            Travel::On => (Some(history.next(at)), ""),
            Travel::Back => (Some(history.previous(at)), ""),
            Travel::NextVerdict => (
                landmark(Landmark::Verdict, true),
                "no verdict comes after this",
            ),
            Travel::VerdictBefore => (
                landmark(Landmark::Verdict, false),
                "no verdict came before this",
            ),
            Travel::NextBest => (
                landmark(Landmark::Accepted, true)
                    .or_else(|| history.landmark(0, Landmark::Accepted, true)),
                "no version became the best in this session",
            ),
            Travel::NextFailure => (
                landmark(Landmark::Failed, true)
                    .or_else(|| history.landmark(0, Landmark::Failed, true)),
                "nothing failed in this session",
            ),
            Travel::Start => (Some(history.first()), ""),
            Travel::End => (Some(history.len()), ""),
            Travel::Play => {
                let over = at >= history.len();
                playback.playing = match playback.playing {
                    None => Some(now),
                    Some(_) => None,
                };
                if !over {
                    return;
                }
                (Some(history.first()), "")
            }
            Travel::Pace => {
                playback.pace = playback.pace.next();
                playback.playing = playback.playing.map(|_| now);
                return;
            }
        };
        match target {
            Some(target) => {
                if to != Travel::Play {
                    playback.playing = None;
                }
                self.go_to(session, target);
            }
            None => self.say(missing, false),
        }
    }

    /// Shows the session after so many moments.
    pub fn go_to(&mut self, session: &mut Session, at: usize) {
        let Some(playback) = &mut self.playback else {
            return;
        };
        let at = at.min(playback.history.len());
        if at >= playback.at {
            for record in playback.history.moments(playback.at, at) {
                session.apply(record);
            }
        } else {
            *session = playback.history.session(at);
            // What was noticed has not happened yet.
            self.observed = Observed::new(self.now);
            self.messages.last = None;
        }
        playback.at = at;
        self.now = playback.clock(Instant::now());
        self.observe(session);
    }

    /// Shows what is due by now while it plays; whether something was.
    pub fn play_on(&mut self, session: &mut Session, now: Instant) -> bool {
        let mut moved = false;
        while let Some(playback) = &mut self.playback {
            let Some(since) = playback.playing else { break };
            let Some(wait) = playback.wait() else {
                playback.playing = None;
                moved = true;
                break;
            };
            if now.saturating_duration_since(since) < wait {
                break;
            }
            let at = match playback.pace {
                Pace::AtOnce => playback.history.len(),
                _ => playback.at + 1,
            };
            playback.playing = Some(since + wait);
            self.go_to(session, at);
            moved = true;
        }
        if let Some(playback) = &self.playback {
            self.now = playback.clock(now);
        }
        moved
    }
}

//! Several replies of a round, looked at side by side or one by one: which is chosen, how they are laid out, how they came.

use crate::base::words::estimate_tokens;
use crate::session::Session;
use crate::session::event::Finish;
use crate::session::fold::{Reply as Ended, Round, StreamingReply};
use crate::tui::core::tab::Tab;
use crate::tui::state::State;

/// Cells that a column needs to be read.
const NARROWEST: usize = 34;
/// Cells between two columns.
pub(crate) const GAP: usize = 3;

/// A reply as far as it has come.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ReplyProgress<'s> {
    /// It is coming.
    Growing(&'s StreamingReply),
    /// It has ended.
    Ended(&'s Ended),
    /// Nothing is known of it: the session was cut off.
    Lost,
}

/// How a reply came, in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReplyTiming {
    /// From the prompt to the first text.
    pub first: f64,
    /// From the first text to the last.
    pub coming: f64,
}

impl<'s> ReplyProgress<'s> {
    /// The answer and the reasoning so far.
    #[must_use]
    pub(crate) fn text(self) -> (&'s str, &'s str) {
        match self {
            Self::Growing(g) => (&g.text, &g.reasoning),
            Self::Ended(r) => (&r.text, &r.reasoning),
            Self::Lost => ("", ""),
        }
    }

    /// Tokens so far, and whether somebody counted them.
    #[must_use]
    pub(crate) fn tokens(self) -> (u64, bool) {
        match self {
            Self::Growing(g) => (estimate_tokens(g.text.len() + g.reasoning.len()), false),
            Self::Ended(r) => (r.usage.reply_tokens, r.usage.counted),
            Self::Lost => (0, false),
        }
    }

    /// How it came, once something came.
    #[must_use]
    pub(crate) fn timing(self) -> Option<ReplyTiming> {
        match self {
            Self::Growing(g) => {
                let (first, last) = (g.first_text_at?, g.last_text_at?);
                Some(ReplyTiming {
                    first: first.duration_since(g.asked_at).as_secs_f64().max(0.0),
                    coming: last.duration_since(first).as_secs_f64(),
                })
            }
            Self::Ended(r) => {
                let (first, last) = (r.chunks.first()?.0, r.chunks.last()?.0);
                Some(ReplyTiming {
                    first: first as f64 / 1e3,
                    coming: last.saturating_sub(first) as f64 / 1e3,
                })
            }
            Self::Lost => None,
        }
    }

    /// Tokens per second, once there is enough to say it.
    #[must_use]
    pub(crate) fn speed(self) -> Option<f64> {
        let coming = self.timing().map(|p| p.coming).filter(|s| *s >= 0.3)?;
        let (text, reasoning) = self.text();
        // Of a reply that has ended only the times of the answer are kept.
        let share = match self {
            Self::Ended(_) if !reasoning.is_empty() => {
                text.len() as f64 / (text.len() + reasoning.len()) as f64
            }
            _ => 1.0,
        };
        Some(self.tokens().0 as f64 * share / coming)
    }

    /// Whether it is still on its way.
    #[must_use]
    pub(crate) fn is_coming(self) -> bool {
        matches!(self, Self::Growing(_))
    }
}

/// A reply of a round as far as it has come.
#[must_use]
pub(crate) fn reply_progress<'s>(
    session: &'s Session,
    round: &'s Round,
    number: u32,
) -> ReplyProgress<'s> {
    let live = session.round().is_some_and(|r| r.number == round.number);
    match (
        round.reply(number),
        session.live.replies.get(&number).filter(|_| live),
    ) {
        (Some(ended), _) => ReplyProgress::Ended(ended),
        (None, Some(growing)) => ReplyProgress::Growing(growing),
        (None, None) => ReplyProgress::Lost,
    }
}

/// Cells of a column where so many replies stand side by side; none where there is no room for that.
#[must_use]
pub(crate) fn column(replies: u32, width: usize) -> Option<usize> {
    let count = replies as usize;
    let each = width.saturating_sub(GAP * count.saturating_sub(1)) / count.max(1);
    (count > 1 && each >= NARROWEST).then_some(each)
}

impl State {
    /// The reply of the round that the stream pane shows, or that has the keyboard where several are shown.
    #[must_use]
    pub fn shown_reply(&self, session: &Session, round: &Round) -> u32 {
        if round.candidates <= 1 {
            return 0;
        }
        let chosen = self.panes.replies.chosen;
        if let Some((_, number)) = chosen.filter(|c| c.0 == round.number) {
            return number;
        }
        let of = |id| session.version(id).filter(|v| v.round == round.number);
        let version = self.nav.selected.and_then(of).or_else(|| {
            // The version that is being measured, or that won.
            let measured = session.live.version.and_then(of);
            let best = session.incumbent.and_then(of);
            best.or(measured)
        });
        if let Some(version) = version.filter(|v| v.candidate > 0) {
            return version.candidate;
        }
        let speaks = |n: &u32| matches!(reply_progress(session, round, *n), ReplyProgress::Growing(g) if g.first_text_at.is_some());
        let done = |n: &u32| round.reply(*n).is_some_and(|r| r.finish == Finish::Stop);
        let mut numbers = round.numbers();
        numbers
            .clone()
            .find(speaks)
            .or_else(|| numbers.find(done))
            .unwrap_or(1)
    }

    /// Cells of a column of the stream pane, where its replies stand side by side.
    #[must_use]
    pub fn reply_columns(&self, round: &Round, width: usize) -> Option<usize> {
        column(round.candidates, width).filter(|_| !self.panes.replies.alone)
    }

    /// One reply alone, or all side by side where there is room; false where there is only one.
    pub fn toggle_reply_columns(&mut self, session: &Session) -> bool {
        let Some(count) = self.round(session).map(|r| r.candidates).filter(|n| *n > 1) else {
            return false;
        };
        let width = usize::from(self.layout().main_inner().width);
        if column(count, width).is_none() {
            self.say(
                format!("there is no room for {count} replies side by side here"),
                false,
            );
        } else {
            self.panes.replies.alone = !self.panes.replies.alone;
        }
        true
    }

    /// Chooses a reply of the round that is shown.
    pub fn choose_reply(&mut self, session: &Session, number: u32) {
        if let Some(round) = self.round(session).map(|r| r.number) {
            self.panes.replies.chosen = Some((round, number));
            self.nav.scroll.remove(&Tab::Stream);
        }
    }

    /// To the reply before or after; false where there is none (then the version is meant).
    pub fn step_reply(&mut self, session: &Session, forward: bool) -> bool {
        let Some(round) = self.round(session).filter(|r| r.candidates > 1) else {
            return false;
        };
        let now = self.shown_reply(session, round);
        let next = if forward { now + 1 } else { now - 1 };
        let there = round.numbers().contains(&next);
        if there {
            self.choose_reply(session, next);
        }
        there
    }

    /// To the round before or after, also to one that gave no version; false where there is none.
    pub fn step_round(&mut self, session: &Session, forward: bool) -> bool {
        let Some(now) = self.round(session).map(|r| r.number) else {
            return false;
        };
        let mut rounds = session.rounds.iter();
        let next = if forward {
            rounds.find(|r| r.number > now)
        } else {
            rounds.rev().find(|r| r.number < now)
        };
        let Some(round) = next else {
            return false;
        };
        if let Some(version) = round.versions.first() {
            self.select(*version);
        } else {
            self.nav.round = Some(round.number);
            self.nav.scroll.remove(&Tab::Stream);
        }
        true
    }

    /// Lays out the replies that are shown: live ones while they come, else those that were kept.
    pub fn prepare_stream(&mut self, session: &Session, width: usize, language: &str) {
        let Some(round) = self.round(session) else {
            return;
        };
        let shown = self.shown_reply(session, round);
        let columns = self.reply_columns(round, width);
        let width = columns.unwrap_or(width);
        let (text, reasoning) = reply_progress(session, round, shown).text();
        let syntaxes = self.caches.syntaxes.clone();
        let key = |number: u32| (round.number, number);
        self.caches
            .reply
            .update(key(shown), text, width, language, syntaxes.as_ref());
        // What is folded away costs nothing.
        if self.caches.reply.rows().is_empty() || self.nav.unfolded.contains(&Tab::Stream) {
            let room = width.saturating_sub(2);
            self.panes
                .thoughts
                .update(key(shown), reasoning, room, language, None);
        }
        let beside = &mut self.panes.replies.beside;
        beside.retain(|n, _| columns.is_some() && *n != shown && round.numbers().contains(n));
        for number in round.numbers().filter(|n| columns.is_some() && *n != shown) {
            let (text, _) = reply_progress(session, round, number).text();
            beside.entry(number).or_default().update(
                key(number),
                text,
                width,
                language,
                syntaxes.as_ref(),
            );
        }
    }
}

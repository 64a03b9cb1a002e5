//! A tape made from a session: the replies of its journal, round by round, each round's in their order.

use std::path::Path;

use super::reply::Recorded;
use crate::session::event::{Event, Finish};
use crate::session::journal::{self, JournalError};

/// Replies of a session, each with its round and its number in it, in the order in which they are to be played.
#[derive(Debug, Default)]
pub(super) struct NumberedReplies {
    places: Vec<(u64, u64)>,
    replies: Vec<Recorded>,
}

impl NumberedReplies {
    /// Inserts a reply in order: the replies of a round need not end in the order in which they were asked for.
    pub(super) fn insert(&mut self, place: (u64, u64), reply: Recorded) {
        let at = self.places.partition_point(|p| *p <= place);
        self.places.insert(at, place);
        self.replies.insert(at, reply);
    }

    /// The replies in order.
    pub(super) fn into_replies(self) -> Vec<Recorded> {
        self.replies
    }
}

/// The replies of the session in a folder, without those that failed or were cancelled.
///
/// # Errors
/// As [`journal::read`].
pub(super) fn replies(folder: &Path) -> Result<Vec<Recorded>, JournalError> {
    let mut told = NumberedReplies::default();
    let read = journal::read(folder)?;
    if let Some((line, why)) = read.holes.into_iter().next() {
        let path = folder.join(journal::FILE);
        return Err(JournalError::Bad { path, line, why });
    }
    for happened in read.events {
        if let Event::ReplyEnded {
            round,
            candidate,
            model,
            text,
            reasoning,
            chunks,
            finish,
            ..
        } = happened.event
            && !matches!(finish, Finish::Failed | Finish::Stopped)
        {
            let reply = Recorded {
                model,
                text: text.to_string(),
                reasoning: reasoning.to_string(),
                chunks,
                finish,
            };
            told.insert((round.into(), candidate.into()), reply);
        }
    }
    Ok(told.into_replies())
}

//! What a tape is made of when it is a session: the replies of its journal, round by round, each round's in their order.

use std::path::Path;

use super::Recorded;
use crate::session::event::{Event, Finish};
use crate::session::journal::{self, JournalError};

/// Replies of a session, each with its round and its number in it, in the order in which they are to be played.
#[derive(Debug, Default)]
pub(super) struct Told {
    places: Vec<(u64, u64)>,
    replies: Vec<Recorded>,
}

impl Told {
    /// Puts a reply where it belongs: of several of a round the first to end was not always the first one.
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

/// The replies of the session in a folder. What failed or was stopped by hand was no reply.
///
/// # Errors
/// As [`journal::read`].
pub(super) fn replies(folder: &Path) -> Result<Vec<Recorded>, JournalError> {
    let mut told = Told::default();
    for happened in journal::read(folder)?.events {
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

//! The prompt that is shown.

use std::sync::Arc;

use crate::session::Session;
use crate::session::event::Stage;
use crate::tui::state::State;

impl State {
    /// The prompt that the prompt pane shows: that of the version that is looked at, or the one that would go out next.
    #[must_use]
    pub fn shown_prompt<'s>(&self, session: &'s Session) -> Option<ShownPrompt<'s>> {
        let waits = matches!(session.stage, Stage::Waiting | Stage::Finished);
        match &session.prepared {
            Some(next) if waits && self.nav.selected.is_none() => Some(ShownPrompt {
                text: &next.prompt,
                round: None,
                edited: false,
            }),
            _ => self.round(session).map(|r| ShownPrompt {
                text: &r.prompt,
                round: Some(r.number),
                edited: r.edited,
            }),
        }
    }
}

/// A prompt that is shown.
#[derive(Clone, Copy, Debug)]
pub struct ShownPrompt<'s> {
    /// Its whole text.
    pub text: &'s Arc<str>,
    /// The round that it was sent in; none is the next one.
    pub round: Option<u32>,
    /// Whether the developer changed it by hand.
    pub edited: bool,
}

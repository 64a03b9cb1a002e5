//! What the screen alone cannot do, and asks of the outside.

use crate::engine::Command;
use crate::session::event::VersionId;
use crate::tui::core::home::{Choice, Server};
use crate::tui::core::travel::Travel;

/// Something that the screen alone cannot do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask something of the loop.
    Send(Command),
    /// Open an entry of the start screen.
    Open(Choice),
    /// Show another moment of the recorded session.
    Travel(Travel),
    /// Show the moment of the recorded session at this share (0 to 1) of its steps.
    GoTo(f64),
    /// Leave.
    Quit,
    /// Go to the shell for a while.
    Suspend,
    /// Edit a text in `$EDITOR`; what comes back is measured as a child of the version.
    Outside {
        /// What is edited.
        parent: VersionId,
        /// Its text.
        text: String,
        /// Name of its file, for the editor's colours.
        file_name: String,
    },
    /// Draw everything again.
    Redraw,
    /// Use this server as the model from now on.
    TakeModel(Server),
    /// Find out whether the model that is set up now is there.
    LookForModel,
    /// Copy a text.
    Copy {
        /// The text.
        text: String,
        /// What it is, in words.
        what: String,
    },
    /// Take the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Write down what outlives this start.
    Remember,
    /// Keep the theme of this name from now on.
    KeepTheme(String),
}

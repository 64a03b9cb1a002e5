//! What can be asked of the loop.

use std::path::PathBuf;

use super::side_requests::SideRequest;
use crate::session::event::{Goal, Mode, VersionId};
use crate::task::Objective;

/// What the developer can ask of the loop. Each is answered by events, never by a return value.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Start the next round now (manual and step mode, or after the end: one more).
    NextRound,
    /// Pause at the next safe moment, or go on.
    Pause(bool),
    /// Stop what is running (a stream, a run); the loop then waits for the developer.
    Stop,
    /// Stop what is running and do this round again.
    Retry,
    /// A hint for the next round, in plain words.
    Hint(String),
    /// Another objective from the next round on.
    Objective(Objective),
    /// Another parent for the next round; `None` follows the incumbent.
    Parent(Option<VersionId>),
    /// Another mode.
    Mode(Mode),
    /// Another goal.
    Goal(Goal),
    /// Another model from the next round on.
    Model(String),
    /// So many replies from the next round on, side by side (1 to [`MOST_AT_ONCE`](crate::model::MOST_AT_ONCE)).
    Candidates(u32),
    /// Another temperature from the next question on (0 to 2); `None` is the model's own.
    Temperature(Option<f64>),
    /// The developer wants to see the next round's prompt before it goes out: the loop says what it would be, and waits.
    Prepare,
    /// Start the next round with exactly this prompt.
    SendPrompt(String),
    /// A version made by hand: it is measured like any other.
    HandEdit {
        /// What it was made from.
        parent: VersionId,
        /// Its whole text.
        text: String,
    },
    /// Make this version the incumbent, whatever the rule said. Refused (with a note) if it does not pass.
    Accept(VersionId),
    /// Take the incumbency from this version; its best ancestor that passes gets it.
    Reject(VersionId),
    /// Take back the last decision by hand.
    Undo,
    /// Pin or release.
    Pin(VersionId, bool),
    /// Annotate; empty takes the note back.
    Annotate(VersionId, String),
    /// Something beside the rounds: about single cases, or the task's reference solutions.
    SideRequest(SideRequest),
    /// A version goes into the user's own file, a patch or a branch; or that is taken back.
    Write(WriteRequest),
    /// End the session in good order: what was had is kept, nothing is left running.
    Quit,
}

/// What can be asked about writing back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteRequest {
    /// Say what writing this version would do; `None` is the best one, if it is really better.
    Plan(Option<VersionId>),
    /// Write it into the user's file.
    File {
        /// The version to write.
        version: VersionId,
        /// Where the file changed: merge.
        merge: bool,
    },
    /// Make a patch of it.
    Patch {
        /// The version to write.
        version: VersionId,
        /// Its file; from the folder that the program was started in.
        to: PathBuf,
    },
    /// Make a branch of it.
    Branch {
        /// The version to write.
        version: VersionId,
        /// Name of the branch.
        name: String,
        /// Where HEAD has another text: merge.
        merge: bool,
    },
    /// Put back what was there before the last write.
    TakeBack,
}

//! A fabricated session for pictures, snapshots and benches: fixed times, fixed figures, every kind of moment.
//!
//! Nothing in it was measured, and nothing in the program proper shows it.

mod figures;
mod judged;
mod maker;
#[cfg(feature = "testing")]
mod play;

#[cfg(feature = "testing")]
pub use self::play::play;

use self::maker::Maker;
use crate::session::Session;
use crate::session::event::EventRecord;

/// A moment of the fabricated session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The first prompt was sent, nothing came yet.
    Asking,
    /// Half of the second reply is there.
    Streaming,
    /// The cases of v2 are being checked.
    Checking,
    /// v1 has failed.
    Failed,
    /// v2 is being compared with v0.
    Comparing,
    /// v2's win is being measured again.
    Confirming,
    /// v4 came out as no different.
    NoDifference,
    /// All is over.
    Finished,
}

const ORIGINAL: &str = include_str!("v0.py");
const STATEMENT: &str = include_str!("statement.md");
const REPLIES: &[(&str, &str, &str)] = &[
    (
        "Sorting lets two indices walk towards each other, so every element is seen once.",
        include_str!("v1.py"),
        "",
    ),
    (
        "Counting each value once makes the pass linear: for every `v` the partners are all earlier `target - v`.",
        include_str!("v2.py"),
        "The nested loop compares every pair, that is n²/2 steps. What matters is only how often each value was seen before. A dictionary answers that in one look-up.",
    ),
    (
        "Reading all of the input at once should save the time of many small reads.",
        include_str!("v3.py"),
        "",
    ),
    (
        "`Counter` does the same counting in C.",
        include_str!("v4.py"),
        "",
    ),
    (
        "Reading bytes in one go and mapping them through `int` leaves the interpreter one tight loop.",
        include_str!("v5.py"),
        "",
    ),
];

/// All events of the fabricated session, with moments marked.
#[must_use]
pub fn events() -> Vec<EventRecord> {
    Maker::new().make().events
}

/// The session as it was at a moment.
#[must_use]
pub fn session(moment: Moment) -> Session {
    let maker = Maker::new().make();
    let end = maker
        .marks
        .iter()
        .find(|(m, _)| *m == moment)
        .map_or(maker.events.len(), |(_, at)| *at);
    Session::of(&maker.events[..end])
}

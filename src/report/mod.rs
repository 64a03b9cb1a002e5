//! What leaves the program: a session as text, Markdown, JSON, a page or a picture, a patch, two versions side by side, and a list of
//! sessions. Pure: reads a [`Session`](crate::session::Session), or summaries, and returns a string. Gains and verdicts are those of
//! the session, never worked out anew; what is asked of it once more for a picture is where something stands.

pub(crate) mod charts;
pub(crate) mod compare;
mod diff;
mod facts;
pub(crate) mod headline;
pub(crate) mod html;
pub(crate) mod json;
pub(crate) mod markdown;
mod markup;
mod pages;
pub mod patch;
pub mod played;
pub(crate) mod remeasured;
pub(crate) mod sessions;
pub(crate) mod tape;
pub mod text;

//! A session as text, as JSON, as a patch; a list of them as a table or JSON. Pure: reads a [`Session`](crate::session::Session), or summaries, and returns a string.

pub(crate) mod json;
pub mod patch;
pub(crate) mod sessions;
pub mod text;

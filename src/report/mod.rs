//! A session as text, as JSON, as a patch. Pure: reads a [`Session`](crate::session::Session), returns a string.

pub(crate) mod json;
pub mod patch;
pub mod text;

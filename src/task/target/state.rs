//! State.
/// Whether a version keeps something between calls by its look.
#[must_use]
pub fn keeps_state(_version: &str, _language: &crate::task::Language) -> Option<String> { None }

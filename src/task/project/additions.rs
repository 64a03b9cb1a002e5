//! What a language adds to a project besides files.

use std::path::PathBuf;

/// The interpreter and the environment that a language needs besides files.
#[derive(Debug)]
pub(super) struct LanguageAdditions {
    pub(crate) tool: Option<PathBuf>,
    pub(crate) environment: Vec<(String, String)>,
}

impl LanguageAdditions {
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.environment.push((name.to_owned(), value.into()));
    }
}

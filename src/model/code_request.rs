//! What is looked for in a reply.

use std::sync::Arc;

use super::code_heuristics::has_word;
use crate::session::event::Finish;
use crate::task::{Region, Syntax};

/// What is looked for.
#[derive(Clone, Debug)]
pub struct CodeRequest {
    /// Tags that models put on fences of this language: `python`, `py`.
    pub fences: Vec<String>,
    /// Id of the language.
    pub language: String,
    /// How its texts are read.
    pub syntax: Syntax,
    /// Name of the file the code lives in.
    pub file_name: String,
    /// Names that the code must hold as whole words (a function that is called from outside); may be empty.
    pub names: Vec<String>,
    /// The text that was to be improved: what a reply that only tells changes is applied to. May be empty.
    pub parent: String,
    /// The part of a file that the text is, if it is not all of it.
    pub region: Option<Arc<Region>>,
    /// How the reply ended.
    pub finish: Finish,
}

impl CodeRequest {
    /// The first of the names that a code does not hold.
    pub(super) fn missing(&self, code: &str) -> Option<&str> {
        self.names
            .iter()
            .map(String::as_str)
            .find(|name| !has_word(code, name))
    }

    /// Whether a fence's tag is one of the language.
    pub(super) fn is_tag(&self, tag: &str) -> bool {
        tag.eq_ignore_ascii_case(&self.language)
            || self.fences.iter().any(|f| f.eq_ignore_ascii_case(tag))
    }
}

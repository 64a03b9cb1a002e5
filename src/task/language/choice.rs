//! Choosing the language of a source.

use std::path::Path;
use std::sync::Arc;

use super::{Language, Languages};
use crate::task::error::TaskError;
use crate::task::reading::invalid;

/// The language by its id, or else by the ending of a file.
pub(crate) fn language_for(
    id: Option<&str>,
    file: Option<&Path>,
    languages: &Languages,
) -> Result<Arc<Language>, TaskError> {
    let known = languages.known();
    if let Some(id) = id {
        return languages.get(id).ok_or_else(|| {
            invalid(format!("the language `{id}` is not known; there are {known} (add your own as a file in the languages folder of your configuration)"))
        });
    }
    let Some(file) = file else {
        return Err(invalid(format!(
            "without a source file the language must be said: --language with one of {known}"
        )));
    };
    let all: Vec<String> = languages
        .iter()
        .flat_map(|l| l.extensions.iter().map(|e| format!(".{e}")))
        .collect();
    match file.extension().map(|e| e.to_string_lossy()) {
        Some(e) => languages.for_extension(&e).ok_or_else(|| {
            invalid(format!("{}: no language is known for .{e} files; known are {}; say which it is with --language ({known})", file.display(), all.join(" ")))
        }),
        None => Err(invalid(format!("{}: a file without an ending does not tell its language; say which it is with --language ({known})", file.display()))),
    }
}

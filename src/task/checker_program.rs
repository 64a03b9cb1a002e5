//! A checker that is a program of the user. Only its description: the judge runs it.

use std::path::Path;
use std::sync::Arc;

use super::language::choice::language_for;
use super::{Language, Languages, Source, TaskError};

/// A program that says whether an output is right.
///
/// It is run as `PROGRAM input got expected` (the order of testlib), the three being files in its own work folder
/// (`/work/input`, `/work/got`, `/work/expected`), in a run of its own with limits: no version is there at the time.
/// Exit status 0 means right. Status 1 means wrong, with what it prints as the reason. The `_wa` and `_pe` of testlib
/// (status 1 and 2, the reason on standard error, beginning with `wrong`) are understood. Anything else, also a
/// status 1 with nothing but an error text, is a failure of the checker and never of the version.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckerProgram {
    /// The source of the program.
    pub source: Source,
    /// What it is written in.
    pub language: Arc<Language>,
}

impl CheckerProgram {
    /// A checker of this text; its language by id, or by the ending of its file.
    ///
    /// # Errors
    /// The language is not known.
    pub fn new(
        source: Source,
        language: Option<&str>,
        languages: &Languages,
    ) -> Result<Self, TaskError> {
        let language = language_for(language, Some(Path::new(&source.file_name)), languages)?;
        Ok(Self { source, language })
    }
}

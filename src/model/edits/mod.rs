//! Replies that tell changes in place of the whole code: SEARCH/REPLACE blocks and unified diffs.
//!
//! They are applied to the text that the model was shown, or refused: every line that is to be replaced must stand there exactly
//! once. White space at the ends of lines and an indentation that all lines share may differ, nothing else is guessed.

mod apply;
mod edit;
mod search_replace;
mod unified;

use super::code_request::CodeRequest;
use edit::Edit;

/// Changes that a reply tells, not applied yet.
#[derive(Clone, Debug)]
pub(super) struct Edits {
    edits: Vec<Edit>,
    /// What they are: `2 SEARCH/REPLACE blocks`.
    pub(super) what: String,
}

/// The SEARCH/REPLACE blocks of an answer, with or without fences around them; `None` where it has none.
///
/// # Errors
/// What is wrong with their form.
pub(super) fn blocks(answer: &str, wanted: &CodeRequest) -> Option<Result<Edits, String>> {
    if !has_blocks(answer, wanted) {
        return None;
    }
    let edits = search_replace::read(answer, &wanted.file_name);
    Some(edits.map(|edits| Edits {
        what: match edits.len() {
            1 => "one SEARCH/REPLACE block".to_owned(),
            n => format!("{n} SEARCH/REPLACE blocks"),
        },
        edits,
    }))
}

/// Whether a text has a SEARCH/REPLACE block.
pub(super) fn has_blocks(text: &str, wanted: &CodeRequest) -> bool {
    let opens = |text: &str| text.lines().any(search_replace::opens);
    // A program that handles such blocks itself may well contain one.
    opens(text) && !opens(&wanted.parent)
}

/// The hunks of unified diffs.
///
/// # Errors
/// What is wrong with their form.
pub(super) fn diff(texts: &[&str], wanted: &CodeRequest) -> Result<Edits, String> {
    let edits = unified::read(texts, &wanted.file_name)?;
    Ok(Edits {
        what: match edits.len() {
            1 => "a diff of one hunk".to_owned(),
            n => format!("a diff of {n} hunks"),
        },
        edits,
    })
}

/// Whether a text is a unified diff.
pub(super) fn is_diff(text: &str) -> bool {
    unified::is_diff(text)
}

/// The diff in a text without fences; `None` where there is none.
pub(super) fn bare_diff(text: &str) -> Option<String> {
    unified::bare(text)
}

impl Edits {
    /// The code with all changes made: the text that was shown, or the whole file with it where a change reaches beyond the text.
    ///
    /// # Errors
    /// Which change cannot be made, and why.
    pub(super) fn applied(&self, wanted: &CodeRequest) -> Result<String, String> {
        let shown = match apply::all(&wanted.parent, &self.edits) {
            Ok(code) => return Ok(code),
            Err(refusal) => refusal,
        };
        let Some(region) = &wanted.region else {
            return Err(shown.why);
        };
        let Ok(file) = region.assemble(&wanted.parent) else {
            return Err(shown.why);
        };
        match apply::all(&file.replace("\r\n", "\n"), &self.edits) {
            Ok(file) => region.inside_of(&file).ok_or_else(|| {
                format!(
                    "{} would change lines outside of {}, and only those inside may change",
                    self.what, region.name
                )
            }),
            // What stands nowhere in the shown text may stand twice in the file.
            Err(refusal) if refusal.found || !shown.found => Err(refusal.why),
            Err(_) => Err(shown.why),
        }
    }
}

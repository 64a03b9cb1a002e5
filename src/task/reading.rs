//! Reading texts and TOML so that every complaint names the file, the line and what to do.
//!
//! Knows nothing of what the texts mean.

use std::path::Path;

use serde::de::DeserializeOwned;

use super::TaskError;

/// Largest text (source, statement, TOML) that is read.
pub(super) const MAX_TEXT: u64 = 1_000_000;

/// An error about the input.
pub(super) fn invalid(sentence: impl Into<String>) -> TaskError {
    TaskError::Invalid(sentence.into())
}

/// Reads the bytes of a regular file of at most `cap` bytes; `what` names the file's purpose in an error.
pub(super) fn read_bytes(path: &Path, what: &str, cap: u64) -> Result<Vec<u8>, TaskError> {
    let fail = |why| TaskError::read(path, why);
    let meta = std::fs::metadata(path).map_err(fail)?;
    if meta.is_dir() {
        return Err(invalid(format!(
            "{} is a folder, but the {what} must be a file",
            path.display()
        )));
    }
    if !meta.is_file() {
        return Err(invalid(format!(
            "{} is not a regular file; the {what} must be one",
            path.display()
        )));
    }
    if meta.len() > cap {
        let (size, cap) = (
            crate::base::units::Bytes(meta.len()),
            crate::base::units::Bytes(cap),
        );
        return Err(invalid(format!(
            "{} is too large for a {what}: {size}, at most {cap} are read",
            path.display()
        )));
    }
    std::fs::read(path).map_err(fail)
}

/// Reads a UTF-8 text; a byte-order mark is dropped, anything binary is refused with its offset.
pub(super) fn read_text(path: &Path, what: &str) -> Result<String, TaskError> {
    let bytes = read_bytes(path, what, MAX_TEXT)?;
    let bytes = bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .map(<[u8]>::to_vec)
        .unwrap_or(bytes);
    if let Some(offset) = bytes.iter().position(|b| *b == 0) {
        return Err(invalid(format!(
            "{} looks like a binary file (a zero byte at offset {offset}); the {what} must be text in UTF-8",
            path.display()
        )));
    }
    String::from_utf8(bytes).map_err(|e| {
        let offset = e.utf8_error().valid_up_to();
        let line = 1 + e.as_bytes()[..offset].iter().filter(|b| **b == b'\n').count();
        invalid(format!(
            "{} is not valid UTF-8 (byte {:#04x} at offset {offset}, line {line}); save the {what} as UTF-8 and try again",
            path.display(),
            e.as_bytes().get(offset).copied().unwrap_or_default()
        ))
    })
}

/// Reads TOML into a type; complaints carry `file:line:column` and the path of the key.
pub(super) fn parse_toml<T: DeserializeOwned>(text: &str, file: &str) -> Result<T, TaskError> {
    toml::from_str(text).map_err(|e| {
        let message = e.message().trim().replace('\n', ", ");
        let Some(span) = e.span() else {
            return invalid(format!("{file}: {message}"));
        };
        let start = span.start.min(text.len());
        let before = text.get(..start).unwrap_or_default();
        let line = 1 + before.matches('\n').count();
        let column = 1 + before.rsplit('\n').next().map_or(0, |l| l.chars().count());
        match section_before(before) {
            Some(section) => invalid(format!("{file}:{line}:{column}: in [{section}]: {message}")),
            None => invalid(format!("{file}:{line}:{column}: {message}")),
        }
    })
}

/// The header of the table that a position lies in.
fn section_before(before: &str) -> Option<&str> {
    before.lines().rev().map(str::trim).find_map(|l| {
        let inner = l
            .strip_prefix('[')?
            .split(']')
            .next()?
            .trim_start_matches('[')
            .trim();
        inner
            .chars()
            .all(|c| c.is_alphanumeric() || "._-\"".contains(c))
            .then_some(inner)
    })
}

/// Whether a name can be used as a plain file name on every system.
pub(super) fn plain_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 100
        && !name.starts_with('.')
        && !name
            .chars()
            .any(|c| c.is_control() || "/\\:*?\"<>|".contains(c))
}

//! Reading SEARCH/REPLACE blocks:
//!
//! ```text
//! path/of/file.py
//! <<<<<<< SEARCH
//! lines as they are
//! =======
//! lines as they are to be
//! >>>>>>> REPLACE
//! ```

use super::edit::{Edit, Reading, is_file, numbered};

/// How many lines of a block may look like its middle: the block is read once for each.
const MOST_DIVIDERS: usize = 8;

/// Whether a line opens a block.
pub(super) fn opens(line: &str) -> bool {
    is_mark(line, '<', "SEARCH")
}

fn closes(line: &str) -> bool {
    is_mark(line, '>', "REPLACE")
}

fn divides(line: &str) -> bool {
    is_mark(line, '=', "")
}

/// Five to nine of a sign and a word.
fn is_mark(line: &str, sign: char, word: &str) -> bool {
    let line = line.trim();
    let rest = line.trim_start_matches(sign);
    (5..=9).contains(&(line.len() - rest.len())) && rest.trim() == word
}

/// All blocks of a text.
///
/// # Errors
/// The block that is not well formed, and how.
pub(super) fn read(text: &str, file_name: &str) -> Result<Vec<Edit>, String> {
    let lines: Vec<&str> = text.lines().collect();
    let count = lines.iter().filter(|l| opens(l)).count();
    let mut edits = Vec::new();
    let mut at = 0;
    while let Some(start) = (at..lines.len()).find(|i| opens(lines[*i])) {
        let name = numbered("SEARCH/REPLACE block", edits.len(), count);
        let other = named_file(&lines[at..start], file_name);
        if let Some(other) = other.filter(|f| !is_file(f, file_name)) {
            return Err(format!(
                "{name} is for {other}, but only {file_name} may change"
            ));
        }
        let rest = &lines[start + 1..];
        let end = rest.iter().position(|l| closes(l));
        let end = end.filter(|end| !rest[..*end].iter().any(|l| opens(l)));
        let Some(end) = end else {
            return Err(format!("{name} is not closed by a line `>>>>>>> REPLACE`"));
        };
        let body = &rest[..end];
        let owned = |part: &[&str]| part.iter().map(|l| (*l).to_owned()).collect();
        let dividers: Vec<usize> = (0..body.len()).filter(|i| divides(body[*i])).collect();
        match dividers.len() {
            0 => return Err(format!("{name} has no line `=======` in its middle")),
            1..=MOST_DIVIDERS => {}
            n => {
                return Err(format!(
                    "{name} has {n} lines `=======`, and it is not clear which one divides it"
                ));
            }
        }
        let reading = |i: usize| Reading {
            search: owned(&body[..i]),
            replace: owned(&body[i + 1..]),
        };
        let readings = dividers.into_iter().map(reading).collect();
        edits.push(Edit { name, readings });
        at = start + end + 2;
    }
    Ok(edits)
}

/// The file that the line above a block names, a fence between them left aside. `Grid.find` and `v1.2` are none: a file has a
/// folder or ends as the one that may change.
fn named_file<'a>(above: &[&'a str], file_name: &str) -> Option<&'a str> {
    let line = above
        .iter()
        .rev()
        .map(|l| l.trim())
        .find(|l| !l.is_empty() && !l.starts_with("```") && !l.starts_with("~~~"))?;
    let name = line.trim_matches(['*', '`', '#', ':', ' ']);
    let (_, ending) = name.rsplit_once('.')?;
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '/' | '\\' | '_' | '-' | '+');
    (name.chars().all(plain)
        && (1..=5).contains(&ending.len())
        && ending.chars().all(char::is_alphanumeric)
        && (name.contains(['/', '\\'])
            || file_name.ends_with(&name[name.len() - ending.len() - 1..])))
    .then_some(name)
}

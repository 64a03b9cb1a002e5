//! Cuts the code out of a reply. One function, [`cut`]; its result also names the block, so that a person can check it.
//!
//! Does not judge whether the code is any good, or new.

use super::code_heuristics::reads_as_code;
pub use super::code_request::CodeRequest;
use super::edits::{self, Edits};
use super::fences::{FencedBlock, TagFit, blocks};
use super::join::{self, Shown, Standing};
use super::split::Splitter;
use crate::session::event::Finish;

/// Code that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtractedCode {
    /// The code, lines ended by `\n`.
    pub code: String,
    /// Which part of the reply it is: `block 2 of 3, python`.
    pub which: String,
    /// Whether the block was never closed.
    pub unclosed: bool,
}

/// There is no code that could be run; says why, in words that also help the model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct NoCode {
    /// Why there is none.
    pub why: String,
}

/// Cuts the code out of a whole reply.
///
/// Reasoning is dropped; the last `<solution>` goes first; of the fenced blocks closed ones, the right tag and the wanted
/// names are preferred, ties go to the last, and other blocks that it needs are put to it; an unclosed block or a bare text is
/// taken only if the model said that it was done and it reads as a whole program. SEARCH/REPLACE blocks and diffs are applied to
/// the text that was to be improved, exactly or not at all; all of the new code goes before a diff, and is taken in place of
/// changes that cannot be made.
///
/// # Errors
/// [`NoCode`] with the reason.
pub fn cut(reply: &str, wanted: &CodeRequest) -> Result<ExtractedCode, NoCode> {
    let text = reply.replace("\r\n", "\n");
    let (answer, reasoning, endless) = Splitter::whole(text.trim_start_matches('\u{feff}'));
    if answer.trim().is_empty() {
        let why = match (
            reasoning.trim().is_empty(),
            endless && wanted.finish == Finish::Length,
        ) {
            (true, _) => "the reply is empty",
            (_, true) => {
                "the whole budget of tokens was spent on reasoning; allow more tokens, or ask for less thought"
            }
            _ => "only reasoning came, no answer",
        };
        return Err(NoCode { why: why.into() });
    }
    if let Some((inner, closed)) = last_solution(&answer)
        && (closed || wanted.finish == Finish::Stop)
        && let Ok(mut taken) = cut_answer(inner, wanted, closed)
    {
        taken.which = format!("<solution>, {}", taken.which);
        return Ok(taken);
    }
    cut_answer(&answer, wanted, false)
}

/// `framed`: the text is known to be code, so that no fence is needed.
fn cut_answer(answer: &str, wanted: &CodeRequest, framed: bool) -> Result<ExtractedCode, NoCode> {
    let blocks = blocks(answer, wanted);
    let shown = Shown::of(wanted);
    let usable = blocks.iter().enumerate().filter(|(_, b)| b.usable(wanted));
    let best = usable
        .map(|(i, b)| ((b.closed, shown.standing(b), b.score(wanted), i), b))
        .max_by_key(|(key, _)| *key)
        .map(|((_, standing, _, i), b)| (standing, i, b));
    let standing = best.map(|(standing, ..)| standing);
    if let Some(changes) = changes(answer, &blocks, standing, wanted) {
        let open = blocks.iter().rfind(|b| b.tells_changes(wanted));
        let cut_off = !framed && open.is_none_or(|b| !b.closed);
        let made = match wanted.finish {
            Finish::Length if cut_off => Err(NoCode {
                why: "the reply was cut off in the middle of its changes; allow more tokens".into(),
            }),
            finish if cut_off && finish != Finish::Stop => Err(NoCode {
                why: "the reply broke off in the middle of its changes".into(),
            }),
            _ => changed(changes, wanted),
        };
        // All of the code says the same as changes that cannot be made.
        if made.is_ok() || standing < Some(Standing::Unknown) {
            return made;
        }
    }
    if blocks.is_empty() {
        return bare(answer, wanted, framed);
    }
    let Some((_, index, block)) = best else {
        return Err(NoCode {
            why: why_none(&blocks, wanted),
        });
    };
    let parts = if block.closed {
        join::parts(&blocks, index, &shown)
    } else {
        vec![index]
    };
    let label = if block.tag.is_empty() {
        "no language named"
    } else {
        &block.tag
    };
    let position = match (parts.len(), blocks.len()) {
        (1, 1) => "the only block".to_owned(),
        (1, total) => format!("block {} of {total}", index + 1),
        (_, total) => {
            let numbers: Vec<String> = parts.iter().map(|i| (i + 1).to_string()).collect();
            format!("blocks {} of {total}, put together", numbers.join(" and "))
        }
    };
    let open = if block.closed { "" } else { ", never closed" };
    let codes: Vec<String> = parts
        .iter()
        .filter_map(|i| Some(tidy(&blocks.get(*i)?.code)))
        .collect();
    Ok(ExtractedCode {
        code: join::together(&codes),
        which: format!("{position}, {label}{open}"),
        unclosed: !block.closed,
    })
}

/// The changes that a reply tells: SEARCH/REPLACE blocks, else diffs unless the whole code stands beside them.
fn changes(
    answer: &str,
    blocks: &[FencedBlock],
    standing: Option<Standing>,
    wanted: &CodeRequest,
) -> Option<Result<Edits, String>> {
    let replacing = edits::blocks(answer, wanted);
    if replacing.is_some() || standing == Some(Standing::Whole) {
        return replacing;
    }
    let bare = blocks
        .is_empty()
        .then(|| edits::bare_diff(answer))
        .flatten();
    let diffs = blocks.iter().filter(|b| b.is_diff());
    let diffs: Vec<&str> = diffs.map(|b| &*b.code).chain(bare.as_deref()).collect();
    (!diffs.is_empty()).then(|| edits::diff(&diffs, wanted))
}

/// The text that was shown, with changes made to it.
fn changed(edits: Result<Edits, String>, wanted: &CodeRequest) -> Result<ExtractedCode, NoCode> {
    let refused = |why| NoCode { why };
    if wanted.parent.trim().is_empty() {
        let why = "there is no code yet that could be changed: give the whole of it".to_owned();
        return Err(NoCode { why });
    }
    let edits = edits.map_err(refused)?;
    let code = edits.applied(wanted).map_err(refused)?;
    if code.trim().is_empty() {
        return Err(refused("the changes leave no code".to_owned()));
    }
    Ok(ExtractedCode {
        code,
        which: edits.what,
        unclosed: false,
    })
}

/// A reply without any fence: code only if all of it reads as code.
fn bare(answer: &str, wanted: &CodeRequest, framed: bool) -> Result<ExtractedCode, NoCode> {
    if let Some(why) = data_only(answer) {
        return Err(NoCode { why });
    }
    let whole = framed || wanted.finish == Finish::Stop;
    if whole && reads_as_code(answer, &wanted.language) && wanted.missing(answer).is_none() {
        return Ok(ExtractedCode {
            code: tidy(answer),
            which: "the whole text, without a fence".into(),
            unclosed: false,
        });
    }
    let why = if wanted.finish == Finish::Stop {
        "the reply holds no fenced block of code"
    } else {
        "the reply ended before any code came"
    };
    Err(NoCode { why: why.into() })
}

/// Says so where a text is nothing but JSON, whole or line by line: an envelope around the answer, which other languages would
/// take for a program.
fn data_only(answer: &str) -> Option<String> {
    let is_data = |text: &str| {
        text.trim_start().starts_with(['{', '['])
            && serde_json::from_str::<serde_json::Value>(text).is_ok()
    };
    let mut lines = answer.lines().filter(|l| !l.trim().is_empty()).peekable();
    let data = is_data(answer) || lines.peek().is_some() && lines.all(is_data);
    data.then(|| {
        "the reply is JSON, not code; a command must print its answer as plain text".into()
    })
}

fn why_none(blocks: &[FencedBlock], wanted: &CodeRequest) -> String {
    let filled: Vec<&FencedBlock> = blocks
        .iter()
        .filter(|b| !b.code.trim().is_empty())
        .collect();
    if filled.is_empty() {
        return "the block of code is empty".into();
    }
    if let Some(open) = filled.iter().find(|b| !b.closed) {
        return match wanted.finish {
            Finish::Stop => "the block of code was never closed and is not a whole program".into(),
            Finish::Length => {
                "the reply was cut off in the middle of the code; allow more tokens".into()
            }
            _ => format!(
                "the reply broke off in the middle of the code, after {} lines",
                open.code.lines().count()
            ),
        };
    }
    let missing = filled
        .iter()
        .filter(|b| b.fit(wanted) != TagFit::Foreign)
        .find_map(|b| wanted.missing(&b.code));
    match missing {
        Some(name) => format!("no block of code holds `{name}`"),
        None => {
            let tags: Vec<&str> = filled.iter().map(|b| b.tag.as_str()).collect();
            format!(
                "no block of code is {} (there is: {})",
                wanted.language,
                tags.join(", ")
            )
        }
    }
}

/// The inside of the last `<solution>`, and whether it was closed.
fn last_solution(text: &str) -> Option<(&str, bool)> {
    const OPEN: &str = "<solution>";
    const CLOSE: &str = "</solution>";
    let close = text.rfind(CLOSE);
    if let Some(end) = close
        && let Some(at) = text[..end].rfind(OPEN)
    {
        return Some((&text[at + OPEN.len()..end], true));
    }
    let at = text.rfind(OPEN)?;
    Some((&text[at + OPEN.len()..], false))
}

/// No blank lines around, one line end at the end.
fn tidy(code: &str) -> String {
    let start = code.len() - code.trim_start().len();
    let start = code[..start].rfind('\n').map_or(0, |i| i + 1);
    format!("{}\n", code[start..].trim_end())
}

#[cfg(test)]
#[path = "extract_change_tests.rs"]
mod change_tests;
#[cfg(test)]
#[path = "extract_tests.rs"]
mod tests;

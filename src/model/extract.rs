//! Cuts the code out of a reply. One function, [`cut`]; its result also names the block, so that a person can check it.
//!
//! Does not judge whether the code is any good, or new.

use super::code_heuristics::{has_word, reads_as_code};
use super::split::{Splitter, fence_run};
use crate::session::event::Finish;

/// What is looked for.
#[derive(Clone, Debug)]
pub struct CodeRequest {
    /// Tags that models put on fences of this language: `python`, `py`.
    pub fences: Vec<String>,
    /// Id of the language.
    pub language: String,
    /// Name of the file the code lives in.
    pub file_name: String,
    /// Names that the code must hold as whole words (a function that is called from outside); may be empty.
    pub names: Vec<String>,
    /// How the reply ended.
    pub finish: Finish,
}

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
/// names are preferred, ties go to the last; an unclosed block or a bare text is taken only if the model said that it was
/// done and it reads as a whole program.
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
    if blocks.is_empty() {
        return bare(answer, wanted, framed);
    }
    let total = blocks.len();
    let best = blocks
        .iter()
        .enumerate()
        .filter(|(_, b)| b.usable(wanted))
        .max_by_key(|(i, b)| (b.closed, b.score(wanted), *i));
    let Some((index, block)) = best else {
        return Err(NoCode {
            why: why_none(&blocks, wanted),
        });
    };
    let label = if block.tag.is_empty() {
        "no language named"
    } else {
        &block.tag
    };
    let position = if total == 1 {
        "the only block".to_owned()
    } else {
        format!("block {} of {total}", index + 1)
    };
    let open = if block.closed { "" } else { ", never closed" };
    Ok(ExtractedCode {
        code: tidy(&block.code),
        which: format!("{position}, {label}{open}"),
        unclosed: !block.closed,
    })
}

/// A reply without any fence: code only if all of it reads as code.
fn bare(answer: &str, wanted: &CodeRequest, framed: bool) -> Result<ExtractedCode, NoCode> {
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

impl CodeRequest {
    fn missing(&self, code: &str) -> Option<&str> {
        self.names
            .iter()
            .map(String::as_str)
            .find(|name| !has_word(code, name))
    }

    fn is_tag(&self, tag: &str) -> bool {
        tag.eq_ignore_ascii_case(&self.language)
            || self.fences.iter().any(|f| f.eq_ignore_ascii_case(tag))
    }
}

/// How well a block's tag fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum TagFit {
    /// Shell commands, diffs, data, output: never a program here.
    Foreign,
    /// Another tag; models do mislabel.
    Odd,
    Untagged,
    /// The right tag.
    Right,
}

#[derive(Clone, Debug)]
struct FencedBlock {
    tag: String,
    info: String,
    code: String,
    closed: bool,
}

impl FencedBlock {
    fn fit(&self, wanted: &CodeRequest) -> TagFit {
        const FOREIGN: [&str; 26] = [
            "sh",
            "bash",
            "zsh",
            "shell",
            "console",
            "terminal",
            "cmd",
            "powershell",
            "diff",
            "patch",
            "json",
            "yaml",
            "yml",
            "toml",
            "xml",
            "html",
            "css",
            "csv",
            "sql",
            "http",
            "output",
            "stdout",
            "log",
            "markdown",
            "md",
            "mermaid",
        ];
        match self.tag.as_str() {
            tag if wanted.is_tag(tag) => TagFit::Right,
            "" => TagFit::Untagged,
            tag if FOREIGN.contains(&tag) => TagFit::Foreign,
            _ => TagFit::Odd,
        }
    }

    fn usable(&self, wanted: &CodeRequest) -> bool {
        let plain = matches!(self.tag.as_str(), "text" | "txt" | "plaintext" | "plain");
        !self.code.trim().is_empty()
            && self.fit(wanted) != TagFit::Foreign
            && wanted.missing(&self.code).is_none()
            && (!plain || reads_as_code(&self.code, &wanted.language))
            && (self.closed
                || (wanted.finish == Finish::Stop && reads_as_code(&self.code, &wanted.language)))
    }

    fn score(&self, wanted: &CodeRequest) -> (TagFit, bool) {
        (
            self.fit(wanted),
            !wanted.file_name.is_empty() && self.info.contains(&wanted.file_name),
        )
    }
}

/// All fenced blocks of a text, in order. The indentation of the fence is removed from the lines inside.
fn blocks(text: &str, wanted: &CodeRequest) -> Vec<FencedBlock> {
    struct OpenBlock {
        mark: char,
        length: usize,
        indent: usize,
        block: FencedBlock,
    }
    let mut found = Vec::new();
    let mut open: Option<OpenBlock> = None;
    for line in text.lines() {
        match &mut open {
            None => {
                if let Some((mark, length, info)) = opening_fence(line, wanted) {
                    let block = FencedBlock {
                        tag: tag_of(info),
                        info: info.to_owned(),
                        code: String::new(),
                        closed: false,
                    };
                    open = Some(OpenBlock {
                        mark,
                        length,
                        indent: line.len() - line.trim_start().len(),
                        block,
                    });
                }
            }
            Some(o) => match fence_run(line) {
                Some((mark, length, "")) if mark == o.mark && length >= o.length => {
                    o.block.closed = true;
                    found.extend(open.take().map(|o| o.block));
                }
                _ => {
                    let blank = line.len() - line.trim_start().len();
                    o.block
                        .code
                        .push_str(line.get(o.indent.min(blank)..).unwrap_or(line));
                    o.block.code.push('\n');
                }
            },
        }
    }
    found.extend(open.map(|o| o.block));
    // A reply that was put into one big Markdown block holds its blocks inside.
    found
        .into_iter()
        .flat_map(|b| {
            let inner = if matches!(b.tag.as_str(), "markdown" | "md") {
                blocks(&b.code, wanted)
            } else {
                Vec::new()
            };
            if inner.is_empty() { vec![b] } else { inner }
        })
        .collect()
}

/// A line that opens a fence; small models also put one at the end of a sentence (`Here it is: ```python`).
fn opening_fence<'a>(line: &'a str, wanted: &CodeRequest) -> Option<(char, usize, &'a str)> {
    if let Some((mark, length, info)) = fence_run(line) {
        return (mark == '~' || !info.contains('`')).then_some((mark, length, info));
    }
    let at = line.find("```")?;
    let length = line[at..].chars().take_while(|c| *c == '`').count();
    let info = line[at + length..].trim();
    (!info.is_empty() && wanted.is_tag(info)).then_some(('`', length, info))
}

/// `python title="x.py"`, `{.python}`, `python:x.py` → `python`.
fn tag_of(info: &str) -> String {
    let word = info.trim_start_matches(['{', '.', ' ']);
    word.split(|c: char| c.is_whitespace() || matches!(c, ':' | ',' | '{' | '}' | '='))
        .next()
        .unwrap_or("")
        .to_ascii_lowercase()
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
#[path = "extract_tests.rs"]
mod tests;

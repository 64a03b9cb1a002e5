//! The fenced blocks of a reply, and how well each fits what is looked for.

use super::code_heuristics::{reads_as_code, shape};
use super::code_request::CodeRequest;
use super::edits;
use super::split::fence_run;
use crate::session::event::Finish;

/// How many fences inside of strings are looked beyond in a reply: the code up to each is parsed.
const MOST_INNER_FENCES: usize = 64;

/// How well a block's tag fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TagFit {
    /// Shell commands, diffs, data, output: never a program here.
    Foreign,
    /// Another tag; models do mislabel.
    Odd,
    Untagged,
    /// The right tag.
    Right,
}

#[derive(Clone, Debug)]
pub(super) struct FencedBlock {
    pub(super) tag: String,
    /// All that stands behind the opening fence.
    info: String,
    pub(super) code: String,
    pub(super) closed: bool,
}

impl FencedBlock {
    pub(super) fn fit(&self, wanted: &CodeRequest) -> TagFit {
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

    pub(super) fn usable(&self, wanted: &CodeRequest) -> bool {
        let plain = matches!(self.tag.as_str(), "text" | "txt" | "plaintext" | "plain");
        !self.code.trim().is_empty()
            && !self.tells_changes(wanted)
            && self.fit(wanted) != TagFit::Foreign
            && wanted.missing(&self.code).is_none()
            && (!plain || reads_as_code(&self.code, &wanted.language))
            && (self.closed
                || (wanted.finish == Finish::Stop && reads_as_code(&self.code, &wanted.language)))
    }

    /// Whether it tells changes in place of code.
    pub(super) fn tells_changes(&self, wanted: &CodeRequest) -> bool {
        self.is_diff() || edits::has_blocks(&self.code, wanted)
    }

    /// Whether it tells changes in the form of a diff.
    pub(super) fn is_diff(&self) -> bool {
        !self.code.trim().is_empty()
            && (matches!(self.tag.as_str(), "diff" | "patch" | "udiff")
                || edits::is_diff(&self.code))
    }

    pub(super) fn score(&self, wanted: &CodeRequest) -> (TagFit, bool) {
        (
            self.fit(wanted),
            !wanted.file_name.is_empty() && self.info.contains(&wanted.file_name),
        )
    }
}

/// All fenced blocks of a text, in order. The indentation of the fence is removed from the lines inside.
pub(super) fn blocks(text: &str, wanted: &CodeRequest) -> Vec<FencedBlock> {
    blocks_within(text, wanted, &mut { MOST_INNER_FENCES })
}

fn blocks_within(text: &str, wanted: &CodeRequest, budget: &mut usize) -> Vec<FencedBlock> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        let Some((mark, length, info)) = opening_fence(line, wanted) else {
            continue;
        };
        let rest = lines.get(at..).unwrap_or_default();
        let indent = line.len() - line.trim_start().len();
        let closes =
            |line: &str| matches!(fence_run(line), Some((m, n, "")) if m == mark && n >= length);
        let mut block = FencedBlock {
            tag: tag_of(info),
            info: info.to_owned(),
            code: String::new(),
            closed: false,
        };
        let first = rest.iter().position(|l| closes(l));
        let end = match first {
            Some(first) if block.tag.is_empty() || wanted.is_tag(&block.tag) => {
                behind_literals(rest, first, indent, wanted, budget, closes)
            }
            other => other.unwrap_or(rest.len()),
        };
        block.closed = first.is_some();
        block.code = inside(rest, end, indent);
        at += end + 1;
        found.push(block);
    }
    // A reply that was put into one big Markdown block holds its blocks inside.
    found
        .into_iter()
        .flat_map(|b| {
            let inner = if matches!(b.tag.as_str(), "markdown" | "md") {
                blocks_within(&b.code, wanted, budget)
            } else {
                Vec::new()
            };
            if inner.is_empty() { vec![b] } else { inner }
        })
        .collect()
}

/// The lines up to one of them, without the indentation of the fence.
fn inside(lines: &[&str], end: usize, indent: usize) -> String {
    let mut code = String::new();
    for line in lines.iter().take(end) {
        let blank = line.len() - line.trim_start().len();
        code.push_str(line.get(indent.min(blank)..).unwrap_or(line));
        code.push('\n');
    }
    code
}

/// Which of the lines that could close a block does: the first, unless the code is in the middle of a string there and is whole
/// at a later one.
fn behind_literals(
    lines: &[&str],
    first: usize,
    indent: usize,
    wanted: &CodeRequest,
    budget: &mut usize,
    closes: impl Fn(&str) -> bool,
) -> usize {
    let torn = inside(lines, first, indent);
    if !shape(&torn, &wanted.language).in_literal || wanted.syntax.parses(&torn) == Some(true) {
        return first;
    }
    let later = (first + 1..lines.len()).filter(|i| lines.get(*i).is_some_and(|l| closes(l)));
    later
        .take(*budget)
        .find(|end| {
            *budget -= 1;
            let code = inside(lines, *end, indent);
            let parses = wanted.syntax.parses(&code);
            parses.unwrap_or_else(|| shape(&code, &wanted.language).balanced)
        })
        .unwrap_or(first)
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

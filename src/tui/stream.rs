//! The reply as it grows: prose wrapped, code blocks coloured, each line worked out once.
//!
//! Finished lines are kept; only the open one is done again for a new token.

use std::sync::Arc;

use crate::tui::highlight::{Painted, Painter, Syntaxes};
use crate::tui::text::{visible, width, wrap};
use crate::tui::theme::Role;

/// What a row of the reply is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Prose,
    /// A line of a code block.
    Code,
    /// The line that opens or closes a code block.
    Fence,
}

/// One row, fitted to the width.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplyRow {
    /// What it is.
    pub kind: Kind,
    /// The text with its roles.
    pub line: Painted,
}

/// A reply laid out in rows.
#[derive(Default)]
pub struct Reply {
    round: u32,
    width: usize,
    coloured: bool,
    /// Bytes of the text that are laid out for good.
    done: usize,
    /// The last of those bytes, to notice another text.
    seal: String,
    rows: Vec<ReplyRow>,
    kept: usize,
    fence: Option<Fence>,
    blocks: usize,
}

#[derive(Clone)]
struct Fence {
    mark: char,
    length: usize,
    painter: Option<Painter>,
    language: String,
}

/// What is known about the last code block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its number, from 1.
    pub number: usize,
    /// The language it says, if any.
    pub language: String,
    /// Whether it is still open.
    pub open: bool,
}

impl Reply {
    /// Takes in the text as it is now. Cheap where it only grew.
    pub fn update(
        &mut self,
        round: u32,
        text: &str,
        width: usize,
        language: &str,
        syntaxes: Option<&Arc<Syntaxes>>,
    ) {
        let grew = self.round == round
            && self.width == width
            && self.coloured == syntaxes.is_some()
            && text
                .get(..self.done)
                .is_some_and(|past| past.ends_with(&self.seal));
        if !grew {
            *self = Self {
                round,
                width,
                coloured: syntaxes.is_some(),
                ..Self::default()
            };
        }
        self.rows.truncate(self.kept);
        while let Some(length) = text[self.done..].find('\n') {
            let line = &text[self.done..self.done + length];
            self.push(line, language, syntaxes);
            self.done += length + 1;
        }
        self.kept = self.rows.len();
        let mut start = self.done.saturating_sub(48);
        while !text.is_char_boundary(start) {
            start += 1;
        }
        self.seal = text[start..self.done].to_owned();
        let open = &text[self.done..];
        if !open.is_empty() {
            // The open line must leave no trace in the state: it will be seen again, longer.
            let (fence, blocks) = (self.fence.clone(), self.blocks);
            self.push(open, language, syntaxes);
            (self.fence, self.blocks) = (fence, blocks);
        }
    }

    /// All rows.
    #[must_use]
    pub fn rows(&self) -> &[ReplyRow] {
        &self.rows
    }

    /// The last code block, if there is one.
    #[must_use]
    pub fn block(&self) -> Option<Block> {
        (self.blocks > 0).then(|| Block {
            number: self.blocks,
            language: self
                .fence
                .as_ref()
                .map(|f| f.language.clone())
                .unwrap_or_default(),
            open: self.fence.is_some(),
        })
    }

    fn push(&mut self, line: &str, language: &str, syntaxes: Option<&Arc<Syntaxes>>) {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if let Some(fence) = &mut self.fence {
            if closes(line, fence) {
                self.fence = None;
                self.rows.push(ReplyRow {
                    kind: Kind::Fence,
                    line: Painted::default(),
                });
                return;
            }
            let painted = match (&mut fence.painter, syntaxes) {
                (Some(painter), Some(syntaxes)) => painter.line(syntaxes, line),
                _ => Painted::plain(line),
            };
            self.rows.push(ReplyRow {
                kind: Kind::Code,
                line: painted,
            });
            return;
        }
        if let Some((mark, length, info)) = opens(line) {
            let said = if info.is_empty() { language } else { &info };
            let painter =
                syntaxes.map(|s| Painter::new(s, if s.knows(said) { said } else { language }));
            self.fence = Some(Fence {
                mark,
                length,
                painter,
                language: info.clone(),
            });
            self.blocks += 1;
            let line = Painted {
                parts: vec![(info.len(), Role::Muted)],
                text: info,
            };
            self.rows.push(ReplyRow {
                kind: Kind::Fence,
                line,
            });
            return;
        }
        if line.trim().is_empty() && self.rows.is_empty() {
            return;
        }
        for piece in wrap(&visible(line), self.width) {
            self.rows.push(ReplyRow {
                kind: Kind::Prose,
                line: prose(piece),
            });
        }
    }
}

/// Marks headings and `code` in a line of Markdown.
#[must_use]
pub fn prose(text: String) -> Painted {
    if text.starts_with('#') {
        return Painted {
            parts: vec![(text.len(), Role::Title)],
            text,
        };
    }
    let mut parts = Vec::new();
    let ticks: Vec<usize> = text.match_indices('`').map(|(at, _)| at).collect();
    for pair in ticks.chunks_exact(2) {
        parts.push((pair[0], Role::Text));
        parts.push((pair[1] + 1, Role::Function));
    }
    Painted { text, parts }
}

fn opens(line: &str) -> Option<(char, usize, String)> {
    let trimmed = line.trim_start_matches(' ');
    let mark = trimmed.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = trimmed.chars().take_while(|c| *c == mark).count();
    let info = trimmed[length..].trim();
    (length >= 3 && line.len() - trimmed.len() < 4 && !info.contains('`')).then(|| {
        (
            mark,
            length,
            visible(info.split_whitespace().next().unwrap_or_default()).into_owned(),
        )
    })
}

fn closes(line: &str, fence: &Fence) -> bool {
    let trimmed = line.trim();
    trimmed.chars().all(|c| c == fence.mark) && trimmed.chars().count() >= fence.length
}

/// An honest guess of the tokens of a text, where nobody counted: about four bytes each.
#[must_use]
pub fn guess_tokens(text: &str) -> u64 {
    (width(text) as u64).div_ceil(4)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    const REPLY: &str = "Use a `Counter`:\n\n```python\nfrom collections import Counter\n\ndef f(xs):\n    return \"\"\"a\nb\"\"\"\n```\nThat is all, and this line is long enough to be wrapped.\n~~~\nplain\n~~~\n";

    #[test]
    fn grown_token_by_token_it_looks_as_if_it_had_come_at_once() {
        let syntaxes = Arc::new(Syntaxes::default());
        let mut whole = Reply::default();
        whole.update(1, REPLY, 30, "python", Some(&syntaxes));
        let mut grown = Reply::default();
        for (end, _) in REPLY.char_indices().step_by(3) {
            grown.update(1, &REPLY[..end], 30, "python", Some(&syntaxes));
        }
        grown.update(1, REPLY, 30, "python", Some(&syntaxes));
        assert_eq!(grown.rows(), whole.rows());
        assert!(grown.rows().iter().any(|r| {
            r.kind == Kind::Code
                && r.line
                    .pieces()
                    .any(|(t, role)| t.contains("def") && role == Role::Keyword)
        }));
        assert_eq!(grown.block().map(|b| (b.number, b.open)), Some((2, false)));
    }

    #[test]
    fn another_round_or_width_starts_anew() {
        let mut reply = Reply::default();
        reply.update(1, "old\nwords\n", 20, "python", None);
        reply.update(2, "new\n", 20, "python", None);
        assert_eq!(reply.rows().len(), 1);
        reply.update(2, "other text\nmore\n", 20, "python", None);
        assert_eq!(reply.rows()[0].line.text, "other text");
    }
}

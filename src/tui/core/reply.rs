//! The reply as it grows: prose wrapped, code blocks coloured, each line worked out once.
//!
//! Finished lines are kept; only the open one is done again for a new token, and of a very long one only its end.

use std::sync::Arc;

use crate::tui::core::highlight::{Painted, Painter, Syntaxes};
use crate::tui::core::highlighted::Ruler;
use crate::tui::core::markdown;
use crate::tui::core::text::visible;
use crate::tui::core::theme::Role;

/// A line longer than this many bytes is laid out in pieces of so many, so that its end can grow cheaply.
const PIECE: usize = 4_096;
/// Cells before a line of code.
const MARGIN: usize = 2;

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
#[derive(Debug, Default)]
pub struct Reply {
    /// Which round, and which of its replies.
    of: (u32, u32),
    width: usize,
    coloured: bool,
    /// Bytes of the text that are laid out for good.
    done: usize,
    /// The last of those bytes, to notice another text.
    seal: String,
    rows: Vec<ReplyRow>,
    kept: usize,
    /// Whether `done` is inside a line: what comes next goes on with it.
    inside: bool,
    fence: Option<Fence>,
    blocks: usize,
}

#[derive(Clone, Debug)]
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
        of: (u32, u32),
        text: &str,
        width: usize,
        language: &str,
        syntaxes: Option<&Arc<Syntaxes>>,
    ) {
        let grew = self.of == of
            && self.width == width
            && self.coloured == syntaxes.is_some()
            && text
                .get(..self.done)
                .is_some_and(|past| past.ends_with(&self.seal));
        if !grew {
            *self = Self {
                of,
                width,
                coloured: syntaxes.is_some(),
                ..Self::default()
            };
        }
        self.rows.truncate(self.kept);
        loop {
            let rest = &text[self.done..];
            let near = &rest.as_bytes()[..rest.len().min(PIECE + 1)];
            let (length, ended) = match near.iter().position(|b| *b == b'\n') {
                Some(length) => (length, true),
                None if rest.len() > PIECE => (rest.floor_char_boundary(PIECE), false),
                None => break,
            };
            self.push(&rest[..length], language, syntaxes);
            self.inside = !ended;
            self.done += length + usize::from(ended);
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
        let inside = self.inside;
        if let Some(fence) = &mut self.fence {
            if !inside && closes(line, fence) {
                self.fence = None;
                self.rows.push(ReplyRow {
                    kind: Kind::Fence,
                    line: Painted::default(),
                });
                return;
            }
            let painted = match (&mut fence.painter, syntaxes) {
                (Some(painter), Some(syntaxes)) if !inside => painter.line(syntaxes, line),
                _ => Painted::plain(line),
            };
            self.push_code(painted);
            return;
        }
        if let Some((mark, length, info)) = opens(line).filter(|_| !inside) {
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
        let (painted, hang) = if inside {
            (Painted::plain(line), 0)
        } else {
            markdown::line(&visible(line))
        };
        for (n, piece) in markdown::pieces(&painted.text, self.width, hang)
            .iter()
            .enumerate()
        {
            let blanks = if n > 0 && hang * 2 < self.width {
                hang
            } else {
                0
            };
            self.rows.push(ReplyRow {
                kind: Kind::Prose,
                line: markdown::slice(&painted, piece, blanks),
            });
        }
    }

    /// A line of code, broken where it is longer than there is room.
    fn push_code(&mut self, line: Painted) {
        let room = self.width.saturating_sub(MARGIN).max(1);
        let row = |line| ReplyRow {
            kind: Kind::Code,
            line,
        };
        let ruler = Ruler::of(&line.text);
        let rows = ruler.rows(&line.text, room);
        if rows == 1 {
            return self.rows.push(row(line));
        }
        for n in 0..rows {
            let piece = ruler.row(&line.text, room, n);
            self.rows.push(row(markdown::slice(&line, &piece, 0)));
        }
    }
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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    const REPLY: &str = "Use a `Counter`:\n\n```python\nfrom collections import Counter\n\ndef f(xs):\n    return \"\"\"a\nb\"\"\"\n```\nThat is all, and this line is long enough to be wrapped.\n~~~\nplain\n~~~\n";

    #[test]
    fn grown_token_by_token_it_looks_as_if_it_had_come_at_once() {
        let syntaxes = Arc::new(Syntaxes::default());
        let mut whole = Reply::default();
        whole.update((1, 0), REPLY, 30, "python", Some(&syntaxes));
        let mut grown = Reply::default();
        for (end, _) in REPLY.char_indices().step_by(3) {
            grown.update((1, 0), &REPLY[..end], 30, "python", Some(&syntaxes));
        }
        grown.update((1, 0), REPLY, 30, "python", Some(&syntaxes));
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
    fn a_line_of_a_megabyte_costs_only_its_end_and_loses_nothing() {
        for head in ["", "```\n"] {
            let long = "wordy 日本 ".repeat(1 << 16);
            let text = format!("{head}{long}\nend\n");
            let mut whole = Reply::default();
            whole.update((1, 0), &text, 40, "python", None);
            let mut grown = Reply::default();
            let most = head.len() + long.len() - 7;
            grown.update(
                (1, 0),
                &text[..text.floor_char_boundary(most)],
                40,
                "python",
                None,
            );
            let open = grown.rows().len() - grown.kept;
            assert!(
                open * 20 < 2 * PIECE,
                "{open} rows are laid out for a token"
            );
            grown.update((1, 0), &text, 40, "python", None);
            assert_eq!(grown.rows(), whole.rows());
            let squeeze = |s: &str| s.replace([' ', '\n'], "").replace("```", "");
            let shown: String = whole.rows().iter().map(|r| r.line.text.as_str()).collect();
            assert_eq!(squeeze(&shown), squeeze(&text));
        }
    }

    #[test]
    fn another_round_or_width_starts_anew() {
        let mut reply = Reply::default();
        reply.update((1, 0), "old\nwords\n", 20, "python", None);
        reply.update((2, 0), "new\n", 20, "python", None);
        assert_eq!(reply.rows().len(), 1);
        reply.update((2, 0), "other text\nmore\n", 20, "python", None);
        assert_eq!(reply.rows()[0].line.text, "other text");
    }
}

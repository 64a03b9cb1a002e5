//! Tells reasoning from answer in text that arrives in pieces.
//!
//! Models that have no field of their own for it wrap their reasoning in `<think>…</think>` or
//! `<thinking>…</thinking>`. A tag counts only at the start of a line and outside of a fenced block, so
//! that code which handles such tags stays whole. Nothing here looks at the code itself.

use super::Delta;

const TAGS: [(&str, &str); 2] = [("<think>", "</think>"), ("<thinking>", "</thinking>")];

/// Splits a stream; feed it with [`push`](Self::push) and close it with [`finish`](Self::finish).
#[derive(Clone, Debug, Default)]
pub(crate) struct Splitter {
    /// Closing tag awaited while inside reasoning.
    inside: Option<&'static str>,
    /// The line so far, outside of reasoning; tells fences from text when it ends.
    line: String,
    /// The fence that is open, if any: its character and length.
    fence: Option<(char, usize)>,
    /// Text held back because a tag may be beginning.
    held: String,
}

impl Splitter {
    /// Adds a piece of text; returns what is certain so far, with neighbours of one kind joined.
    pub(crate) fn push(&mut self, piece: &str) -> Vec<Delta> {
        let mut out = Vec::new();
        self.held.push_str(piece);
        while self.step(&mut out) {}
        out
    }

    /// Returns what was held back.
    pub(crate) fn finish(&mut self) -> Vec<Delta> {
        let mut out = Vec::new();
        let rest = std::mem::take(&mut self.held);
        emit(&mut out, self.inside.is_some(), &rest);
        out
    }

    /// Whether the text so far ends inside of reasoning.
    pub(crate) fn reasoning(&self) -> bool {
        self.inside.is_some()
    }

    /// Splits a whole text into (answer, reasoning, whether the reasoning was never closed).
    ///
    /// Some servers swallow the opening tag: a `</think>` on a line of its own then ends reasoning that began at the start.
    pub(crate) fn whole(text: &str) -> (String, String, bool) {
        let mut splitter = Self::default();
        let mut parts = splitter.push(text);
        parts.extend(splitter.finish());
        let (mut answer, mut reasoning) = (String::new(), String::new());
        for part in parts {
            match part {
                Delta::Reasoning(t) => reasoning.push_str(&t),
                Delta::Text(t) => answer.push_str(&t),
                _ => {}
            }
        }
        if let Some((before, after)) = lone_close(&answer) {
            reasoning.push_str(before);
            answer = after.to_owned();
        }
        (answer, reasoning, splitter.reasoning())
    }

    /// Moves one segment from `held` to `out`; false when more text is needed.
    fn step(&mut self, out: &mut Vec<Delta>) -> bool {
        if self.held.is_empty() {
            return false;
        }
        if let Some(close) = self.inside {
            return self.step_inside(close, out);
        }
        if self.fence.is_none() && self.line.chars().all(char::is_whitespace) {
            match opening(&self.held) {
                Opening::Yes {
                    before,
                    after,
                    close,
                } => {
                    emit(out, false, &self.held[..before]);
                    self.held.drain(..after);
                    self.inside = Some(close);
                    return true;
                }
                Opening::Perhaps => return false,
                Opening::No => {}
            }
        }
        let end = self.held.find('\n').map_or(self.held.len(), |i| i + 1);
        let stretch: String = self.held.drain(..end).collect();
        self.line.push_str(&stretch);
        if stretch.ends_with('\n') {
            self.end_line();
        }
        emit(out, false, &stretch);
        true
    }

    fn step_inside(&mut self, close: &'static str, out: &mut Vec<Delta>) -> bool {
        if let Some(at) = self.held.find(close) {
            emit(out, true, &self.held[..at]);
            self.held.drain(..at + close.len());
            self.inside = None;
            self.line.clear();
            return true;
        }
        // The end of what is here may be the beginning of the closing tag.
        let keep = (1..close.len())
            .rev()
            .find(|n| self.held.ends_with(&close[..*n]))
            .unwrap_or(0);
        let stretch: String = self.held.drain(..self.held.len() - keep).collect();
        emit(out, true, &stretch);
        false
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.fence = match (self.fence, fence_run(&line)) {
            (None, Some((mark, n, info))) if mark == '~' || !info.contains('`') => Some((mark, n)),
            (Some((open, at_least)), Some((mark, n, info)))
                if mark == open && n >= at_least && info.is_empty() =>
            {
                None
            }
            (as_before, _) => as_before,
        };
    }
}

/// A line that begins with a fence, at any indentation: its character, its length, and the text behind it.
pub(crate) fn fence_run(line: &str) -> Option<(char, usize, &str)> {
    let trimmed = line.trim();
    let mark = trimmed.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let n = trimmed.chars().take_while(|c| *c == mark).count();
    (n >= 3).then(|| (mark, n, trimmed[n..].trim()))
}

enum Opening {
    Yes {
        before: usize,
        after: usize,
        close: &'static str,
    },
    Perhaps,
    No,
}

/// Whether a text that stands at the start of a line begins with an opening tag, or may still come to.
fn opening(held: &str) -> Opening {
    let start = held.trim_start();
    let before = held.len() - start.len();
    for (open, close) in TAGS {
        if start.starts_with(open) {
            return Opening::Yes {
                before,
                after: before + open.len(),
                close,
            };
        }
    }
    // White space alone decides nothing yet, but complete lines of it can be released.
    let undecided = !start.is_empty() && TAGS.iter().any(|(open, _)| open.starts_with(start));
    if undecided {
        Opening::Perhaps
    } else {
        Opening::No
    }
}

fn lone_close(text: &str) -> Option<(&str, &str)> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if TAGS.iter().any(|(_, close)| line.trim() == *close) {
            return Some((&text[..at], &text[at + line.len()..]));
        }
        at += line.len();
    }
    None
}

fn emit(out: &mut Vec<Delta>, reasoning: bool, text: &str) {
    if text.is_empty() {
        return;
    }
    match (out.last_mut(), reasoning) {
        (Some(Delta::Reasoning(last)), true) | (Some(Delta::Text(last)), false) => {
            last.push_str(text)
        }
        _ => out.push(if reasoning {
            Delta::Reasoning(text.to_owned())
        } else {
            Delta::Text(text.to_owned())
        }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn joined(pieces: &[&str]) -> (String, String) {
        let mut splitter = Splitter::default();
        let mut parts: Vec<Delta> = pieces.iter().flat_map(|p| splitter.push(p)).collect();
        parts.extend(splitter.finish());
        let (mut answer, mut reasoning) = (String::new(), String::new());
        for part in parts {
            match part {
                Delta::Text(t) => answer.push_str(&t),
                Delta::Reasoning(t) => reasoning.push_str(&t),
                other => panic!("{other:?}"),
            }
        }
        (answer, reasoning)
    }

    #[test]
    fn wherever_the_text_is_cut_the_split_is_the_same() {
        let text = "\n <think>\nuse a set, é</think>\n\nHere:\n```python\nx = '<think>'\n<think>\n```\n<thinking>more</thinking>done <think> no";
        let whole = joined(&[text]);
        assert_eq!(whole.1, "\nuse a set, émore");
        assert_eq!(
            whole.0,
            "\n \n\nHere:\n```python\nx = '<think>'\n<think>\n```\ndone <think> no"
        );
        for i in (0..text.len()).filter(|i| text.is_char_boundary(*i)) {
            for j in (i..text.len()).filter(|j| text.is_char_boundary(*j)) {
                assert_eq!(
                    joined(&[&text[..i], &text[i..j], &text[j..]]),
                    whole,
                    "cut at {i} and {j}"
                );
            }
        }
    }

    #[test]
    fn text_is_not_held_back_without_need() {
        let mut splitter = Splitter::default();
        assert_eq!(splitter.push("Hello"), vec![Delta::Text("Hello".into())]);
        assert_eq!(splitter.push(" <thi"), vec![Delta::Text(" <thi".into())]);
        assert_eq!(splitter.push("\n<thi"), vec![Delta::Text("\n".into())]);
        assert_eq!(splitter.push("s>"), vec![Delta::Text("<this>".into())]);
    }

    #[test]
    fn reasoning_that_never_ends_is_reasoning() {
        let (answer, reasoning, unclosed) = Splitter::whole("<think>a\n```python\nx\n```\n");
        assert_eq!((answer.as_str(), unclosed), ("", true));
        assert_eq!(reasoning, "a\n```python\nx\n```\n");
    }

    #[test]
    fn a_closing_tag_alone_ends_reasoning_too() {
        let (answer, reasoning, unclosed) = Splitter::whole("let me see\n</think>\nanswer");
        assert_eq!(
            (answer.as_str(), reasoning.as_str(), unclosed),
            ("answer", "let me see\n", false)
        );
    }
}

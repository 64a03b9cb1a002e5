//! How an output is compared with the expected one.
//!
//! Works on bytes, in time linear in their number, and never trusts them to be text. Says not only
//! *that* two outputs differ but where, in words that help a person and a model.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use super::calls::{LeftKind, LeftKinds};
pub(crate) use super::checker_program::CheckerProgram;
pub(crate) use super::mismatch::Mismatch;

/// The rule by which two outputs count as the same.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Checker {
    /// Byte for byte.
    Exact,
    /// The same tokens in the same order; white space apart.
    #[default]
    Tokens,
    /// As `Tokens`, but tokens that are both numbers may differ by the tolerance (absolute or relative, whichever allows more).
    Numbers {
        /// 1e-6 where not given.
        tolerance: f64,
    },
    /// The same lines, each as tokens, in any order.
    Lines,
    /// The outcomes of calls (see [`super::calls`]): results and changes by value, exceptions by type.
    Results {
        /// Floats may differ by so much, absolute or relative, whichever allows more; 1e-9 where not given.
        tolerance: f64,
        /// Whether the messages of exceptions count.
        messages: bool,
        /// What calls leave behind that does not count.
        ignore: LeftKinds,
    },
    /// A program of the user decides. It runs in the sandbox, so only a judge can ask it.
    Program(CheckerProgram),
}

/// Tolerance of [`Checker::Numbers`] where none is given.
pub(crate) const DEFAULT_TOLERANCE: f64 = 1e-6;

/// Tolerance of [`Checker::Results`] where none is given.
pub(crate) const RESULTS_TOLERANCE: f64 = 1e-9;

/// By how much a float may differ between two runs of one program, whatever the tolerance: enough for sums that threads
/// add up in another order, too little for the seconds since 1970.
const SAME_PROGRAM: f64 = 1e-12;
/// Bytes of a token that are shown in a reason.
const SHOWN_TOKEN: usize = 60;
/// Bytes of a line that are shown in an excerpt.
const SHOWN_LINE: usize = 120;
/// Tokens longer than this are never taken for numbers.
const LONGEST_NUMBER: usize = 400;

impl Checker {
    /// Whether several runs of the original have different outcomes; if so, a sentence that says where, and what may be the
    /// cause.
    #[must_use]
    pub fn varies(&self, outputs: &[&[u8]]) -> Option<String> {
        let (first, others) = outputs.split_first()?;
        let checker = self.as_strict_as_one_program();
        let mismatch = others.iter().find_map(|o| checker.check(first, o).err())?;
        Some(format!(
            "the original does not give the same outcome each time: {}. Does it read the clock, chance, or the order of a set? \
             Give it what it needs as an argument, or sort what has no order",
            mismatch.reason.replace("expected", "first")
        ))
    }

    /// The same, with no more tolerance than between two runs of one program.
    fn as_strict_as_one_program(&self) -> Self {
        let mut checker = self.clone();
        if let Self::Results { tolerance, .. } = &mut checker {
            *tolerance = tolerance.min(SAME_PROGRAM);
        }
        checker
    }

    /// The kind of what calls leave behind in which two runs of the original differ, where they differ in nothing else.
    #[must_use]
    pub(crate) fn varies_in(&self, first: &[u8], again: &[u8]) -> Option<LeftKind> {
        self.as_strict_as_one_program()
            .check(first, again)
            .err()?
            .left
    }

    /// From now on this kind of what calls leave behind does not count.
    pub(crate) fn leave_out(&mut self, kind: LeftKind) {
        if let Self::Results { ignore, .. } = self {
            ignore.insert(kind);
        }
    }

    /// Reads `exact`, `tokens`, `lines`, `numbers` or `numbers:1e-9`, `results`, `results:1e-6` or `results:1e-6:messages`.
    ///
    /// # Errors
    /// A sentence that names the text and the accepted forms.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (kind, rest) = match text.trim().split_once(':') {
            Some((kind, rest)) => (kind.trim(), Some(rest.trim())),
            None => (text.trim(), None),
        };
        let plain = match kind.to_ascii_lowercase().as_str() {
            "exact" => Self::Exact,
            "tokens" => Self::Tokens,
            "lines" => Self::Lines,
            "numbers" => {
                let tolerance = rest.map_or(Ok(DEFAULT_TOLERANCE), |t| tolerance(t, "numbers"))?;
                return Ok(Self::Numbers { tolerance });
            }
            "results" => {
                return results(rest.unwrap_or_default());
            }
            _ => {
                return Err(format!(
                    "`{text}` is not a checker; there are exact, tokens, lines and numbers:1e-6 (numbers within a tolerance)"
                ));
            }
        };
        match rest {
            Some(rest) => Err(format!(
                "the checker `{kind}` takes nothing behind a colon, but there is `{rest}`"
            )),
            None => Ok(plain),
        }
    }

    /// The rule in plain words.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Exact => "byte for byte".into(),
            Self::Tokens => "the same tokens, white space apart".into(),
            Self::Numbers { tolerance } => format!("the same tokens, numbers within {tolerance:e}"),
            Self::Lines => "the same lines in any order".into(),
            Self::Results {
                tolerance,
                messages,
                ignore,
            } => {
                let messages = if *messages {
                    " with their messages"
                } else {
                    ""
                };
                let ignored = if ignore.is_empty() {
                    String::new()
                } else {
                    format!(", without {ignore}")
                };
                format!(
                    "the same results, changes and exceptions{messages}, floats within {tolerance:e}{ignored}"
                )
            }
            Self::Program(checker) => format!("the checker {} says so", checker.source.file_name),
        }
    }

    /// Compares an output with the expected one. A program cannot be asked here: without a judge only an output that is
    /// the same byte for byte counts as right.
    ///
    /// # Errors
    /// The first difference, if there is one.
    pub fn check(&self, expected: &[u8], got: &[u8]) -> Result<(), Mismatch> {
        if expected == got {
            return Ok(());
        }
        match self {
            Self::Exact | Self::Program(_) => Err(exact(expected, got)),
            Self::Tokens => tokens(expected, got, |a, b| a == b),
            Self::Numbers { tolerance } => {
                tokens(expected, got, |a, b| a == b || close(a, b, *tolerance))
            }
            Self::Lines => lines(expected, got),
            Self::Results {
                tolerance,
                messages,
                ignore,
            } => super::calls::differs(expected, got, *tolerance, *messages, *ignore),
        }
    }
}

impl fmt::Display for Checker {
    /// The form that [`Checker::parse`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact => f.write_str("exact"),
            Self::Tokens => f.write_str("tokens"),
            Self::Numbers { tolerance } => write!(f, "numbers:{tolerance:e}"),
            Self::Lines => f.write_str("lines"),
            Self::Results {
                tolerance,
                messages,
                ignore,
            } => {
                let messages = if *messages { ":messages" } else { "" };
                write!(f, "results:{tolerance:e}{messages}")?;
                if ignore.is_empty() {
                    return Ok(());
                }
                write!(f, ":ignore={ignore}")
            }
            Self::Program(checker) => write!(f, "program {}", checker.source.file_name),
        }
    }
}

impl FromStr for Checker {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text)
    }
}

/// What stands behind the colon of `results`: `1e-6:messages:ignore=logging,stderr`, each part of which may be missing.
fn results(rest: &str) -> Result<Checker, String> {
    let mut checker = (RESULTS_TOLERANCE, false, LeftKinds::default());
    for (i, part) in rest.split(':').map(str::trim).enumerate() {
        if let Some(kinds) = part.strip_prefix("ignore=") {
            checker.2 = kinds.parse()?;
        } else if part == "messages" {
            checker.1 = true;
        } else if i == 0 && !part.is_empty() {
            checker.0 = tolerance(part, "results")?;
        } else if !part.is_empty() {
            return Err(format!(
                "`{part}` is not known behind results; write results:1e-9:messages"
            ));
        }
    }
    Ok(Checker::Results {
        tolerance: checker.0,
        messages: checker.1,
        ignore: checker.2,
    })
}

/// The tolerance behind a checker's colon.
fn tolerance(text: &str, checker: &str) -> Result<f64, String> {
    let number = text.trim().parse().ok();
    number.filter(|t: &f64| t.is_finite() && *t >= 0.0).ok_or_else(|| {
        format!("`{text}` is not a tolerance; write a number such as 1e-6 behind the colon: {checker}:1e-6")
    })
}

/// Two tokens that are numbers and near enough. NaN equals NaN, an infinity equals itself.
fn close(a: &[u8], b: &[u8], tolerance: f64) -> bool {
    let number = |t: &[u8]| -> Option<f64> {
        let t = std::str::from_utf8(t)
            .ok()
            .filter(|t| t.len() <= LONGEST_NUMBER)?;
        t.parse().ok()
    };
    match (number(a), number(b)) {
        (Some(a), Some(b)) if a.is_nan() || b.is_nan() => a.is_nan() && b.is_nan(),
        (Some(a), Some(b)) if a.is_infinite() || b.is_infinite() => a == b,
        (Some(a), Some(b)) => (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0),
        _ => false,
    }
}

/// One token with the place it stands at.
#[derive(Clone, Copy)]
struct Token<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
}

/// The tokens of a text, split at ASCII white space.
struct Tokens<'a> {
    text: &'a [u8],
    at: usize,
    line: usize,
}

impl<'a> Tokens<'a> {
    fn of(text: &'a [u8]) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;
    fn next(&mut self) -> Option<Token<'a>> {
        while let Some(b) = self.text.get(self.at)
            && space(*b)
        {
            self.line += usize::from(*b == b'\n');
            self.at += 1;
        }
        let rest = self.text.get(self.at..)?;
        let length = rest.iter().position(|b| space(*b)).unwrap_or(rest.len());
        let token = Token {
            bytes: &rest[..length],
            at: self.at,
            line: self.line,
        };
        self.at += length;
        (length > 0).then_some(token)
    }
}

/// White space as C and Python see it (vertical tab included).
fn space(b: u8) -> bool {
    b.is_ascii_whitespace() || b == 0x0b
}

fn tokens(
    expected: &[u8],
    got: &[u8],
    same: impl Fn(&[u8], &[u8]) -> bool,
) -> Result<(), Mismatch> {
    let (mut left, mut right) = (Tokens::of(expected), Tokens::of(got));
    loop {
        let (reason, line, at) = match (left.next(), right.next()) {
            (None, None) => return Ok(()),
            (Some(e), Some(g)) if same(e.bytes, g.bytes) => continue,
            (Some(e), Some(g)) => (
                format!(
                    "line {} differs: expected {}, got {}",
                    g.line,
                    shown(e.bytes),
                    shown(g.bytes)
                ),
                g.line,
                (e.at, g.at),
            ),
            (Some(e), None) if got.iter().all(|b| space(*b)) => (
                format!("there is no output: expected {}", shown(e.bytes)),
                1,
                (e.at, got.len()),
            ),
            (Some(e), None) => (
                format!(
                    "the output ends too early, in line {}: expected {} next",
                    right.line,
                    shown(e.bytes)
                ),
                right.line,
                (e.at, got.len()),
            ),
            (None, Some(g)) => (
                format!(
                    "line {}: {} comes after the end of the expected output",
                    g.line,
                    shown(g.bytes)
                ),
                g.line,
                (expected.len(), g.at),
            ),
        };
        return Err(mismatch(reason, line, (expected, at.0), (got, at.1)));
    }
}

fn exact(expected: &[u8], got: &[u8]) -> Mismatch {
    let common = expected.iter().zip(got).take_while(|(a, b)| a == b).count();
    let line = 1 + count_lines(&got[..common]);
    let start = got[..common]
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |p| p + 1);
    let (e, g) = (line_from(expected, start), line_from(got, start));
    let quoted = |l: &[u8], text: &[u8]| match (l.is_empty(), text.len() > start) {
        (true, false) => "the end of the output".to_owned(),
        _ => format!("\"{}\"", around(l, common - start, SHOWN_TOKEN)),
    };
    let reason = if got.is_empty() {
        "there is no output at all".to_owned()
    } else if e == g {
        // The lines are the same, so the difference is a line end that only one of the two has.
        let who = if expected.len() > got.len() {
            "lacks"
        } else {
            "has"
        };
        format!(
            "line {line} {who} a line end that the expected output {}",
            if who == "has" { "has not" } else { "has" }
        )
    } else if squeezed(e) == squeezed(g) {
        format!(
            "line {line} differs in white space only: expected {}, got {}",
            quoted(e, expected),
            quoted(g, got)
        )
    } else {
        format!(
            "line {line} differs: expected {}, got {}",
            quoted(e, expected),
            quoted(g, got)
        )
    };
    mismatch(reason, line, (expected, common), (got, common))
}

/// A line without its end, as far as a comparison of white space needs it.
fn line_from(text: &[u8], start: usize) -> &[u8] {
    let rest = text.get(start..).unwrap_or_default();
    &rest[..rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len())]
}

/// The tokens of a line, joined by single spaces.
fn squeezed(line: &[u8]) -> Vec<u8> {
    Tokens::of(line)
        .map(|t| t.bytes)
        .collect::<Vec<_>>()
        .join(&b' ')
}

fn lines(expected: &[u8], got: &[u8]) -> Result<(), Mismatch> {
    let of = |text| {
        let mut at = 0;
        let split = <[u8]>::split(text, |b| *b == b'\n');
        split.enumerate().filter_map(move |(i, line)| {
            let start = at;
            at += line.len() + 1;
            let line = squeezed(line);
            (!line.is_empty()).then_some((line, i + 1, start))
        })
    };
    let mut missing: HashMap<Vec<u8>, usize> = HashMap::new();
    for (line, ..) in of(expected) {
        *missing.entry(line).or_default() += 1;
    }
    let mut extra = None;
    for (line, number, start) in of(got) {
        match missing.get_mut(&line) {
            Some(n) if *n > 0 => *n -= 1,
            _ => extra = extra.or(Some((line, number, start))),
        }
    }
    // In the order of the expected output, so that the message does not depend on chance.
    let lacking = of(expected).find(|(line, ..)| missing.get(line).is_some_and(|n| *n > 0));
    let (reason, number, at) = match (lacking, extra) {
        (None, None) => return Ok(()),
        (Some((line, _, e)), None) => (
            format!("a line is missing: {}", shown(&line)),
            1 + count_lines(got),
            (e, got.len()),
        ),
        (None, Some((line, n, g))) => (
            format!("line {n} is not expected (or too often): {}", shown(&line)),
            n,
            (expected.len(), g),
        ),
        (Some((want, _, e)), Some((line, n, g))) => (
            format!(
                "line {n} is not expected: {}; missing is for example {}",
                shown(&line),
                shown(&want)
            ),
            n,
            (e, g),
        ),
    };
    Err(mismatch(reason, number, (expected, at.0), (got, at.1)))
}

fn count_lines(text: &[u8]) -> usize {
    text.iter().filter(|b| **b == b'\n').count()
}

fn mismatch(
    reason: String,
    line: usize,
    expected: (&[u8], usize),
    got: (&[u8], usize),
) -> Mismatch {
    Mismatch {
        reason,
        line,
        expected_excerpt: excerpt(expected.0, expected.1),
        got_excerpt: excerpt(got.0, got.1),
        left: None,
    }
}

/// A token or line for a reason: readable, cut to size.
fn shown(bytes: &[u8]) -> String {
    around(bytes, 0, SHOWN_TOKEN)
}

/// The line that a position lies in, with two lines before and two after it.
fn excerpt(text: &[u8], at: usize) -> String {
    let at = at.min(text.len());
    let mut start = text[..at]
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |p| p + 1);
    let column = at - start;
    let mut before = 0;
    while before < 2 && start > 0 {
        start = text[..start - 1]
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |p| p + 1);
        before += 1;
    }
    let shown: Vec<String> = text[start..]
        .split(|b| *b == b'\n')
        .take(before + 3)
        .enumerate()
        .map(|(i, line)| around(line, if i == before { column } else { 0 }, SHOWN_LINE))
        .collect();
    shown.join("\n").trim_end_matches('\n').to_owned()
}

/// At most `room` bytes of a line around a column, made of valid UTF-8: foreign bytes and control characters
/// become `\x1b`, cut ends become `…`.
fn around(line: &[u8], column: usize, room: usize) -> String {
    let line = line
        .strip_suffix(b"\r")
        .filter(|_| line.len() > 1)
        .unwrap_or(line);
    let mut start = if line.len() <= room {
        0
    } else {
        column.saturating_sub(room / 3).min(line.len() - room)
    };
    let mut end = (start + room).min(line.len());
    // Never in the middle of a character.
    let inside = |at: usize| line.get(at).is_some_and(|b| b & 0xc0 == 0x80);
    let (from, to) = (start, end);
    while inside(start) && start < from + 3 {
        start += 1;
    }
    while inside(end) && end + 3 > to && end > start {
        end -= 1;
    }
    let mut out = String::from(if start > 0 { "…" } else { "" });
    for chunk in line[start..end].utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\t' => out.push(c),
                c if (c as u32) < 0x20 || c as u32 == 0x7f => {
                    out += &format!("\\x{:02x}", c as u32)
                }
                c if c.is_control() => out += &c.escape_unicode().to_string(),
                c => out.push(c),
            }
        }
        for b in chunk.invalid() {
            out += &format!("\\x{b:02x}");
        }
    }
    if end < line.len() {
        out.push('…');
    }
    out
}

#[cfg(test)]
#[path = "checker_tests.rs"]
mod tests;

//! How an output is compared with the expected one.
//!
//! Works on bytes, in time linear in their number, and never trusts them to be text. Says not only
//! *that* two outputs differ but where, in words that help a person and a model.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::load::language_for;
use super::{Language, Languages, Source, TaskError};

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
    /// A program of the user's decides; only a judge can ask it, for it is a guest of the sandbox.
    Program(CheckerProgram),
}

/// A program that says whether an output is right.
///
/// It is run as `PROGRAM input got expected` (the order of testlib), the three being files in its own work folder
/// (`/work/input`, `/work/got`, `/work/expected`), in a run of its own with limits: no version is there at the time.
/// Exit status 0 means right. Status 1 means wrong, with what it prints as the reason. The `_wa` and `_pe` of testlib
/// (status 1 and 2, the reason on standard error, beginning with `wrong`) are understood. Anything else, also a
/// status 1 with nothing but an error text, is the checker's own failure and never the version's.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckerProgram {
    /// Its text.
    pub source: Source,
    /// What it is written in.
    pub language: Arc<Language>,
}

impl CheckerProgram {
    /// A checker of this text; its language by id, or by the ending of its file.
    ///
    /// # Errors
    /// The language is not known.
    pub fn new(
        source: Source,
        language: Option<&str>,
        languages: &Languages,
    ) -> Result<Self, TaskError> {
        let language = language_for(language, Some(Path::new(&source.file_name)), languages)?;
        Ok(Self { source, language })
    }
}

/// A checker as a task file says it: the name of a rule, or `{ program = "check.py" }`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum CheckerFile {
    /// One of the rules.
    Rule(Checker),
    /// A program.
    Program {
        /// Its file, in the task's folder.
        program: String,
        /// Id of its language, where the ending does not tell.
        language: Option<String>,
    },
}

impl Serialize for CheckerFile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        match self {
            Self::Rule(rule) => serializer.collect_str(rule),
            Self::Program { program, language } => {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("program", program)?;
                if let Some(language) = language {
                    map.serialize_entry("language", language)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for CheckerFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = CheckerFile;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a checker, or { program = \"check.py\" }")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<CheckerFile, E> {
                Checker::parse(text)
                    .map(CheckerFile::Rule)
                    .map_err(E::custom)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<CheckerFile, A::Error> {
                let (mut program, mut language) = (None, None);
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "program" => program = Some(map.next_value()?),
                        "language" => language = Some(map.next_value()?),
                        other => {
                            return Err(de::Error::unknown_field(other, &["program", "language"]));
                        }
                    }
                }
                let program = program.ok_or_else(|| de::Error::missing_field("program"))?;
                Ok(CheckerFile::Program { program, language })
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// Tolerance of [`Checker::Numbers`] where none is given.
pub const DEFAULT_TOLERANCE: f64 = 1e-6;

/// Bytes of a token that are shown in a reason.
const SHOWN_TOKEN: usize = 60;
/// Bytes of a line that are shown in an excerpt.
const SHOWN_LINE: usize = 120;
/// Tokens longer than this are never taken for numbers.
const LONGEST_NUMBER: usize = 400;

/// Where and how an output differs from the expected one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mismatch {
    /// One sentence: `line 3 differs: expected 12, got 13`.
    pub reason: String,
    /// Line of the output that the reason speaks of, from 1.
    pub line: usize,
    /// The expected output around the difference; valid UTF-8 without control characters but line ends and tabs.
    pub expected_excerpt: String,
    /// The output that came instead, around the difference, in the same manner.
    pub got_excerpt: String,
}

impl Checker {
    /// Reads `exact`, `tokens`, `lines`, `numbers` or `numbers:1e-9`.
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
                let tolerance = match rest {
                    None => DEFAULT_TOLERANCE,
                    Some(t) => t.parse().ok().filter(|t: &f64| t.is_finite() && *t >= 0.0).ok_or_else(|| {
                        format!("`{t}` is not a tolerance; write a number such as 1e-6 behind the colon: numbers:1e-6")
                    })?,
                };
                return Ok(Self::Numbers { tolerance });
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
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    const NUMBERS: Checker = Checker::Numbers { tolerance: 1e-6 };

    fn reason(checker: &Checker, expected: &[u8], got: &[u8]) -> String {
        checker.check(expected, got).unwrap_err().reason
    }

    #[test]
    fn tokens_ignore_white_space_and_nothing_else() {
        let t = Checker::Tokens;
        assert_eq!(t.check(b"1 2\n3\n", b"\r\n1\t2\x0b3"), Ok(()));
        assert_eq!(t.check(b"", b" \n\n"), Ok(()));
        assert_eq!(
            reason(&t, b"1\n2\n12\n", b"1\n2\n13\n"),
            "line 3 differs: expected 12, got 13"
        );
        assert_eq!(
            reason(&t, b"1 2 3\n", b"1 2\n"),
            "the output ends too early, in line 2: expected 3 next"
        );
        assert_eq!(
            reason(&t, b"1\n", b"1\n\n2 3\n"),
            "line 3: 2 comes after the end of the expected output"
        );
        assert_eq!(reason(&t, b"42", b" \n"), "there is no output: expected 42");
        assert!(t.check(b"ab", b"a b").is_err() && t.check(b"1.0", b"1").is_err());
    }

    #[test]
    fn numbers_allow_the_tolerance_absolute_or_relative() {
        assert_eq!(NUMBERS.check(b"x 1.0 2e3", b"x 1 2000.001"), Ok(()));
        assert_eq!(NUMBERS.check(b"0", b"-0.0000005"), Ok(()));
        assert_eq!(
            NUMBERS.check(b"1e300 nan inf -inf", b"1.0000001e300 -NaN Infinity -INF"),
            Ok(())
        );
        for (e, g) in [
            ("1", "1.00001"),
            ("inf", "-inf"),
            ("nan", "1"),
            ("1", "nan"),
            ("inf", "1e308"),
            ("1", "one"),
            ("a", "b"),
            ("0x10", "16"),
        ] {
            assert!(
                NUMBERS.check(e.as_bytes(), g.as_bytes()).is_err(),
                "{e} against {g}"
            );
        }
        assert_eq!(
            Checker::Numbers { tolerance: 0.0 }.check(b"1.50", b"1.5"),
            Ok(())
        );
        let long = "9".repeat(LONGEST_NUMBER + 1);
        assert!(
            NUMBERS
                .check(long.as_bytes(), format!("{long}0").as_bytes())
                .is_err()
        );
    }

    #[test]
    fn exact_says_what_is_only_white_space() {
        let x = Checker::Exact;
        assert_eq!(x.check(b"a\n", b"a\n"), Ok(()));
        assert_eq!(
            reason(&x, b"1\na b\n", b"1\na  b\n"),
            "line 2 differs in white space only: expected \"a b\", got \"a  b\""
        );
        assert_eq!(
            reason(&x, b"a\n", b"a"),
            "line 1 lacks a line end that the expected output has"
        );
        assert_eq!(
            reason(&x, b"a", b"a\n"),
            "line 1 has a line end that the expected output has not"
        );
        assert_eq!(
            reason(&x, b"1\n2\n", b"1\n3\n"),
            "line 2 differs: expected \"2\", got \"3\""
        );
        assert_eq!(
            reason(&x, b"1\n2\n", b"1\n"),
            "line 2 differs: expected \"2\", got the end of the output"
        );
        assert_eq!(reason(&x, b"1\n", b""), "there is no output at all");
        assert_eq!(
            reason(&x, b"", b"x"),
            "line 1 differs: expected the end of the output, got \"x\""
        );
        assert!(x.check(b"a\r\n", b"a\n").is_err());
    }

    #[test]
    fn lines_may_come_in_any_order_but_as_often() {
        let l = Checker::Lines;
        assert_eq!(l.check(b"a 1\nb\nb\n", b"b\n\nb \n a  1"), Ok(()));
        assert_eq!(
            reason(&l, b"a\nb\n", b"b\nc\n"),
            "line 2 is not expected: c; missing is for example a"
        );
        assert_eq!(reason(&l, b"a\nb\nb\n", b"b\na\n"), "a line is missing: b");
        assert_eq!(
            reason(&l, b"a\nb\n", b"b\na\na\n"),
            "line 3 is not expected (or too often): a"
        );
        let m = l.check(b"one\ntwo\n", b"two\nthree\n").unwrap_err();
        assert_eq!(
            (m.line, m.expected_excerpt.as_str(), m.got_excerpt.as_str()),
            (2, "one\ntwo", "two\nthree")
        );
    }

    #[test]
    fn excerpts_show_the_neighbourhood_and_never_obey() {
        let m = Checker::Tokens
            .check(
                b"1\n2\n3\n4\n5\n6\n7\n",
                b"1\n2\n3\nx\x1b[2J\xff\n5\n6\n7\n",
            )
            .unwrap_err();
        assert_eq!((m.line, m.expected_excerpt.as_str()), (4, "2\n3\n4\n5\n6"));
        assert_eq!(m.got_excerpt, "2\n3\nx\\x1b[2J\\xff\n5\n6");
        assert_eq!(m.reason, "line 4 differs: expected 4, got x\\x1b[2J\\xff");
    }

    #[test]
    fn huge_lines_are_cut_and_cheap() {
        let mut e = "é".repeat(4_000_000).into_bytes();
        let mut g = e.clone();
        e.extend(b"1");
        g.extend(b"2");
        for c in [Checker::Exact, Checker::Tokens, NUMBERS, Checker::Lines] {
            let m = c.check(&e, &g).unwrap_err();
            assert!(
                m.reason.len() < 400 && m.got_excerpt.len() < 400,
                "{}",
                m.reason
            );
            assert!(!m.got_excerpt.contains("\\x"), "{}", m.got_excerpt);
        }
        let many = b"7 ".repeat(2_000_000);
        assert_eq!(NUMBERS.check(&many, &many[..many.len() - 1]), Ok(()));
    }

    #[test]
    fn any_bytes_do() {
        let mut seed = 1u32;
        let mut noise = |n: usize| -> Vec<u8> {
            (0..n)
                .map(|_| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    b"\xff\x80\xc3\xa9\n\r 1.-e\x00\x1b"[(seed >> 24) as usize % 13]
                })
                .collect()
        };
        for n in 0..400 {
            let (a, b) = (noise(n % 37), noise(n % 23));
            for c in [Checker::Exact, Checker::Tokens, NUMBERS, Checker::Lines] {
                assert_eq!(c.check(&a, &a), Ok(()));
                if let Err(m) = c.check(&a, &b) {
                    assert!(
                        !m.reason.contains(|c: char| c.is_control()),
                        "{:?}",
                        m.reason
                    );
                }
            }
        }
    }

    #[test]
    fn people_name_checkers() {
        for text in ["exact", "tokens", "lines", "numbers:1e-9"] {
            assert_eq!(Checker::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Checker::parse(" numbers "), Ok(NUMBERS));
        for bad in [
            "",
            "fuzzy",
            "numbers:",
            "numbers:-1",
            "numbers:nan",
            "exact:3",
        ] {
            assert!(Checker::parse(bad).is_err(), "{bad}");
        }
    }
}

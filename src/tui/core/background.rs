//! Asks the terminal which colour its ground has, so that the first theme suits it.
//!
//! The question is OSC 11 ("xterm control sequences", dynamic colours), followed by a request for device attributes,
//! which every terminal answers: its answer says that no other one will come. Whoever typed meanwhile loses nothing.

use std::time::Duration;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// How long an answer may take. A late one would be taken for keys, so this is long; nearly all come within 10 ms.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);

/// What the terminal said, and the keys that were pressed meanwhile.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Answer {
    /// Whether the ground is light; `None` where the terminal does not tell.
    pub light: Option<bool>,
    /// Keys that came in between.
    pub keys: Vec<KeyEvent>,
}

/// Asks. The terminal must be raw, and nobody else may read from it.
#[cfg(unix)]
#[must_use]
pub(crate) fn ask(patience: Duration) -> Answer {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let (input, output) = (rustix::stdio::stdin(), rustix::stdio::stdout());
    if !rustix::termios::isatty(input) || !rustix::termios::isatty(output) {
        return Answer::default();
    }
    if rustix::io::write(output, b"\x1b]11;?\x1b\\\x1b[c").is_err() {
        return Answer::default();
    }
    let until = std::time::Instant::now() + patience;
    let mut bytes = Vec::new();
    while !complete(&bytes) {
        let left = until.saturating_duration_since(std::time::Instant::now());
        let wait = Timespec {
            tv_sec: i64::try_from(left.as_secs()).unwrap_or(0),
            tv_nsec: left.subsec_nanos().into(),
        };
        let mut fds = [PollFd::new(&input, PollFlags::IN)];
        let ready = poll(&mut fds, Some(&wait));
        let mut some = [0; 512];
        match ready {
            Ok(1..) => match rustix::io::read(input, &mut some[..]) {
                Ok(0) | Err(_) => break,
                Ok(n) => bytes.extend_from_slice(&some[..n]),
            },
            Err(rustix::io::Errno::INTR) => {}
            _ => break,
        }
    }
    read(&bytes)
}

/// Asks nobody: there is no such terminal here.
#[cfg(not(unix))]
#[must_use]
pub fn ask(_patience: Duration) -> Answer {
    Answer::default()
}

/// Whether the device attributes, the last of the answers, are there.
fn complete(bytes: &[u8]) -> bool {
    attributes(bytes).is_some()
}

/// Where the device attributes (`ESC [ ? … c`) are.
fn attributes(bytes: &[u8]) -> Option<(usize, usize)> {
    let start = bytes.windows(3).position(|w| w == b"\x1b[?")?;
    let digits = bytes[start + 3..]
        .iter()
        .take_while(|b| b.is_ascii_digit() || **b == b';')
        .count();
    let end = start + 3 + digits;
    (bytes.get(end) == Some(&b'c')).then_some((start, end + 1))
}

/// Where the colour (`ESC ] 11 ; rgb:… BEL or ST`) is, and its text.
fn colour(bytes: &[u8]) -> Option<(usize, usize, String)> {
    let head = b"\x1b]11;";
    let start = bytes.windows(head.len()).position(|w| w == head)?;
    let body = &bytes[start + head.len()..];
    let length = body.iter().position(|b| *b == 7 || *b == 0x1b)?;
    let end = if body[length] == 7 { 1 } else { 2 };
    let text = String::from_utf8_lossy(&body[..length]).into_owned();
    Some((
        start,
        (start + head.len() + length + end).min(bytes.len()),
        text,
    ))
}

/// Takes the answers out of what came; the rest was typed.
fn read(bytes: &[u8]) -> Answer {
    let mut rest = bytes.to_vec();
    let mut light = None;
    if let Some((from, to, text)) = colour(&rest) {
        light = is_light(&text);
        rest.drain(from..to);
    }
    if let Some((from, to)) = attributes(&rest) {
        rest.drain(from..to);
    }
    Answer {
        light,
        keys: keys(&rest),
    }
}

/// Whether a colour as X11 writes it (`rgb:ffff/ffff/ffff`, one to four digits a part) is a light one.
fn is_light(text: &str) -> Option<bool> {
    let body = text
        .strip_prefix("rgb:")
        .or_else(|| text.strip_prefix("rgba:"))?;
    let mut parts = body.split('/').take(3).map(|p| {
        let most = 16_u32
            .checked_pow(u32::try_from(p.len()).ok()?)?
            .checked_sub(1)?;
        let value = u32::from_str_radix(p, 16).ok()?;
        (1..=4)
            .contains(&p.len())
            .then(|| f64::from(value) / f64::from(most))
    });
    let mut next = || parts.next().flatten();
    let (r, g, b) = (next()?, next()?, next()?);
    // Rec. 709 weights on the coded values: good enough to tell paper from coal.
    Some(0.2126 * r + 0.7152 * g + 0.0722 * b > 0.5)
}

/// Plain keys from plain bytes; sequences (arrows and the like) are left out.
fn keys(bytes: &[u8]) -> Vec<KeyEvent> {
    let text = String::from_utf8_lossy(bytes);
    let mut keys = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
        match c {
            '\u{1b}' if chars.peek().is_some_and(|n| *n == '[' || *n == 'O') => {
                chars.next();
                while chars
                    .next()
                    .is_some_and(|n| !n.is_ascii_alphabetic() && n != '~')
                {}
            }
            '\u{1b}' => keys.push(plain(KeyCode::Esc)),
            '\r' | '\n' => keys.push(plain(KeyCode::Enter)),
            '\t' => keys.push(plain(KeyCode::Tab)),
            '\u{7f}' => keys.push(plain(KeyCode::Backspace)),
            '\u{1}'..='\u{1a}' => {
                let letter = char::from(b'a' + (c as u8) - 1);
                keys.push(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL));
            }
            c if c.is_control() || c == char::REPLACEMENT_CHARACTER => {}
            c => keys.push(plain(KeyCode::Char(c))),
        }
    }
    keys
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn typed(answer: &Answer) -> Vec<KeyCode> {
        answer.keys.iter().map(|k| k.code).collect()
    }

    #[test]
    fn light_and_dark_are_told_apart_in_every_spelling() {
        for (text, light) in [
            ("rgb:ffff/ffff/ffff", Some(true)),
            ("rgb:fa/f6/f0", Some(true)),
            ("rgba:0000/0000/0000/ffff", Some(false)),
            ("rgb:1/1/2", Some(false)),
            ("rgb:", None),
            ("rgb:zz/00/00", None),
            ("#ffffff", None),
            ("rgb:fffff/0/0", None),
        ] {
            assert_eq!(is_light(text), light, "{text}");
        }
    }

    #[test]
    fn what_was_typed_meanwhile_is_kept() {
        let answer = read(b"n\x1b]11;rgb:ffff/ffff/ffff\x1b\\q\x1b[?62;22c\r\x1b[A\x03");
        assert_eq!(answer.light, Some(true));
        assert_eq!(
            typed(&answer),
            [
                KeyCode::Char('n'),
                KeyCode::Char('q'),
                KeyCode::Enter,
                KeyCode::Char('c')
            ]
        );
        let silent = read(b"\x1b[?1;2c");
        assert_eq!(silent, Answer::default());
        assert_eq!(read(b"\x1b]11;rgb:00/00/00\x07").light, Some(false));
        assert_eq!(typed(&read(b"\x1b")), [KeyCode::Esc]);
    }

    #[test]
    fn the_last_answer_ends_the_waiting() {
        assert!(!complete(b"\x1b]11;rgb:00/00/00\x07"));
        assert!(!complete(b"\x1b[?6"));
        assert!(complete(b"x\x1b[?6c"));
    }
}

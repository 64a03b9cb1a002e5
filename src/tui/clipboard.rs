//! Copying: what can be copied as a text, and the bytes that ask a terminal to take it.
//!
//! OSC 52 goes through ssh and asks nobody back: a terminal that does not know it, or that may not, says nothing. So
//! whatever is copied is kept in a file as well, and the screen says where.

use std::fmt::Write as _;
use std::path::Path;

use ratatui::crossterm::Command as _;

use crate::report;
use crate::session::Session;
use crate::tui::core::action::CopySource;
use crate::tui::core::tab::Tab;
use crate::tui::core::text::visible;
use crate::tui::state::State;
use crate::tui::state::replies::reply_progress;
use crate::tui::state::version_status::version_status;

/// Bytes of text that are sent to a terminal at most: with base64 and its frame this stays below the 100,000 bytes at
/// which common terminals stop listening.
pub(crate) const MOST: usize = 74_000;

/// The text to copy, and what it is in words.
///
/// # Errors
/// Why there is nothing to copy.
pub(crate) fn text(
    state: &State,
    session: &Session,
    what: CopySource,
) -> Result<(String, String), String> {
    let id = state.version(session).ok_or("there is no version yet")?;
    let version = session.version(id).ok_or("there is no version yet")?;
    match what {
        CopySource::Code => Ok((version.source.text.to_string(), format!("{id}'s code"))),
        CopySource::Diff => {
            let (old, new) = state
                .diff_pair(session)
                .and_then(|(old, new)| session.version(old).zip(session.version(new)))
                .ok_or("there is nothing that it is compared with")?;
            let patch = report::patch::unified(old, new);
            if patch.is_empty() {
                return Err(format!("{} and {} are the same text", old.id, new.id));
            }
            Ok((patch, format!("the difference {} → {}", old.id, new.id)))
        }
        CopySource::Prompt | CopySource::Reply => {
            if what == CopySource::Prompt {
                let prompt = state
                    .shown_prompt(session)
                    .ok_or("no prompt was sent yet")?;
                let whose = prompt
                    .round
                    .map_or("the next prompt".into(), |n| format!("round {n}'s prompt"));
                return Ok((prompt.text.to_string(), whose));
            }
            let round = state.round(session).ok_or("no prompt was sent yet")?;
            let number = state.shown_reply(session, round);
            let (text, _) = reply_progress(session, round, number).text();
            if text.is_empty() {
                return Err("no reply came yet".into());
            }
            let which = if number > 0 {
                format!(" {number}")
            } else {
                String::new()
            };
            Ok((
                text.to_owned(),
                format!("round {}'s reply{which}", round.number),
            ))
        }
        CopySource::Figures => Ok((report::text::table(session), "the figures".into())),
        CopySource::Selection => {
            if let Some(line) = state.search.as_ref().and_then(|s| s.line()) {
                return Ok((line.trim().to_owned(), "the line of the match".into()));
            }
            if state.pane(session) == Tab::Cases
                && let Some(case) = state.nav.case
                && let Some(result) = version.evaluation.as_ref().and_then(|e| e.cases.get(case))
            {
                return Ok((
                    format!("{id} {}: {}", result.case, result.verdict.in_words()),
                    "the line of the case".into(),
                ));
            }
            let mut line = format!("{id} {}", version_status(session, state, version).word);
            if let Some((gain, low, high)) =
                version.gain_over_original().filter(|_| version.id.0 > 0)
            {
                let _ = write!(line, " {gain} [{}–{}]", low.0, high.0);
            }
            Ok((line, format!("{id}'s line")))
        }
    }
}

/// How the terminal is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClipboardRoute {
    /// Straight.
    Straight,
    /// Through tmux: once for tmux itself, once handed through to the terminal behind it.
    Tmux,
    /// Through GNU screen, in pieces that it takes.
    Screen,
    /// It has no clipboard, as far as is known.
    None,
}

impl ClipboardRoute {
    /// The way to this terminal, from the environment.
    #[must_use]
    pub(crate) fn detect(environment: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| environment(name).is_some_and(|v| !v.is_empty());
        let term = environment("TERM").unwrap_or_default();
        if set("TMUX") {
            Self::Tmux
        } else if set("STY") || term.starts_with("screen") {
            Self::Screen
        } else if matches!(term.as_str(), "" | "dumb" | "linux") {
            Self::None
        } else {
            Self::Straight
        }
    }
}

/// The bytes that ask for it; none where the text is too large or there is no way.
#[must_use]
pub(crate) fn sequence(text: &str, way: ClipboardRoute) -> Option<Vec<u8>> {
    if text.len() > MOST || way == ClipboardRoute::None {
        return None;
    }
    let mut plain = String::new();
    ratatui::crossterm::clipboard::CopyToClipboard::to_clipboard_from(text)
        .write_ansi(&mut plain)
        .ok()?;
    let bytes = match way {
        ClipboardRoute::Straight | ClipboardRoute::None => plain,
        ClipboardRoute::Tmux => format!(
            "{plain}\x1bPtmux;{}\x1b\\",
            plain.replace('\x1b', "\x1b\x1b")
        ),
        ClipboardRoute::Screen => {
            // Screen takes no more than 768 bytes in one piece, and the end of the inner one would end the outer.
            let inner = plain.trim_end_matches("\x1b\\");
            let mut all = String::with_capacity(plain.len() * 2);
            let bytes: Vec<char> = inner.chars().collect();
            for piece in bytes.chunks(700) {
                all.push_str("\x1bP");
                all.extend(piece);
                all.push_str("\x1b\\");
            }
            all.push_str("\x1bP\x07\x1b\\");
            all
        }
    };
    Some(bytes.into_bytes())
}

/// Keeps what was copied in a file that only its owner can read.
///
/// # Errors
/// Whatever the file system says.
pub(crate) fn keep(file: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(text.as_bytes())
}

/// What is said after copying: what, how much, and where else it is.
#[must_use]
pub(crate) fn told(what: &str, bytes: usize, sent: bool, kept: Option<&Path>) -> (String, bool) {
    let size = crate::base::units::Bytes(bytes as u64);
    let file = kept.map(|f| visible(&f.display().to_string()).into_owned());
    match (sent, file) {
        (true, Some(file)) => (
            format!("copied: {what} ({size}); where the terminal takes no copies it is in {file}"),
            false,
        ),
        (true, None) => (
            format!("copied: {what} ({size}), if the terminal takes it"),
            false,
        ),
        (false, Some(file)) if bytes > MOST => (
            format!("{what} is too large for a terminal's clipboard ({size}); it is in {file}"),
            false,
        ),
        (false, Some(file)) => (
            format!("this terminal has no clipboard; {what} ({size}) is in {file}"),
            false,
        ),
        (false, None) => (
            format!("{what} ({size}) could not be copied: no clipboard takes it, and no file"),
            true,
        ),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_wrapped_for_whatever_stands_between() {
        let as_text = |way| sequence("hi ✓", way).map(|b| String::from_utf8(b).unwrap());
        assert_eq!(
            as_text(ClipboardRoute::Straight).unwrap(),
            "\x1b]52;c;aGkg4pyT\x1b\\"
        );
        assert_eq!(
            as_text(ClipboardRoute::Tmux).unwrap(),
            "\x1b]52;c;aGkg4pyT\x1b\\\x1bPtmux;\x1b\x1b]52;c;aGkg4pyT\x1b\x1b\\\x1b\\"
        );
        assert_eq!(
            as_text(ClipboardRoute::Screen).unwrap(),
            "\x1bP\x1b]52;c;aGkg4pyT\x1b\\\x1bP\x07\x1b\\"
        );
        assert_eq!(as_text(ClipboardRoute::None), None);
        assert_eq!(
            sequence(&"x".repeat(MOST + 1), ClipboardRoute::Straight),
            None
        );
        assert!(
            sequence(&"x".repeat(MOST), ClipboardRoute::Straight)
                .unwrap()
                .len()
                < 100_000
        );
    }

    #[test]
    fn the_way_is_told_from_the_environment() {
        let way = |pairs: &[(&str, &str)]| {
            ClipboardRoute::detect(|name| {
                pairs
                    .iter()
                    .find(|(n, _)| *n == name)
                    .map(|(_, v)| (*v).to_owned())
            })
        };
        assert_eq!(way(&[("TERM", "xterm-256color")]), ClipboardRoute::Straight);
        assert_eq!(
            way(&[("TERM", "tmux-256color"), ("TMUX", "/tmp/x")]),
            ClipboardRoute::Tmux
        );
        assert_eq!(
            way(&[("TERM", "screen"), ("STY", "1")]),
            ClipboardRoute::Screen
        );
        assert_eq!(way(&[("TERM", "linux")]), ClipboardRoute::None);
        assert_eq!(way(&[]), ClipboardRoute::None);
    }
}

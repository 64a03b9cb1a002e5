//! Text that is safe and aligned on any terminal: made visible, measured, cut and wrapped in cells.
//!
//! Everything that comes from a model, a program or a file passes through [`visible`] before it is drawn:
//! control characters and direction overrides are shown, never obeyed. Knows no colours and no widgets.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::base::text::{is_hostile, show, with_joiners};

/// Columns that a tab reaches to.
const TAB: usize = 4;

/// The text with everything shown that a terminal would obey or hide: control characters as their pictures,
/// direction overrides and invisible characters as `⟨202E⟩`, tabs as spaces.
#[must_use]
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) || !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut column = 0;
    for (c, joins) in with_joiners(text) {
        if c == '\t' {
            let spaces = TAB - column % TAB;
            shown.extend(std::iter::repeat_n(' ', spaces));
            column += spaces;
            continue;
        }
        let before = shown.len();
        if joins || !is_hostile(c) {
            shown.push(c);
        } else {
            show(c, &mut shown);
        }
        column += width(&shown[before..]);
    }
    Cow::Owned(shown)
}

/// The lines of a text, ended by line feeds alone: a carriage return is part of its line, so that it can be seen.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split_terminator('\n')
}

/// Cells that a text takes.
#[must_use]
pub(crate) fn width(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.graphemes(true).map(UnicodeWidthStr::width).sum()
    }
}

/// The start of a text that fits into so many cells; ends in `…` where something was cut off.
#[must_use]
pub(crate) fn cut(text: &str, cells: usize) -> Cow<'_, str> {
    if width(text) <= cells {
        return Cow::Borrowed(text);
    }
    if cells == 0 {
        return Cow::Borrowed("");
    }
    let mut short = take(text, cells - 1).0.to_owned();
    short.push('…');
    Cow::Owned(short)
}

/// The longest start of a text that fits into so many cells, and the rest.
#[must_use]
pub(crate) fn take(text: &str, cells: usize) -> (&str, &str) {
    if text.is_ascii() {
        return text.split_at(cells.min(text.len()));
    }
    let mut used = 0;
    for (at, g) in text.grapheme_indices(true) {
        used += UnicodeWidthStr::width(g);
        if used > cells {
            return text.split_at(at);
        }
    }
    (text, "")
}

/// The text without its first so many cells (a wide character that is cut in two goes).
#[must_use]
pub(crate) fn skip(text: &str, cells: usize) -> &str {
    if cells == 0 {
        return text;
    }
    if text.is_ascii() {
        return &text[cells.min(text.len())..];
    }
    let mut used = 0;
    for (at, g) in text.grapheme_indices(true) {
        if used >= cells {
            return &text[at..];
        }
        used += UnicodeWidthStr::width(g);
    }
    ""
}

/// Fills up with spaces to so many cells, or cuts.
#[must_use]
pub(crate) fn pad(text: &str, cells: usize) -> String {
    let mut padded = cut(text, cells).into_owned();
    let missing = cells.saturating_sub(width(&padded));
    padded.extend(std::iter::repeat_n(' ', missing));
    padded
}

/// As [`pad`], but the text stands at the right.
#[must_use]
pub(crate) fn pad_left(text: &str, cells: usize) -> String {
    let short = cut(text, cells);
    let mut padded = " ".repeat(cells.saturating_sub(width(&short)));
    padded.push_str(&short);
    padded
}

/// Breaks one line at white space so that every piece fits; words longer than a line are broken anywhere.
/// Pieces after the first keep the line's own indent where there is room for it.
#[must_use]
pub(crate) fn wrap(line: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(1);
    if width(line) <= cells {
        return vec![line.to_owned()];
    }
    let indent_len = line.len() - line.trim_start_matches(' ').len();
    let indent = if indent_len * 2 < cells {
        &line[..indent_len]
    } else {
        ""
    };
    let mut pieces = Vec::new();
    let mut current = indent.to_owned();
    let mut empty = true;
    for word in line[indent_len..].split_inclusive(' ') {
        let mut word = word;
        if !empty && width(&current) + width(word.trim_end_matches(' ')) > cells {
            pieces.push(std::mem::replace(&mut current, indent.to_owned()));
        }
        while width(&current) + width(word.trim_end_matches(' ')) > cells {
            let room = cells.saturating_sub(width(&current)).max(1);
            let (head, rest) = take(word, room);
            let (head, rest) = if head.is_empty() {
                split_first(word)
            } else {
                (head, rest)
            };
            current.push_str(head);
            pieces.push(std::mem::replace(&mut current, indent.to_owned()));
            word = rest;
        }
        current.push_str(word);
        empty = false;
    }
    if !current.trim().is_empty() {
        pieces.push(current);
    }
    for piece in &mut pieces {
        piece.truncate(piece.trim_end_matches(' ').len());
    }
    pieces
}

fn split_first(word: &str) -> (&str, &str) {
    let end = word.graphemes(true).next().map_or(word.len(), str::len);
    word.split_at(end)
}

/// Wraps a whole text, line by line; empty lines stay.
#[must_use]
pub(crate) fn wrap_all(text: &str, cells: usize) -> Vec<String> {
    text.lines()
        .flat_map(|line| {
            if line.is_empty() {
                vec![String::new()]
            } else {
                wrap(&visible(line), cells)
            }
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_shown_never_obeyed() {
        assert_eq!(visible("a\x1b[2Jb"), "a␛[2Jb");
        assert_eq!(visible("\r\0\x07\x7f\u{9b}"), "␍␀␇␡⟨009B⟩");
        assert_eq!(visible("if x\u{202e} } \u{2066}"), "if x⟨202E⟩ } ⟨2066⟩");
        assert_eq!(visible("a\tb\t"), "a   b   ");
        assert!(matches!(visible("plain — ünïcode 日本"), Cow::Borrowed(_)));
    }

    #[test]
    fn cells_are_counted_not_bytes() {
        assert_eq!(width("日本"), 4);
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(pad("日", 4), "日  ");
        assert_eq!(pad_left("9", 3), "  9");
        assert_eq!(skip("日本語x", 3), "語x");
        assert_eq!(take("日本", 3), ("日", "本"));
    }

    #[test]
    fn wrapping_never_exceeds_the_room_and_loses_no_word() {
        for line in [
            "one two three four",
            "  indented words that go on",
            "averyveryverylongword and more",
            "日本語日本語 日本語",
            "    ",
        ] {
            for cells in 1..30 {
                let pieces = wrap(line, cells);
                for piece in &pieces {
                    assert!(width(piece) <= cells.max(2), "{piece:?} in {cells}");
                }
                let squeeze = |s: &str| s.replace(' ', "");
                assert_eq!(squeeze(&pieces.concat()), squeeze(line));
            }
        }
    }
}

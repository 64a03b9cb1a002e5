//! Markdown, lightly: headings, lists, `code`, bold. Every character of the text stays, save that a list's dash
//! becomes a dot; what is only a sign stands back.
//!
//! Line by line and without memory, so that a growing text can be shown as it comes.

use std::ops::Range;

use crate::tui::core::highlight::Painted;
use crate::tui::core::text::{take, width};
use crate::tui::core::theme::Role;

/// A line with its roles, and the indent of the rows that it goes on in.
#[must_use]
pub(crate) fn line(text: &str) -> (Painted, usize) {
    let bare = text.trim_start_matches(' ');
    let indent = text.len() - bare.len();
    let signs = bare.chars().take_while(|c| *c == '#').count();
    if indent < 4 && (1..=6).contains(&signs) && bare[signs..].starts_with(' ') {
        let parts = vec![(indent + signs, Role::Faint), (text.len(), Role::Title)];
        return (painted(text.to_owned(), parts), 0);
    }
    if let Some(rest) = ["- ", "* ", "+ "].iter().find_map(|m| bare.strip_prefix(m)) {
        let head = format!("{}• ", &text[..indent]);
        let mut parts = vec![(head.len(), Role::Muted)];
        inline(rest, head.len(), &mut parts);
        return (painted(head + rest, parts), indent + 2);
    }
    let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
    let numbered = (1..=3).contains(&digits)
        && (bare[digits..].starts_with(". ") || bare[digits..].starts_with(") "));
    let quoted = bare.starts_with("> ");
    let (head, hang) = if numbered {
        (indent + digits + 2, indent + digits + 2)
    } else if quoted {
        (indent + 2, indent + 2)
    } else {
        (0, indent)
    };
    let mut parts = Vec::new();
    if head > 0 {
        parts.push((head, Role::Muted));
    }
    inline(&text[head..], head, &mut parts);
    (painted(text.to_owned(), parts), hang)
}

fn painted(text: String, parts: Vec<(usize, Role)>) -> Painted {
    Painted { text, parts }
}

/// Marks `code` and **bold** in a text that begins at a byte of its line.
fn inline(text: &str, start: usize, parts: &mut Vec<(usize, Role)>) {
    let mut at = 0;
    let mut part = |end: usize, role| parts.push((start + end, role));
    while let Some(next) = text[at..].find(['`', '*']).map(|n| at + n) {
        let rest = &text[next..];
        if let Some(inner) = rest.strip_prefix('`')
            && let Some(length) = inner.find('`').filter(|l| *l > 0)
        {
            part(next, Role::Text);
            at = next + length + 2;
            part(at, Role::Function);
        } else if let Some(inner) = rest.strip_prefix("**")
            && let Some(length) = inner.find("**").filter(|l| is_bold(&inner[..*l]))
        {
            part(next, Role::Text);
            part(next + 2, Role::Faint);
            part(next + 2 + length, Role::Title);
            at = next + length + 4;
            part(at, Role::Faint);
        } else {
            at = next + 1;
        }
    }
    part(text.len(), Role::Text);
}

/// Whether two pairs of stars mean this: `2 ** 3 ** 4` is a sum of powers, not bold.
fn is_bold(inner: &str) -> bool {
    !inner.is_empty() && !inner.starts_with(' ') && !inner.ends_with(' ') && !inner.contains('`')
}

/// Breaks a line at white space so that every piece fits: bytes of each. Pieces after the first have `hang` cells
/// less. Words longer than a piece are broken anywhere; only the blanks at a break are left out.
#[must_use]
pub(crate) fn pieces(line: &str, cells: usize, hang: usize) -> Vec<Range<usize>> {
    let cells = cells.max(1);
    let hang = if hang * 2 < cells { hang } else { 0 };
    let mut all = Vec::new();
    let (mut start, mut end, mut used, mut room) = (0, 0, 0, cells);
    for word in line.split_inclusive(' ') {
        let mut left = word;
        loop {
            let bare = left.trim_end_matches(' ');
            if used + width(bare) <= room {
                used += width(left);
                end += left.len();
                break;
            }
            if used > 0 {
                all.push(start..end);
            } else {
                // Longer than a whole piece; a character wider than that stands alone all the same.
                let (mut head, _) = take(bare, room);
                if head.is_empty() {
                    let next = bare.char_indices().nth(1).map_or(bare.len(), |(n, _)| n);
                    head = &bare[..next];
                }
                end += head.len();
                all.push(start..end);
                left = &left[head.len()..];
            }
            (start, used, room) = (end, 0, cells - hang);
        }
    }
    if start < end || all.is_empty() {
        all.push(start..end);
    }
    for piece in &mut all {
        piece.end = piece.start + line[piece.clone()].trim_end_matches(' ').len();
    }
    all
}

/// A piece of a line, after so many blanks.
#[must_use]
pub(crate) fn slice(line: &Painted, piece: &Range<usize>, blanks: usize) -> Painted {
    let text = " ".repeat(blanks) + line.text.get(piece.clone()).unwrap_or("");
    let from = line.parts.partition_point(|(end, _)| *end <= piece.start);
    let mut parts = Vec::new();
    for (end, role) in line.parts.get(from..).unwrap_or(&[]) {
        let end = (*end).min(piece.end).saturating_sub(piece.start) + blanks;
        parts.push((end, *role));
        if end >= text.len() {
            break;
        }
    }
    Painted { text, parts }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn role_of(line: &Painted, word: &str) -> Role {
        line.pieces()
            .find(|(t, _)| t.contains(word))
            .map(|(_, r)| r)
            .unwrap()
    }

    #[test]
    fn signs_stand_back_and_what_they_mean_stands_out() {
        let (heading, _) = line("## Why it is slow");
        assert_eq!(role_of(&heading, "##"), Role::Faint);
        assert_eq!(role_of(&heading, "slow"), Role::Title);
        let (item, hang) = line("  - use **one** pass of `map`, not 2 ** 3 ** 4");
        assert_eq!(item.text, "  • use **one** pass of `map`, not 2 ** 3 ** 4");
        assert_eq!((role_of(&item, "one"), hang), (Role::Title, 4));
        assert_eq!(role_of(&item, "map"), Role::Function);
        assert_eq!(role_of(&item, "2 **"), Role::Text);
        assert_eq!(line("12. twelve").1, 4);
        assert_eq!(line("a ` b ** c").0.text, "a ` b ** c");
    }

    #[test]
    fn breaking_loses_nothing_but_blanks_and_always_fits() {
        for text in [
            "one two three four",
            "- a list item that goes on for a while",
            "averyveryverylongword and more",
            "日本語日本語 日本語 x",
            "   ",
            "",
        ] {
            for cells in 1..30 {
                let (painted, hang) = line(text);
                let all = pieces(&painted.text, cells, hang);
                let squeeze = |s: &str| s.replace(' ', "");
                let joined: String = all.iter().map(|p| &painted.text[p.clone()]).collect();
                assert_eq!(squeeze(&joined), squeeze(&painted.text), "{cells}");
                for (n, piece) in all.iter().enumerate() {
                    let blanks = if n > 0 && hang * 2 < cells { hang } else { 0 };
                    let shown = slice(&painted, piece, blanks);
                    assert!(width(&shown.text) <= cells.max(2), "{shown:?} in {cells}");
                    let pieces: String = shown.pieces().map(|(t, _)| t).collect();
                    assert_eq!(pieces, shown.text);
                }
            }
        }
    }
}

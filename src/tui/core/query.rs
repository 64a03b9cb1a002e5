//! What is looked for, and where in a row it stands: in cells, so that a match can be marked as it is drawn.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::tui::core::text::width;

/// What is looked for: lower case finds both cases, a capital letter means itself.
pub(crate) struct Query {
    wanted: Vec<char>,
    exact: bool,
}

impl Query {
    /// What was typed.
    #[must_use]
    pub(crate) fn new(text: &str) -> Self {
        let exact = text.chars().any(char::is_uppercase);
        let wanted = crate::tui::core::text::visible(text).chars().collect();
        Self { wanted, exact }
    }

    /// The cells of all places where it stands, from left to right, never one over another.
    #[must_use]
    pub(crate) fn find(&self, row: &str) -> Vec<Range<u16>> {
        let mut found = Vec::new();
        if self.wanted.is_empty() {
            return found;
        }
        let fold = |c: char| {
            if self.exact {
                c
            } else {
                c.to_lowercase().next().unwrap_or(c)
            }
        };
        // Characters with the cells that the whole grapheme around them takes.
        let mut characters: Vec<(char, u16, u16)> = Vec::with_capacity(row.len());
        let mut x = 0;
        for grapheme in row.graphemes(true) {
            let end = x + u16::try_from(width(grapheme)).unwrap_or(1);
            characters.extend(grapheme.chars().map(|c| (fold(c), x, end)));
            x = end;
        }
        let n = self.wanted.len();
        let mut at = 0;
        while at + n <= characters.len() {
            let here = &characters[at..at + n];
            if here.iter().zip(&self.wanted).all(|(c, w)| c.0 == fold(*w)) {
                found.push(here[0].1..here[n - 1].2);
                at += n;
            } else {
                at += 1;
            }
        }
        found
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn lower_case_finds_both_a_capital_finds_itself() {
        let find = |query: &str, row: &str| {
            let found = Query::new(query).find(row);
            found
                .into_iter()
                .map(|r| (r.start, r.end))
                .collect::<Vec<_>>()
        };
        assert_eq!(find("ab", "ab AB aB"), [(0, 2), (3, 5), (6, 8)]);
        assert_eq!(find("AB", "ab AB aB"), [(3, 5)]);
        assert_eq!(find("aa", "aaaa"), [(0, 2), (2, 4)]);
        assert_eq!(find("", "aaaa"), []);
        assert_eq!(find("longer", "short"), []);
    }

    #[test]
    fn cells_of_wide_and_combining_characters_are_counted() {
        let find = |query: &str, row: &str| {
            let found = Query::new(query).find(row);
            found
                .into_iter()
                .map(|r| (r.start, r.end))
                .collect::<Vec<_>>()
        };
        assert_eq!(find("語x", "日本語x"), [(4, 7)]);
        assert_eq!(find("e", "日e\u{301}f"), [(2, 3)]);
        assert_eq!(find("ſ", "ſs"), [(0, 1)]);
    }
}

//! A text in lines that are measured once, so that any row of any line is found without reading what lies before it.
//!
//! Knows cells and bytes, no colours and no widgets. Made on the worker (`workers`); a line of a megabyte costs no more
//! to draw than one of eighty characters.

use std::ops::{Deref, Range};

use unicode_segmentation::UnicodeSegmentation;

use crate::tui::core::highlight::{Painted, plain};
use crate::tui::core::text::width;

/// Bytes between two marks of a [`Ruler`].
const STEP: usize = 512;

/// Bytes of a line at most that is broken between tokens; where the rows of a longer one begin must be known without reading it.
const BROKEN_AT_TOKENS: usize = 2_048;

/// How many cells a line takes, and where in it they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ruler {
    cells: u32,
    /// Cells and bytes passed, every [`STEP`] bytes of a long line; always between two characters.
    marks: Box<[(u32, u32)]>,
}

impl Ruler {
    /// Measures a line that is safe to draw.
    #[must_use]
    pub fn of(line: &str) -> Self {
        if line.is_ascii() {
            return Self {
                cells: small(line.len()),
                marks: Box::default(),
            };
        }
        let (mut cells, mut marks, mut next) = (0, Vec::new(), STEP);
        for (at, character) in line.grapheme_indices(true) {
            if at >= next {
                marks.push((small(cells), small(at)));
                next = at + STEP;
            }
            cells += width(character);
        }
        Self {
            cells: small(cells),
            marks: marks.into(),
        }
    }

    /// Cells of the whole line.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.cells as usize
    }

    /// A character that is not ASCII takes more bytes than cells, so only lines of ASCII have as many of both.
    fn is_ascii(&self, line: &str) -> bool {
        self.cells() == line.len()
    }

    /// Rows that the line takes when it is broken at so many cells; at least one.
    #[must_use]
    pub fn rows(&self, line: &str, room: usize) -> usize {
        if self.cells() <= room {
            return 1;
        }
        if line.len() <= BROKEN_AT_TOKENS {
            return ends_at_tokens(line, room).count().max(1);
        }
        self.cells().div_ceil(self.step(line, room)).max(1)
    }

    /// Bytes of the `n`th of these rows. No character stands in two rows or in none.
    #[must_use]
    pub fn row(&self, line: &str, room: usize, n: usize) -> Range<usize> {
        if line.len() <= BROKEN_AT_TOKENS {
            let mut ends = ends_at_tokens(line, room);
            let start = n.checked_sub(1).map_or(Some(0), |before| ends.nth(before));
            let start = start.unwrap_or(line.len());
            return start..ends.next().unwrap_or(line.len());
        }
        let step = self.step(line, room);
        self.after(line, n.saturating_mul(step))..self.after(line, (n + 1).saturating_mul(step))
    }

    /// Bytes of what is seen through a window of so many cells that begins at a cell.
    #[must_use]
    pub fn window(&self, line: &str, from: usize, room: usize) -> Range<usize> {
        let start = self.after(line, from);
        // What is cut in two at the start is shown whole, so a window over wide characters is a cell narrower.
        start..self.after(line, from + self.step(line, room)).max(start)
    }

    /// A wide character may reach over the edge: lines that have some are broken a cell earlier.
    fn step(&self, line: &str, room: usize) -> usize {
        if self.is_ascii(line) {
            room.max(1)
        } else {
            room.saturating_sub(1).max(1)
        }
    }

    /// Where the first character stands that ends beyond a cell.
    fn after(&self, line: &str, cell: usize) -> usize {
        if cell >= self.cells() {
            return line.len();
        }
        if self.is_ascii(line) {
            return cell.min(line.len());
        }
        let known = self.marks.partition_point(|(c, _)| *c as usize <= cell);
        let (mut cells, from) = known
            .checked_sub(1)
            .and_then(|n| self.marks.get(n))
            .map_or((0, 0), |(c, b)| (*c as usize, *b as usize));
        for (at, character) in line.get(from..).unwrap_or("").grapheme_indices(true) {
            cells += width(character);
            if cells > cell {
                return from + at;
            }
        }
        line.len()
    }
}

/// Where the rows of a line end that is broken at so many cells: no name and no number is cut in two, unless it alone takes more than
/// half of a row.
fn ends_at_tokens(line: &str, room: usize) -> impl Iterator<Item = usize> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = line.get(start..).filter(|rest| !rest.is_empty())?;
        let (mut cells, mut end) = (0, rest.len());
        for (at, character) in rest.grapheme_indices(true) {
            cells += width(character);
            // At least one character stands in each row, however narrow.
            if cells > room && at > 0 {
                end = at;
                break;
            }
        }
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let inside =
            |at: usize| word(rest[..at].chars().next_back()) && word(rest[at..].chars().next());
        if end < rest.len() && inside(end) {
            let token = rest[..end].rfind(|c| !word(Some(c)));
            let before = token.and_then(|at| Some(at + rest[at..].chars().next()?.len_utf8()));
            end = before.filter(|at| *at > end / 2).unwrap_or(end);
        }
        start += end;
        Some(start)
    })
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Lines with their rulers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HighlightedText {
    lines: Vec<Painted>,
    rulers: Vec<Ruler>,
}

impl HighlightedText {
    /// Measures lines.
    #[must_use]
    pub fn new(lines: Vec<Painted>) -> Self {
        let rulers = lines.iter().map(|l| Ruler::of(&l.text)).collect();
        Self { lines, rulers }
    }

    /// A text without colours.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self::new(plain(text))
    }

    /// A line and its ruler; an empty line beyond the end.
    #[must_use]
    pub fn line(&self, n: usize) -> Option<(&Painted, &Ruler)> {
        Some((self.lines.get(n)?, self.rulers.get(n)?))
    }

    /// Rows of a line broken at so many cells; one beyond the end.
    #[must_use]
    pub fn rows(&self, n: usize, room: usize) -> usize {
        self.line(n).map_or(1, |(l, r)| r.rows(&l.text, room))
    }

    /// Bytes it takes, roughly: what a cache counts.
    #[must_use]
    pub fn weight(&self) -> usize {
        let line = |l: &Painted| 96 + l.text.len() + l.parts.len() * 16;
        self.lines.iter().map(line).sum()
    }
}

impl Deref for HighlightedText {
    type Target = [Painted];

    fn deref(&self) -> &[Painted] {
        &self.lines
    }
}

/// Where each of many things begins when they stand one under the other and take several rows each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stack {
    /// First row of each; ends with the number of rows in all.
    tops: Vec<u32>,
}

impl Stack {
    /// Stacks things of these heights.
    #[must_use]
    pub fn of(heights: impl IntoIterator<Item = usize>) -> Self {
        let mut tops = vec![0u32];
        let mut at = 0u32;
        for height in heights {
            at = at.saturating_add(small(height));
            tops.push(at);
        }
        Self { tops }
    }

    /// Rows in all.
    #[must_use]
    pub fn total(&self) -> usize {
        self.tops.last().map_or(0, |t| *t as usize)
    }

    /// First row of a thing; the end for one beyond the last.
    #[must_use]
    pub fn top(&self, n: usize) -> usize {
        self.tops.get(n).map_or(self.total(), |t| *t as usize)
    }

    /// Which thing a row belongs to, and the how manieth of its rows it is.
    #[must_use]
    pub fn at(&self, row: usize) -> Option<(usize, usize)> {
        if row >= self.total() {
            return None;
        }
        let n = self.tops.partition_point(|t| *t as usize <= row) - 1;
        Some((n, row - self.top(n)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn every_character_stands_in_exactly_one_row_that_fits() {
        let long = "日本x語".repeat(700);
        for line in [
            "",
            "plain ascii text",
            "日本語日本語",
            "e\u{301}e\u{301}",
            "a日",
            &long,
        ] {
            let ruler = Ruler::of(line);
            assert_eq!(ruler.cells(), width(line));
            for room in [2, 3, 7, 80] {
                let rows: Vec<Range<usize>> = (0..ruler.rows(line, room))
                    .map(|n| ruler.row(line, room, n))
                    .collect();
                let joined: String = rows.iter().map(|r| &line[r.clone()]).collect();
                assert_eq!(joined, line, "{room}");
                for row in rows {
                    assert!(width(&line[row.clone()]) <= room, "{:?}", &line[row]);
                }
            }
        }
    }

    #[test]
    fn no_name_is_cut_in_two_where_it_fits() {
        let broken = |line: &str, room| -> Vec<String> {
            let ruler = Ruler::of(line);
            (0..ruler.rows(line, room))
                .map(|n| line[ruler.row(line, room, n)].to_owned())
                .collect()
        };
        let line = "    for j in range(i + 1, len(values)):";
        assert_eq!(
            broken(line, 32),
            ["    for j in range(i + 1, len(", "values)):"]
        );
        assert_eq!(broken(line, 38), [&line[..38], ":"]);
        assert_eq!(
            broken("total = größenordnung + 1", 12),
            ["total = ", "größenordnun", "g + 1"]
        );
        assert_eq!(
            broken("a_name_that_is_longer", 8),
            ["a_name_t", "hat_is_l", "onger"]
        );
    }

    #[test]
    fn a_window_shows_what_is_behind_the_shift() {
        let line = "0123456789";
        let ruler = Ruler::of(line);
        assert_eq!(&line[ruler.window(line, 4, 3)], "456");
        assert_eq!(&line[ruler.window(line, 99, 3)], "");
        let wide = "日本語";
        let ruler = Ruler::of(wide);
        assert_eq!(&wide[ruler.window(wide, 2, 3)], "本");
        assert!(width(&wide[ruler.window(wide, 1, 3)]) <= 3);
    }

    #[test]
    fn rows_of_a_stack_belong_to_what_stands_there() {
        let stack = Stack::of([1, 3, 0, 2]);
        assert_eq!(stack.total(), 6);
        let all: Vec<_> = (0..7).map(|r| stack.at(r)).collect();
        assert_eq!(
            all,
            [
                Some((0, 0)),
                Some((1, 0)),
                Some((1, 1)),
                Some((1, 2)),
                Some((3, 0)),
                Some((3, 1)),
                None
            ]
        );
        assert_eq!((stack.top(3), stack.top(9)), (4, 6));
        assert_eq!(Stack::default().at(0), None);
    }
}

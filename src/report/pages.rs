//! Long texts on a page of limited size: rows of markup, as many as there is room for, and a word on the rest.

use super::markup::Markup;
use crate::base::words::count;

/// A row longer than this (characters) is cut, and says so.
const LONGEST_ROW: usize = 4_000;

/// A text in rows, ready for the page. A row holds its own end of line, so that rows can simply follow each other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows(Vec<Markup>);

impl Rows {
    /// A plain text.
    pub(crate) fn of_text(text: &str) -> Self {
        let row = |line: &str| {
            let mut row = Markup::default();
            row.text(&short(line)).raw("\n");
            row
        };
        Self(text.lines().map(row).collect())
    }

    /// Rows that were made elsewhere.
    pub(crate) fn new(rows: Vec<Markup>) -> Self {
        Self(rows)
    }

    /// Whether there is nothing to show.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes that all of it takes.
    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(Markup::len).sum()
    }

    /// As many rows as fit into so many bytes, and what to know of the others.
    pub(crate) fn within(&self, bytes: usize) -> (Markup, Option<String>) {
        let mut out = Markup::default();
        for (n, row) in self.0.iter().enumerate() {
            if out.len() + row.len() > bytes {
                let rest = count(self.0.len() - n, "more line");
                return (out, Some(rest));
            }
            out.piece(row);
        }
        (out, None)
    }
}

/// A line of a length that a page can bear.
pub(crate) fn short(line: &str) -> std::borrow::Cow<'_, str> {
    match line.char_indices().nth(LONGEST_ROW) {
        None => line.into(),
        Some((end, _)) => {
            let rest = line[end..].chars().count();
            format!("{} … {}", &line[..end], count(rest, "more character")).into()
        }
    }
}

/// How many bytes each of several texts may take so that all of them fit into a room: short ones all that they need, long ones
/// an equal share of what is left.
pub(crate) fn equal_shares(lengths: &[usize], room: usize) -> usize {
    let mut sorted = lengths.to_vec();
    sorted.sort_unstable();
    let (mut left, mut texts) = (room, sorted.len());
    for length in sorted {
        let share = left / texts;
        if length > share {
            return share;
        }
        left -= length;
        texts -= 1;
    }
    usize::MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_are_whole_and_long_ones_share_what_is_left() {
        assert_eq!(equal_shares(&[], 10), usize::MAX);
        assert_eq!(equal_shares(&[3, 4], 7), usize::MAX);
        assert_eq!(equal_shares(&[1, 100, 100], 21), 10);
        assert_eq!(equal_shares(&[5, 5], 0), 0);
        for room in [0, 10, 1_000] {
            let lengths = [7, 0, 900, 33, 500];
            let share = equal_shares(&lengths, room);
            assert!(lengths.iter().map(|l| l.min(&share)).sum::<usize>() <= room.max(1_440));
        }
    }

    #[test]
    fn what_is_left_out_is_said_and_no_row_is_torn() {
        let rows = Rows::of_text("one\n<two>\nthree");
        assert_eq!(rows.len(), "one\n&lt;two&gt;\nthree\n".len());
        let (shown, rest) = rows.within(10);
        assert_eq!(
            (shown.as_str(), rest.as_deref()),
            ("one\n", Some("2 more lines"))
        );
        assert_eq!(rows.within(rows.len()).1, None);
        assert!(short(&"é".repeat(5_000)).ends_with("é … 1000 more characters"));
    }
}

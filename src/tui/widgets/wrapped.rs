//! Lines of several colours broken to fit, where there are rows to spare for it.

use ratatui::text::{Line, Span};

use crate::tui::core::text::{take, width};
use crate::tui::widgets::line_width;

/// Cells that what goes on is moved in by.
const INDENT: usize = 4;

/// Breaks lines that are too long, the first ones first, as long as there are so many rows; the others stay as they are, to
/// be cut at the edge.
#[must_use]
pub(crate) fn within<'a>(lines: Vec<Line<'a>>, room: usize, rows: usize) -> Vec<Line<'a>> {
    let mut spare = rows.saturating_sub(lines.len());
    let mut all = Vec::with_capacity(rows);
    for line in lines {
        if spare == 0 || room <= INDENT * 2 || line_width(&line) <= room {
            all.push(line);
            continue;
        }
        let pieces = broken(&line, room, spare + 1);
        spare -= (pieces.len() - 1).min(spare);
        all.extend(pieces);
    }
    all
}

/// A line in so many rows at most; the last one holds all that is left, whether it fits or not.
fn broken<'a>(line: &Line<'a>, room: usize, most: usize) -> Vec<Line<'a>> {
    let mut rows: Vec<Vec<Span<'a>>> = vec![Vec::new()];
    let mut used = 0;
    for span in &line.spans {
        let mut rest: &str = &span.content;
        while !rest.is_empty() {
            let end = rest.find(' ').map_or(rest.len(), |at| at + 1);
            let (word, tail) = rest.split_at(end);
            rest = tail;
            let last = rows.len() == most;
            let fits = used + width(word.trim_end()) <= room;
            let empty = rows.len() > 1 && used == INDENT;
            if !fits && !last && used > 0 && !empty {
                rows.push(vec![Span::raw(" ".repeat(INDENT))]);
                used = INDENT;
            }
            let mut word = word;
            // A word that no row holds is broken anywhere.
            while used + width(word.trim_end()) > room && rows.len() < most {
                let (head, left) = take(word, room.saturating_sub(used));
                if head.is_empty() {
                    break;
                }
                add(&mut rows, Span::styled(head.to_owned(), span.style));
                rows.push(vec![Span::raw(" ".repeat(INDENT))]);
                used = INDENT;
                word = left;
            }
            used += width(word);
            add(&mut rows, Span::styled(word.to_owned(), span.style));
        }
    }
    rows.into_iter()
        .map(|spans| Line::from(spans).style(line.style))
        .collect()
}

fn add<'a>(rows: &mut [Vec<Span<'a>>], span: Span<'a>) {
    if let Some(row) = rows.last_mut() {
        row.push(span);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn texts(lines: &[Line<'_>]) -> Vec<String> {
        let text = |l: &Line<'_>| l.spans.iter().map(|s| s.content.as_ref()).collect();
        lines.iter().map(text).collect()
    }

    #[test]
    fn lines_are_broken_while_there_are_rows_to_spare_and_no_word_is_lost() {
        let line = || Line::from(vec![Span::raw("one two "), Span::raw("three four five")]);
        let twice = texts(&within(vec![line(), line()], 12, 4));
        let whole = "one two three four five";
        assert_eq!(twice, ["one two ", "    three ", "    four five", whole]);
        assert_eq!(
            texts(&within(vec![line()], 12, 9)),
            ["one two ", "    three ", "    four ", "    five"]
        );
        assert_eq!(within(vec![line()], 12, 1).len(), 1);
        assert_eq!(within(vec![line()], 80, 9).len(), 1);
        let long = Line::from("x".repeat(30));
        let rows = within(vec![long], 12, 9);
        assert!(rows.iter().all(|r| line_width(r) <= 12), "{rows:?}");
        assert_eq!(texts(&rows).concat().replace(' ', ""), "x".repeat(30));
    }
}

//! Typing one text: the keys of readline, in every box that is not the code editor.

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Position, Rect};
use tui_textarea::{CursorMove, TextArea};

use crate::tui::core::action::TypingKeys;
use crate::tui::core::key::{Key, key};
use crate::tui::core::text::width;

/// Its keys, for the help.
#[rustfmt::skip]
pub(crate) const TYPING: TypingKeys = (
    "While typing anywhere",
    &[
        ("ctrl-a  ctrl-e", "To the start, to the end of the line"),
        ("alt-b  alt-f", "A word back, a word on"),
        ("ctrl-w  alt-backspace", "Delete the word before"),
        ("ctrl-u  ctrl-k", "Delete to the start, to the end of the line"),
        ("ctrl-y", "Put back what was deleted last"),
        ("ctrl-_", "Undo"),
    ],
);

/// What a key does to a text. The code editor has keys of its own: there `ctrl-u` undoes.
pub(crate) fn type_into(area: &mut TextArea<'static>, key: Key) {
    match key {
        key!(ctrl - 'u') => drop(area.delete_line_by_head()),
        key!(ctrl - 'k') => drop(area.delete_line_by_end()),
        key!(ctrl - 'w') | key!(alt - backspace) | key!(ctrl - backspace) => {
            area.delete_word();
        }
        key!(alt - 'd') => drop(area.delete_next_word()),
        key!(ctrl - 'y') => drop(area.paste()),
        // A terminal sends ctrl-_ and ctrl-/ as one byte, which is read as ctrl-7.
        key!(ctrl - '7') | key!(ctrl - '_') | key!(ctrl - '/') => drop(area.undo()),
        key!(ctrl - 'a') | key!(home) => area.move_cursor(CursorMove::Head),
        key!(ctrl - 'e') | key!(end) => area.move_cursor(CursorMove::End),
        key!(alt - 'b') | key!(ctrl - left) | key!(alt - left) => {
            area.move_cursor(CursorMove::WordBack);
        }
        key!(alt - 'f') | key!(ctrl - right) | key!(alt - right) => {
            area.move_cursor(CursorMove::WordForward);
        }
        key!(enter) | key!(tab) | key!(backtab) | key!(ctrl - 'j') | key!(ctrl - 'm') => {}
        _ => drop(area.input(KeyEvent::from(key))),
    }
}

/// Puts the cursor of a text where a click is. The text was drawn from its start, moved only as far as its cursor needed
/// to be seen.
pub(crate) fn place_cursor(text: &mut TextArea<'static>, area: Rect, click: Position) {
    let (row, column) = (text.cursor().0, text.cursor().1);
    let (wide, high) = (usize::from(area.width), usize::from(area.height));
    let top = (row + 1).saturating_sub(high);
    let left = (column + 1).saturating_sub(wide);
    let row = (top + usize::from(click.y.saturating_sub(area.y))).min(text.lines().len() - 1);
    let cells = usize::from(click.x.saturating_sub(area.x));
    let mut used = 0;
    let column = left
        + text.lines().get(row).map_or(0, |line| {
            line.chars()
                .skip(left)
                .take_while(|c| {
                    used += width(c.encode_utf8(&mut [0; 4]));
                    used <= cells
                })
                .count()
        });
    let at = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    text.move_cursor(CursorMove::Jump(at(row), at(column)));
}

/// A plain text box without line underlining.
#[must_use]
pub(crate) fn text_area(text: &str) -> TextArea<'static> {
    let mut area = TextArea::new(text.lines().map(str::to_owned).collect());
    area.set_cursor_line_style(ratatui::style::Style::new());
    area
}

/// A box of one line with this text, the cursor at its end.
#[must_use]
pub(crate) fn line(text: &str) -> TextArea<'static> {
    let mut area = text_area(text);
    area.move_cursor(CursorMove::Bottom);
    area.move_cursor(CursorMove::End);
    area
}

/// The text of a box of one line.
#[must_use]
pub(crate) fn typed(area: &TextArea<'_>) -> String {
    area.lines().join(" ").trim().to_owned()
}

/// Going through earlier hints with the arrow keys, as a shell does: what was being typed comes back at the end.
#[derive(Debug, Default)]
pub struct History {
    /// Which of the hints is shown, counted from the newest; none is what is being typed.
    at: Option<usize>,
    /// What was being typed before the first look back.
    draft: String,
}

impl History {
    /// The hint before the one that is shown, if there is one; `now` is what stands in the box.
    pub fn older<'h>(&mut self, hints: &'h [String], now: &str) -> Option<&'h str> {
        let next = self.at.map_or(0, |n| n + 1);
        let hint = hints.iter().rev().nth(next)?;
        if self.at.is_none() {
            now.clone_into(&mut self.draft);
        }
        self.at = Some(next);
        Some(hint)
    }

    /// The hint after it; at last what was being typed.
    pub fn newer(&mut self, hints: &[String]) -> Option<String> {
        match self.at? {
            0 => {
                self.at = None;
                Some(std::mem::take(&mut self.draft))
            }
            n => {
                self.at = Some(n - 1);
                hints.iter().rev().nth(n - 1).cloned()
            }
        }
    }

    /// Forgets where it was: something was typed or sent.
    pub fn leave(&mut self) {
        self.at = None;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use ratatui::crossterm::event::{KeyCode, KeyModifiers};

    #[test]
    fn the_keys_of_readline_do_what_fingers_expect() {
        let press = |area: &mut TextArea<'static>, c: char, modifiers| {
            type_into(area, KeyEvent::new(KeyCode::Char(c), modifiers).into());
        };
        let mut area = line("keep the signature");
        press(&mut area, 'w', KeyModifiers::CONTROL);
        assert_eq!(typed(&area), "keep the");
        press(&mut area, 'y', KeyModifiers::CONTROL);
        assert_eq!(typed(&area), "keep the signature");
        press(&mut area, 'u', KeyModifiers::CONTROL);
        assert_eq!(typed(&area), "", "ctrl-u clears, it does not undo");
        press(&mut area, '7', KeyModifiers::CONTROL);
        assert_eq!(typed(&area), "keep the signature");
        press(&mut area, 'a', KeyModifiers::CONTROL);
        press(&mut area, 'k', KeyModifiers::CONTROL);
        assert_eq!(typed(&area), "");
    }

    #[test]
    fn history_goes_back_and_returns_to_what_was_being_typed() {
        let hints = ["one".to_owned(), "two".to_owned()];
        let mut history = History::default();
        assert_eq!(history.newer(&hints), None);
        assert_eq!(history.older(&hints, "draft"), Some("two"));
        assert_eq!(history.older(&hints, "two"), Some("one"));
        assert_eq!(history.older(&hints, "one"), None);
        assert_eq!(history.newer(&hints).as_deref(), Some("two"));
        assert_eq!(history.newer(&hints).as_deref(), Some("draft"));
        assert_eq!(history.newer(&hints), None);
    }
}

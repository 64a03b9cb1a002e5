//! Typing one text: the keys of readline, in every box that is not the code editor.

use ratatui::crossterm::event::KeyEvent;
use tui_textarea::{CursorMove, TextArea};

use crate::tui::app::text_area;
use crate::tui::keys::name_of;

/// What a key does to a text. The code editor has keys of its own: there `ctrl-u` undoes.
pub fn type_into(area: &mut TextArea<'static>, key: &KeyEvent) {
    match name_of(key).as_str() {
        "ctrl-u" => drop(area.delete_line_by_head()),
        "ctrl-k" => drop(area.delete_line_by_end()),
        "ctrl-w" | "alt-backspace" | "ctrl-backspace" => drop(area.delete_word()),
        "alt-d" => drop(area.delete_next_word()),
        "ctrl-y" => drop(area.paste()),
        // A terminal sends ctrl-_ and ctrl-/ as one byte, which is read as ctrl-7.
        "ctrl-7" | "ctrl-_" | "ctrl-/" => drop(area.undo()),
        "ctrl-a" | "home" => area.move_cursor(CursorMove::Head),
        "ctrl-e" | "end" => area.move_cursor(CursorMove::End),
        "alt-b" | "ctrl-left" | "alt-left" => area.move_cursor(CursorMove::WordBack),
        "alt-f" | "ctrl-right" | "alt-right" => area.move_cursor(CursorMove::WordForward),
        "enter" | "tab" | "backtab" | "ctrl-j" | "ctrl-m" => {}
        _ => drop(area.input(*key)),
    }
}

/// A box of one line with this text, the cursor at its end.
#[must_use]
pub fn line(text: &str) -> TextArea<'static> {
    let mut area = text_area(text);
    area.move_cursor(CursorMove::Bottom);
    area.move_cursor(CursorMove::End);
    area
}

/// The text of a box of one line.
#[must_use]
pub fn typed(area: &TextArea<'_>) -> String {
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
            type_into(area, &KeyEvent::new(KeyCode::Char(c), modifiers));
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

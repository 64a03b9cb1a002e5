//! The editor for a version by hand: its text, and the colours of its lines, which are worked out beside the screen.
//!
//! Nobody waits for colours while typing: until those of the newest text are there, every line that the last coloured
//! text has too keeps its colours.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use tui_textarea::TextArea;

use crate::engine::Command;
use crate::session::Session;
use crate::session::event::VersionId;
use crate::tui::component::{Context, Dialog, Outcome, View};
use crate::tui::core::action::TypingKeys;
use crate::tui::core::highlight::Painted;
use crate::tui::core::highlighted::HighlightedText;
use crate::tui::core::hint::{Hint, Hints};
use crate::tui::core::key::{Key, key};
use crate::tui::core::text::width;
use crate::tui::core::typing::text_area;
use crate::tui::core::workers::{Done, Job};
use crate::tui::state::decisions::busy;
use crate::tui::state::effect::Effect;
use crate::tui::state::hits::HitMap;
use crate::tui::widgets::editor;
use crate::tui::widgets::sheet::question;

/// Its keys, for the help.
#[rustfmt::skip]
pub(crate) const TYPING: TypingKeys = (
    "In the editor",
    &[
        ("ctrl-s", "Measure the text as a version of yours"),
        ("ctrl-u  ctrl-r", "Undo, redo"),
        ("esc", "Leave; a changed text is asked about"),
    ],
);

/// The editor with a version's text in it.
pub(crate) struct Edit {
    /// What is edited.
    parent: VersionId,
    area: TextArea<'static>,
    /// Whether it is asked whether what was changed is thrown away.
    pub leaving: bool,
    /// Goes up with every key that changed the text.
    revision: u64,
    /// The revision whose colours were asked for.
    asked: Option<u64>,
    sheet: Option<Arc<HighlightedText>>,
}

impl Edit {
    /// Opens a text.
    fn new(parent: VersionId, text: &str) -> Self {
        Self {
            parent,
            area: text_area(text),
            leaving: false,
            revision: 0,
            asked: None,
            sheet: None,
        }
    }

    fn text(&self) -> String {
        self.area.lines().join("\n") + "\n"
    }

    fn is_changed(&self, session: &Session) -> bool {
        let text = session.version(self.parent).map_or("", |v| &v.source.text);
        !text
            .lines()
            .eq(self.area.lines().iter().map(String::as_str))
    }

    /// Takes in text at the cursor.
    fn insert(&mut self, text: &str) {
        self.area.insert_str(text);
        self.revision += 1;
    }

    /// The job that colours the text, unless it was asked for already.
    fn job(&mut self, language: &str) -> Option<Job> {
        if self.asked == Some(self.revision) {
            return None;
        }
        self.asked = Some(self.revision);
        let tab = self.area.tab_length();
        let lines: Vec<String> = (self.area.lines().iter())
            .map(|l| expanded(l, tab))
            .collect();
        Some(Job::PaintEdited {
            text: lines.join("\n").into(),
            language: language.to_owned(),
        })
    }

    /// Takes in colours; those of an older text do until newer ones come.
    fn paint(&mut self, sheet: Arc<HighlightedText>) {
        self.sheet = Some(sheet);
    }

    /// The colours of a line, if the last coloured text has it at that place, counted from its start or from its end.
    fn painted(&self, line: usize) -> Option<&Painted> {
        let sheet = self.sheet.as_deref()?;
        let text = expanded(self.area.lines().get(line)?, self.area.tab_length());
        let from_the_end = self.area.lines().len() - line;
        [Some(line), sheet.len().checked_sub(from_the_end)]
            .into_iter()
            .flatten()
            .filter_map(|n| sheet.get(n))
            .find(|painted| painted.text == text)
    }

    /// Gives the lines that are seen their colours.
    fn colour(&self, cx: View<'_>, inner: Rect, buffer: &mut Buffer) {
        let numbers = self.area.line_number_width();
        let (top, left) = self.area.scroll_offset();
        for row in 0..inner.height {
            let Some(painted) = self.painted(usize::from(top) + usize::from(row)) else {
                continue;
            };
            let mut cell = 0_u16;
            for (piece, role) in painted.pieces() {
                let end = cell.saturating_add(u16::try_from(width(piece)).unwrap_or(u16::MAX));
                let (from, to) = (cell.max(left) - left, end.max(left) - left);
                cell = end;
                let place = Rect {
                    x: inner.x.saturating_add(numbers).saturating_add(from),
                    y: inner.y + row,
                    width: to - from,
                    height: 1,
                };
                if let Some(colour) = cx.theme.fg(role).fg {
                    let place = place.intersection(inner);
                    buffer.set_style(place, Style::new().fg(colour));
                }
            }
        }
    }
}

/// Opens the selected version.
pub(crate) fn open(cx: &mut Context<'_>) -> Outcome {
    let selected = cx.state.version(cx.session);
    match selected.and_then(|v| cx.session.version(v)) {
        Some(version) => Outcome::open(Edit::new(version.id, &version.source.text)),
        None => Outcome::close(),
    }
}

impl Dialog for Edit {
    fn hints(&self, _: View<'_>) -> Hints {
        editor::hints(self.leaving, "measure it")
    }

    fn on_key(&mut self, key: Key, cx: &mut Context<'_>) -> Outcome {
        match (self.leaving, key) {
            (_, key!(ctrl - 's')) | (true, key!('s')) => {
                return measure(cx, self.parent, self.text());
            }
            (true, key!('y') | key!(enter)) => {
                cx.state.say("the edit was thrown away", false);
                return Outcome::close();
            }
            (true, _) => self.leaving = false,
            (false, key!(esc) | key!(ctrl - 'c')) if self.is_changed(cx.session) => {
                self.leaving = true;
            }
            (false, key!(esc) | key!(ctrl - 'c')) => return Outcome::close(),
            (false, key!(enter)) => {
                let (row, column) = (self.area.cursor().0, self.area.cursor().1);
                let before = self.area.lines()[row].chars().take(column);
                let indent: String = before.take_while(|c| c.is_whitespace()).collect();
                self.area.insert_newline();
                self.area.insert_str(indent);
                self.revision += 1;
            }
            (false, _) => {
                if self.area.input(KeyEvent::from(key)) {
                    self.revision += 1;
                }
            }
        }
        Outcome::stay()
    }

    fn on_paste(&mut self, text: &str, _: &mut Context<'_>) {
        self.insert(text);
    }

    fn on_field(&mut self, _: usize, area: Rect, click: Position) {
        editor::click(&mut self.area, area, click);
    }

    fn on_wheel(&mut self, rows: isize, _: &mut Context<'_>) -> Outcome {
        editor::move_by(&mut self.area, rows);
        Outcome::stay()
    }

    fn closes_at_a_click_beside(&self) -> bool {
        false
    }

    fn on_done(&mut self, done: Done, _: &mut Context<'_>) -> Outcome {
        if let Done::Edited(sheet) = done {
            self.paint(sheet);
        }
        Outcome::stay()
    }

    fn prepare(&mut self, cx: &mut Context<'_>, ask: &mut dyn FnMut(Job)) {
        editor::dress(&mut self.area, &cx.state.prefs.theme);
        let language = cx.session.task.as_ref().map(|t| t.language.as_str());
        if let Some(job) = language.and_then(|l| self.job(l)) {
            ask(job);
        }
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        let title = format!("your edit of {}", self.parent);
        let inner = editor::draw(cx, area, &title, &self.area, buffer, hits);
        self.colour(cx, inner, buffer);
        if self.leaving {
            let answers = [
                Hint::new(key!('y'), "throw away"),
                Hint::new(key!('s'), "measure it"),
                Hint::any_other("go on editing"),
            ];
            question(cx, area, "Throw your edit away?", &answers, buffer, hits);
        }
    }
}

/// A line with its tabs as the blanks that the editor draws for them.
fn expanded(line: &str, tab: u8) -> String {
    if !line.contains('\t') || tab == 0 {
        return line.to_owned();
    }
    let (mut all, mut cells) = (String::with_capacity(line.len() + 16), 0);
    for c in line.chars() {
        if c == '\t' {
            let blanks = usize::from(tab) - cells % usize::from(tab);
            all.extend(std::iter::repeat_n(' ', blanks));
            cells += blanks;
        } else {
            all.push(c);
            cells += width(c.encode_utf8(&mut [0; 4]));
        }
    }
    all
}

/// When an edit that was handed to the loop is measured.
pub(crate) fn queued(session: &Session, parent: VersionId) -> String {
    match busy(session) {
        true => format!("your edit of {parent} is measured when the round that is on is done"),
        false => format!("your edit of {parent} is measured now"),
    }
}

/// Hands a text to the loop, as a version by hand, unless it is the text that it was made from.
fn measure(cx: &mut Context<'_>, parent: VersionId, text: String) -> Outcome {
    let version = cx.session.version(parent);
    if version
        .is_some_and(|v| v.evaluation.is_some() && v.source.text.trim_end() == text.trim_end())
    {
        let words = "nothing was changed, so there is nothing to measure";
        cx.state.say(words, false);
        return Outcome::close();
    }
    cx.state.nav.selected = None;
    cx.state.nav.tab = None;
    let words = queued(cx.session, parent);
    cx.state.say(words, false);
    cx.state.edit_handed_over(cx.session);
    Outcome::close().and(Effect::Send(Command::HandEdit { parent, text }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use ratatui::crossterm::event::{KeyCode, KeyModifiers};

    use super::*;

    #[test]
    fn colours_stay_with_the_lines_that_stay() {
        let mut editor = Edit::new(VersionId(1), "import a\nimport b\nx = 1\n");
        let Some(Job::PaintEdited { text, .. }) = editor.job("python") else {
            panic!("nothing was asked for");
        };
        assert!(editor.job("python").is_none(), "it is asked for once");
        editor.paint(Arc::new(HighlightedText::plain(&text)));
        assert_eq!(editor.painted(2).unwrap().text, "x = 1");
        // A new line in the middle: what stands above and below is coloured at once, the new one later.
        editor
            .area
            .input(KeyEvent::new(KeyCode::Down, KeyModifiers::NONE));
        editor.insert("new\n");
        let now: Vec<_> = (0..4)
            .map(|n| editor.painted(n).map(|p| p.text.as_str()))
            .collect();
        assert_eq!(
            now,
            [Some("import a"), None, Some("import b"), Some("x = 1")]
        );
        assert!(editor.job("python").is_some());
    }

    #[test]
    fn tabs_are_as_wide_as_they_are_drawn() {
        assert_eq!(expanded("\tx\ty", 4), "    x   y");
        assert_eq!(expanded("äö\t.", 4), "äö  .");
        assert_eq!(expanded("no tab", 4), "no tab");
    }
}

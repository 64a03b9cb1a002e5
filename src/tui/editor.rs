//! The editor for a version by hand: its text, and the colours of its lines, which are worked out beside the screen.
//!
//! Nobody waits for colours while typing: until those of the newest text are there, every line that the last coloured
//! text has too keeps its colours.

use std::sync::Arc;

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Position, Rect};
use tui_textarea::{CursorMove, TextArea};

use crate::engine::Command;
use crate::session::Session;
use crate::session::event::VersionId;
use crate::tui::act::Effect;
use crate::tui::app::{App, Overlay, text_area};
use crate::tui::desk::Job;
use crate::tui::highlight::Painted;
use crate::tui::keys::name_of;
use crate::tui::sheet::Sheet;

/// The editor with a version's text in it.
pub struct Editor {
    /// What is edited.
    pub parent: VersionId,
    /// The text.
    pub area: TextArea<'static>,
    /// Whether it is asked whether what was changed is thrown away.
    pub leaving: bool,
    /// Goes up with every key that changed the text.
    revision: u64,
    /// The revision whose colours were asked for.
    asked: Option<u64>,
    sheet: Option<Arc<Sheet>>,
}

impl Editor {
    /// Opens a text.
    #[must_use]
    pub fn new(parent: VersionId, text: &str) -> Self {
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
    pub fn insert(&mut self, text: &str) {
        self.area.insert_str(text);
        self.revision += 1;
    }

    /// The job that colours the text, unless it was asked for already.
    pub fn job(&mut self, language: &str) -> Option<Job> {
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
    pub fn paint(&mut self, sheet: Arc<Sheet>) {
        self.sheet = Some(sheet);
    }

    /// The colours of a line, if the last coloured text has it at that place, counted from its start or from its end.
    #[must_use]
    pub fn painted(&self, line: usize) -> Option<&Painted> {
        let sheet = self.sheet.as_deref()?;
        let text = expanded(self.area.lines().get(line)?, self.area.tab_length());
        let from_the_end = self.area.lines().len() - line;
        [Some(line), sheet.len().checked_sub(from_the_end)]
            .into_iter()
            .flatten()
            .filter_map(|n| sheet.get(n))
            .find(|painted| painted.text == text)
    }
}

/// Puts the cursor of an editor where a click is; `place` is where its lines are drawn.
pub fn click(text: &mut TextArea<'static>, place: Rect, at: Position) {
    let (top, left) = text.scroll_offset();
    let row = usize::from(top) + usize::from(at.y.saturating_sub(place.y));
    let column = at.x.saturating_sub(place.x + text.line_number_width());
    let data = text.screen_to_data(row, usize::from(left) + usize::from(column));
    let clipped = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    text.move_cursor(CursorMove::Jump(clipped(data.0), clipped(data.1)));
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
            cells += crate::tui::text::width(c.encode_utf8(&mut [0; 4]));
        }
    }
    all
}

/// What a key does in the editor.
pub fn key(
    app: &mut App,
    session: &Session,
    key: KeyEvent,
    mut editor: Box<Editor>,
) -> Vec<Effect> {
    let name = name_of(&key);
    match (editor.leaving, name.as_str()) {
        (_, "ctrl-s") | (true, "s") => return measure(app, session, editor.parent, editor.text()),
        (true, "y" | "enter") => {
            app.say("the edit was thrown away", false);
            return Vec::new();
        }
        (true, _) => editor.leaving = false,
        (false, "esc" | "ctrl-c") if editor.is_changed(session) => editor.leaving = true,
        (false, "esc" | "ctrl-c") => return Vec::new(),
        (false, _) => {
            if editor.area.input(key) {
                editor.revision += 1;
            }
        }
    }
    app.overlay = Some(Overlay::Edit(editor));
    Vec::new()
}

/// Hands a text to the loop, as a version by hand, unless it is the text that it was made from.
pub fn measure(app: &mut App, session: &Session, parent: VersionId, text: String) -> Vec<Effect> {
    if session
        .version(parent)
        .is_some_and(|v| v.evaluation.is_some() && v.source.text.trim_end() == text.trim_end())
    {
        app.say("nothing was changed, so there is nothing to measure", false);
        return Vec::new();
    }
    app.selected = None;
    app.tab = None;
    app.say(format!("your edit of {parent} is measured next"), false);
    vec![Effect::Send(Command::HandEdit { parent, text })]
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use ratatui::crossterm::event::{KeyCode, KeyModifiers};

    use super::*;

    #[test]
    fn colours_stay_with_the_lines_that_stay() {
        let mut editor = Editor::new(VersionId(1), "import a\nimport b\nx = 1\n");
        let Some(Job::PaintEdited { text, .. }) = editor.job("python") else {
            panic!("nothing was asked for");
        };
        assert!(editor.job("python").is_none(), "it is asked for once");
        editor.paint(Arc::new(Sheet::plain(&text)));
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

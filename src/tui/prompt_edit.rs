//! The prompt of the next round: shown before it goes out, and edited in the built-in editor.

use std::sync::Arc;

use ratatui::crossterm::event::KeyEvent;
use tui_textarea::{TextArea, WrapMode};

use crate::engine::Command;
use crate::session::Session;
use crate::session::event::Stage;
use crate::tui::act::Effect;
use crate::tui::app::{App, Overlay, text_area};
use crate::tui::keys::{Action, name_of};

/// The editor with a prompt in it.
pub struct PromptEditor {
    /// The text.
    pub area: TextArea<'static>,
    /// The prompt as it would be sent without the developer's hand.
    written: Arc<str>,
    /// Whether it is asked whether what was changed is thrown away.
    pub leaving: bool,
    /// Whether it opened by itself, because it was asked for while something else was on.
    pub late: bool,
}

impl PromptEditor {
    fn is_changed(&self) -> bool {
        !(self.written.lines()).eq(self.area.lines().iter().map(String::as_str))
    }
}

/// Opens the editor, or asks the loop to wait with the next prompt until it was seen.
pub fn open(app: &mut App, session: &Session) -> Vec<Effect> {
    let waits = matches!(session.stage, Stage::Waiting) && !session.held;
    if let Some(prepared) = session.prepared.as_ref().filter(|_| waits) {
        edit(app, prepared.prompt.clone(), false);
        return Vec::new();
    }
    app.prompt_wanted = true;
    vec![Effect::Send(Command::Prepare)]
}

/// Opens the editor that was asked for as soon as the prompt is there and nothing else has the keyboard.
pub fn observe(app: &mut App, session: &Session) {
    if !app.prompt_wanted || app.overlay.is_some() || app.steering {
        return;
    }
    if let Some(prepared) = session.prepared.as_ref().filter(|p| p.asked) {
        app.prompt_wanted = false;
        edit(app, prepared.prompt.clone(), true);
    }
}

fn edit(app: &mut App, prompt: Arc<str>, late: bool) {
    let mut area = text_area(&prompt);
    // Prose has long lines; those of code in it are broken as well, rather than cut off at the edge.
    area.set_wrap_mode(WrapMode::WordOrGlyph);
    app.overlay = Some(Overlay::Prompt(Box::new(PromptEditor {
        area,
        written: prompt,
        leaving: false,
        late,
    })));
}

/// What a key does in the editor.
pub fn key(app: &mut App, key: KeyEvent, mut editor: Box<PromptEditor>) -> Vec<Effect> {
    let name = name_of(&key);
    match (editor.leaving, name.as_str()) {
        (_, "ctrl-s") | (true, "s") => return send(app, &editor),
        (true, "y" | "enter") => {
            left(app);
            return Vec::new();
        }
        (true, _) => editor.leaving = false,
        (false, "esc" | "ctrl-c") if editor.is_changed() => editor.leaving = true,
        (false, "esc" | "ctrl-c") => {
            left(app);
            return Vec::new();
        }
        (false, _) => drop(editor.area.input(key)),
    }
    app.overlay = Some(Overlay::Prompt(editor));
    Vec::new()
}

fn send(app: &mut App, editor: &PromptEditor) -> Vec<Effect> {
    let text = if editor.is_changed() {
        editor.area.lines().join("\n") + "\n"
    } else {
        editor.written.to_string()
    };
    app.tab = None;
    app.selected = None;
    vec![Effect::Send(Command::SendPrompt(text))]
}

fn left(app: &mut App) {
    let key = app.keys.shown(Action::NextRound);
    app.say(
        format!("the prompt stays as it was written; {key} starts the round"),
        false,
    );
}

impl App {
    /// The prompt that the prompt pane shows: that of the version that is looked at, or the one that would go out next.
    #[must_use]
    pub fn shown_prompt<'s>(&self, session: &'s Session) -> Option<ShownPrompt<'s>> {
        let waits = matches!(session.stage, Stage::Waiting | Stage::Finished);
        match &session.prepared {
            Some(next) if waits && self.selected.is_none() => Some(ShownPrompt {
                text: &next.prompt,
                round: None,
                edited: false,
            }),
            _ => self.round(session).map(|r| ShownPrompt {
                text: &r.prompt,
                round: Some(r.number),
                edited: r.edited,
            }),
        }
    }
}

/// A prompt that is shown.
#[derive(Clone, Copy, Debug)]
pub struct ShownPrompt<'s> {
    /// Its whole text.
    pub text: &'s Arc<str>,
    /// The round that it was sent in; none is the next one.
    pub round: Option<u32>,
    /// Whether the developer changed it by hand.
    pub edited: bool,
}

//! What is done to single cases: one is run once more, added by hand, or made the only one that is timed.

use ratatui::crossterm::event::KeyEvent;
use tui_textarea::TextArea;

use crate::engine::Command;
use crate::engine::side_requests::{NewCase, SideRequest};
use crate::session::Session;
use crate::session::event::{Stage, VersionId};
use crate::tui::act::Effect;
use crate::tui::app::{App, Overlay, Tab, text_area};
use crate::tui::explore::show;
use crate::tui::keys::{Action, name_of};
use crate::tui::view::cases::natural_case;

/// The boxes of the form: the input, the expected output, and whether the model is shown the case.
pub const BOXES: usize = 3;
/// Place of the last of them.
pub const SHOWN: usize = 2;

/// A case as it is typed.
#[derive(Clone, Debug)]
pub struct CaseForm {
    /// Standard input, then the expected output.
    pub texts: [TextArea<'static>; 2],
    /// Whether the model is never shown it.
    pub held_out: bool,
    /// The box that has the keyboard.
    pub at: usize,
    /// What is wrong with it.
    pub wrong: Option<&'static str>,
}

impl Default for CaseForm {
    fn default() -> Self {
        Self {
            texts: [text_area(""), text_area("")],
            held_out: false,
            at: 0,
            wrong: None,
        }
    }
}

impl CaseForm {
    /// Pasted text goes where the keyboard is.
    pub fn paste(&mut self, text: &str) {
        if let Some(area) = self.texts.get_mut(self.at) {
            area.insert_str(text);
            self.wrong = None;
        }
    }

    /// The case, its texts ending with a line break as those of files do.
    fn read(&self) -> NewCase {
        let [input, expected] = &self.texts;
        NewCase {
            input: whole(input),
            expected: Some(whole(expected)).filter(|t| !t.is_empty()),
            held_out: self.held_out,
        }
    }

    fn is_empty(&self) -> bool {
        self.texts.iter().all(|t| whole(t).is_empty())
    }
}

fn whole(area: &TextArea<'_>) -> String {
    let text = area.lines().join("\n");
    let text = text.trim_end_matches('\n');
    if text.is_empty() {
        String::new()
    } else {
        format!("{text}\n")
    }
}

/// What a key does in the form.
pub fn key(app: &mut App, key: &KeyEvent, mut form: Box<CaseForm>) -> Vec<Effect> {
    match name_of(key).as_str() {
        "esc" | "ctrl-c" => {
            form.wrong = None;
            app.panes.cases.draft = Some(form).filter(|f| !f.is_empty());
            return Vec::new();
        }
        "tab" => form.at = (form.at + 1) % BOXES,
        "backtab" => form.at = (form.at + BOXES - 1) % BOXES,
        "ctrl-s" => {
            let case = form.read();
            if case.input.is_empty() {
                form.at = 0;
                form.wrong = Some("a case needs an input");
            } else {
                app.panes.cases.draft = None;
                let words = match &case.expected {
                    Some(_) => "the case is added as soon as nothing is measured",
                    None => "the original is asked for the output as soon as nothing is measured",
                };
                app.say(words, false);
                return vec![Effect::Send(Command::SideRequest(SideRequest::Add(case)))];
            }
        }
        "space" | "enter" | "left" | "right" if form.at == SHOWN => form.held_out = !form.held_out,
        _ => {
            form.wrong = None;
            let at = form.at;
            if let Some(area) = form.texts.get_mut(at) {
                area.input(*key);
            }
        }
    }
    app.overlay = Some(Overlay::Case(form));
    Vec::new()
}

/// The version and the case that are marked.
fn marked(app: &App, session: &Session) -> Option<(VersionId, usize, String)> {
    let version = app.version(session)?;
    let at = app.case.unwrap_or_else(|| natural_case(session, app));
    let (name, _) = session.task.as_ref()?.cases.get(at)?;
    Some((version, at, name.clone()))
}

/// The case that is marked in the cases pane, if it was added by hand and can be taken back.
#[must_use]
pub fn withdrawable(app: &App, session: &Session) -> Option<String> {
    if app.pane(session) != Tab::Cases {
        return None;
    }
    let (_, _, case) = marked(app, session)?;
    session.added.iter().any(|c| c.name == case).then_some(case)
}

/// Takes the marked case back.
pub fn withdraw(app: &mut App, case: String) -> Vec<Effect> {
    app.say(
        format!("case {case} is taken back as soon as nothing is measured"),
        false,
    );
    app.case = None;
    vec![Effect::Send(Command::SideRequest(SideRequest::Withdraw(
        case,
    )))]
}

/// Does what a key of the cases says.
pub fn act(app: &mut App, session: &Session, action: Action) -> Vec<Effect> {
    let send = |aside| vec![Effect::Send(Command::SideRequest(aside))];
    if action == Action::AddCase {
        let form = app.panes.cases.draft.take().unwrap_or_default();
        app.overlay = Some(Overlay::Case(form));
        return Vec::new();
    }
    if action == Action::References {
        app.say(
            "the references are timed as soon as nothing else is measured",
            false,
        );
        return send(SideRequest::References);
    }
    // Which case is marked must be seen before anything is done to it.
    if app.pane(session) != Tab::Cases {
        show(app, Tab::Cases);
        let key = app.keys.shown(action);
        app.say(format!("choose a case, then press {key} again"), false);
        return Vec::new();
    }
    let Some((version, at, case)) = marked(app, session) else {
        app.say("there is no case yet", true);
        return Vec::new();
    };
    // What was meant stays in sight while the loop goes on.
    app.selected = Some(version);
    app.case = Some(at);
    app.tab = Some(Tab::Cases);
    match action {
        Action::RerunCase => {
            let busy = !matches!(session.stage, Stage::Waiting | Stage::Finished);
            let when = if busy {
                " as soon as nothing is measured"
            } else {
                ""
            };
            app.say(
                format!("case {case} runs once more on {version}{when}"),
                false,
            );
            send(SideRequest::Rerun { version, case })
        }
        _ if session.only.as_ref() == Some(&case) => {
            app.say(
                "the workload is timed again, from the next comparison on",
                false,
            );
            send(SideRequest::TimeOnly(None))
        }
        _ => {
            app.say(
                format!(
                    "only case {case} is timed from the next comparison on; all are still checked"
                ),
                false,
            );
            send(SideRequest::TimeOnly(Some(case)))
        }
    }
}

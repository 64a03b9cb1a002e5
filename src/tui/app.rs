//! The screen as a whole: its state and the dialog on top.

use jiff::Timestamp;

use crate::session::Session;
use crate::tui::component::{Context, Dialog, View};
use crate::tui::core::home::Home;
use crate::tui::core::theme::Theme;
use crate::tui::core::workers::Job;
use crate::tui::dialogs::prompt;
use crate::tui::panes::registry;
use crate::tui::state::State;

/// The state of the screen, and beside it the dialog on top: so a dialog can change the state without being part of it.
pub struct App {
    /// Everything but the dialog.
    pub state: State,
    /// What lies on top and has the keyboard.
    pub dialog: Option<Box<dyn Dialog>>,
}

impl App {
    /// A fresh screen; on the start screen if there is one.
    #[must_use]
    pub fn new(theme: Theme, home: Option<Home>, now: Timestamp) -> Self {
        Self {
            state: State::new(theme, home, now),
            dialog: None,
        }
    }

    /// The dialog on top, if it is one of this type.
    #[cfg(test)]
    #[must_use]
    pub fn dialog_as<D: Dialog>(&self) -> Option<&D> {
        let dialog: &dyn std::any::Any = self.dialog.as_deref()?;
        dialog.downcast_ref()
    }

    /// What drawing is done from.
    #[must_use]
    pub fn view<'a>(&'a self, session: &'a Session) -> View<'a> {
        View::new(session, &self.state, self.dialog.as_deref())
    }

    /// Whether a dialog lies on top and has the keyboard.
    #[must_use]
    pub fn covered(&self) -> bool {
        self.dialog.is_some()
    }

    /// Opens the workbench on another session: nothing of the last one stays.
    pub fn open_work(&mut self) {
        self.dialog = None;
        self.state.forget_session();
    }

    /// Notices what is new in the session.
    pub fn observe(&mut self, session: &Session) {
        self.state.observe(session);
        if !self.covered()
            && !self.state.hint_box.active
            && let Some(prompt) = prompt::late(&mut self.state, session)
        {
            self.dialog = Some(Box::new(prompt));
        }
        if let Some(dialog) = &mut self.dialog {
            let state = &mut self.state;
            dialog.on_session(&mut Context { state, session });
        }
    }

    /// Works out what the next drawing needs, or asks the workers for it. Call before drawing.
    pub fn prepare(&mut self, session: &Session, ask: &mut dyn FnMut(Job)) {
        self.state.prepare(session, ask);
        if self.state.at_work && session.task.is_some() {
            let area = self.state.layout().main_inner();
            let pane = registry::pane(self.state.pane(session));
            let state = &mut self.state;
            pane.prepare(&mut Context { state, session }, area);
        }
        if let Some(dialog) = &mut self.dialog {
            let state = &mut self.state;
            dialog.prepare(&mut Context { state, session }, ask);
        }
    }
}

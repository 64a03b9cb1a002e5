//! What the screen is made of: dialogs and panes behind two traits, and what they are given to draw and to act.
//!
//! A dialog lies on top and has the keyboard. It is one value in one file of [`crate::tui::dialogs`]; nothing else knows
//! what is inside it. The key line, the mouse and the key handler are made from what it says here.

use std::any::Any;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Widget};

use crate::session::Session;
use crate::tui::core::action::Action;
use crate::tui::core::hint::Hints;
use crate::tui::core::key::Key;
use crate::tui::core::tab::Tab;
use crate::tui::core::theme::{Role, Theme};
use crate::tui::core::workers::{Done, Job};
use crate::tui::state::State;
use crate::tui::state::effect::Effect;
use crate::tui::state::hits::HitMap;
use crate::tui::state::navigation::Direction;

/// What every part of the screen is drawn from; drawing changes nothing.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// What is shown.
    pub session: &'a Session,
    /// How it is looked at.
    pub state: &'a State,
    /// In which colours.
    pub theme: &'a Theme,
    /// The dialog on top, if one is open.
    pub dialog: Option<&'a dyn Dialog>,
}

impl<'a> View<'a> {
    /// The screen with this dialog on top.
    #[must_use]
    pub fn new(session: &'a Session, state: &'a State, dialog: Option<&'a dyn Dialog>) -> Self {
        Self {
            session,
            state,
            theme: &state.prefs.theme,
            dialog,
        }
    }

    /// Whether a dialog lies on top and has the keyboard.
    #[must_use]
    pub fn covered(&self) -> bool {
        self.dialog.is_some()
    }

    /// The first row of a pane to show: where the developer went, within what there is; else the top.
    #[must_use]
    pub fn first_row(&self, pane: Tab, hits: &HitMap) -> usize {
        let last = hits.total.saturating_sub(hits.room);
        let scrolled = self.state.nav.scroll.get(&pane).copied();
        scrolled.unwrap_or(0).min(last)
    }

    /// Writing in a role.
    #[must_use]
    pub fn span(&self, text: impl Into<String>, role: Role) -> Span<'a> {
        Span::styled(text.into(), self.theme.fg(role))
    }

    /// A frame with a title; lit when it has the keyboard.
    #[must_use]
    pub fn block(&self, title: Line<'a>, lit: bool) -> Block<'a> {
        let role = if lit { Role::BorderFocus } else { Role::Border };
        Block::bordered()
            .border_type(BorderType::Rounded)
            .border_style(self.theme.fg(role))
            .title(title)
    }

    /// A frame around a part, drawn; gives the room inside.
    pub fn framed(&self, title: &str, area: Rect, buffer: &mut Buffer) -> Rect {
        let title = Line::from(vec![
            Span::raw(" "),
            self.span(title, Role::Title),
            Span::raw(" "),
        ]);
        let block = self.block(title, false);
        let inner = block.inner(area);
        block.render(area, buffer);
        inner
    }
}

/// A pane of the main area. It is a value without fields: what it remembers is in the state of the screen.
pub(crate) trait Pane: Sync {
    /// Its tab.
    fn tab(&self) -> Tab;

    /// What the upper edge says at the right, where the pane has so many rows.
    fn info(&self, _cx: View<'_>, _rows: usize) -> String {
        String::new()
    }

    /// Actions that the key line says while it is shown, with a word or two for each.
    fn actions(&self, _cx: View<'_>) -> Vec<(Action, &'static str)> {
        Vec::new()
    }

    /// Works out what the next drawing needs; the area is what it will be drawn in.
    fn prepare(&self, _cx: &mut Context<'_>, _area: Rect) {}

    /// So many rows on, or back where it is negative. False: it scrolls.
    fn on_rows(&self, _cx: &mut Context<'_>, _by: isize) -> bool {
        false
    }

    /// To a neighbour of what it shows. False: to another version.
    fn on_step(&self, _cx: &mut Context<'_>, _to: Direction) -> bool {
        false
    }

    /// Opens or closes what has the focus.
    fn on_open(&self, cx: &mut Context<'_>) {
        cx.state.toggle_unfolded(self.tab());
    }

    /// Draws it, and says where it can be clicked and how far it can be moved.
    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap);
}

/// What a dialog or an action may read and change.
pub struct Context<'a> {
    /// The state of the screen.
    pub state: &'a mut State,
    /// The session; only the loop changes it.
    pub session: &'a Session,
}

/// What is on top after a dialog took something in.
pub enum Next {
    /// The dialog stays.
    Stay,
    /// It is closed.
    Close,
    /// It gives way to another one, or the first one opens.
    Replace(Box<dyn Dialog>),
    /// It is closed, and then this is done, as its key would.
    Perform(Action),
}

/// What a key, a click or a paste came to.
pub struct Outcome {
    /// What is on top now.
    pub next: Next,
    /// What the outside has to do.
    pub effects: Vec<Effect>,
}

impl Outcome {
    /// The dialog stays.
    #[must_use]
    pub fn stay() -> Self {
        Next::Stay.into()
    }

    /// The dialog is closed.
    #[must_use]
    pub fn close() -> Self {
        Next::Close.into()
    }

    /// This dialog is open from now on.
    #[must_use]
    pub fn open(dialog: impl Dialog) -> Self {
        Next::Replace(Box::new(dialog)).into()
    }

    /// The dialog is closed, and this is done.
    #[must_use]
    pub fn perform(action: Action) -> Self {
        Next::Perform(action).into()
    }

    /// And the outside does this.
    #[must_use]
    pub fn and(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }
}

impl From<Next> for Outcome {
    fn from(next: Next) -> Self {
        Self {
            next,
            effects: Vec::new(),
        }
    }
}

/// The list of a dialog, as the wheel and clicks see it.
pub struct List<'a> {
    /// The chosen row.
    pub cursor: &'a mut usize,
    /// Rows in all.
    pub rows: usize,
}

/// Something that lies on top of the screen and has the keyboard. See [`crate::tui::dialogs`] for how to add one.
pub trait Dialog: Any {
    /// The keys that mean something now, the most needed first: the key line shows them.
    fn hints(&self, cx: View<'_>) -> Hints;

    /// Takes in a key.
    fn on_key(&mut self, key: Key, cx: &mut Context<'_>) -> Outcome;

    /// Takes in pasted text, its line ends made plain. It never sends anything.
    fn on_paste(&mut self, _text: &str, _cx: &mut Context<'_>) {}

    /// The list in it, if it has one: the wheel moves the choice, a click chooses a row, a click on the chosen row is enter.
    fn list(&mut self, _cx: &Context<'_>) -> Option<List<'_>> {
        None
    }

    /// The mouse chose another row of the list.
    fn on_chosen(&mut self, _cx: &mut Context<'_>) {}

    /// A click into a box of text: the number it was drawn with, its area, and where in it.
    fn on_field(&mut self, _number: usize, _area: Rect, _click: Position) {}

    /// The wheel over a dialog without a list: so many rows on, or back where it is negative.
    fn on_wheel(&mut self, _rows: isize, _cx: &mut Context<'_>) -> Outcome {
        Outcome::stay()
    }

    /// Whether a click beside it leaves it, as escape does. Not where typed text would be lost by a slip of the hand.
    fn closes_at_a_click_beside(&self) -> bool {
        true
    }

    /// The session has gone on.
    fn on_session(&mut self, _cx: &mut Context<'_>) {}

    /// A worker has an answer.
    fn on_done(&mut self, _done: Done, _cx: &mut Context<'_>) -> Outcome {
        Outcome::stay()
    }

    /// Works out what the next drawing needs, or asks the workers for it.
    fn prepare(&mut self, _cx: &mut Context<'_>, _ask: &mut dyn FnMut(Job)) {}

    /// Draws it, and says where it can be clicked. The lowest row of the screen, with its keys, is not part of the area.
    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap);
}

/// Rows that one notch of the wheel moves a text.
pub(crate) const NOTCH: isize = 3;

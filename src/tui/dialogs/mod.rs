//! Dialogs: what lies on top of the screen and has the keyboard. One file each.
//!
//! # How to add a dialog
//!
//! 1. A file here with a struct that holds what the dialog knows, and `impl Dialog` for it
//!    ([`crate::tui::component::Dialog`]): `hints` (the key line), `on_key`, `draw`, and of the others (`on_paste`, `list`,
//!    `on_field`, `on_wheel`, `on_session`, `prepare`, `on_done`) what it needs. All it may touch is handed to it: the
//!    session and the state of the screen. What it wants done comes back as an [`crate::tui::component::Outcome`]: stay,
//!    close, give way to another dialog, do an action, and effects for the outside.
//! 2. An `open(cx: &mut Context<'_>) -> Outcome` in that file, which says [`crate::tui::component::Outcome::open`] (or why
//!    there is nothing to open).
//! 3. A row in the table of actions (`core/action.rs`) with its key, and its line in the match of actions in `update.rs`: the
//!    compiler asks for it. Help, palette, key line and `reheat keys` follow from the row.
//!
//! The sheet, its rows and its boxes are drawn with [`crate::tui::widgets::sheet`]; a click finds what `draw` put into the
//! hit map: `choose` for a row of the [`crate::tui::component::List`], `Target::Field(n)` for a box of text.
//!
//! A dialog imports no other part of the screen but core, state, component, widgets and, where one gives way to another,
//! that dialog.

pub mod case;
pub mod edit;
pub mod goal;
pub mod help;
pub mod messages;
pub mod note;
pub mod palette;
pub mod program;
pub mod prompt;
pub mod quit;
pub mod save;
pub mod settings;
pub mod themes;
pub mod write;

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
//! 3. One line in the table of actions (`core/action.rs`): `dialog(` the file's name, the action's name, its keys, where they
//!    hold, and its words `)`. The module and the action are made from that line, and help, palette, key line and
//!    `reheat keys` follow.
//!
//! Where letters are typed into it that mean something, its `TYPING` is told in `typing_keys.rs`. The help (which is handed
//! those) and the question before leaving are opened in other ways and declared by hand.
//!
//! `cargo fmt` does not find modules that a macro declares: `.ci/run format` says how these files are formatted.
//!
//! The sheet, its rows and its boxes are drawn with [`crate::tui::widgets::sheet`]; a click finds what `draw` put into the
//! hit map: `choose` for a row of the [`crate::tui::component::List`], `Target::Field(n)` for a box of text.
//!
//! A dialog imports no other part of the screen but core, state, component, widgets and, where one gives way to another,
//! that dialog.

pub(crate) mod help;
pub(crate) mod quit;

use crate::tui::component::{Context, Outcome};
use crate::tui::core::action::{DialogName, table};

/// Declares the dialogs of the table of actions.
macro_rules! declare {
    ($($(row $row:tt)? $(dialog($file:ident, $name:ident, $($rest:tt)*))?,)*) => {
        $($(pub(crate) mod $file;)?)*

        /// Opens a dialog, or says why there is nothing to open.
        pub(crate) fn open(dialog: DialogName, cx: &mut Context<'_>) -> Outcome {
            match dialog {
                $($(DialogName::$name => $file::open(cx),)?)*
            }
        }
    };
}
table!(declare);

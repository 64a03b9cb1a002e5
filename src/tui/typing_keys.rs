//! The keys of every place where text is typed, each told by the place itself: for the help and the reference.

use crate::tui::core::action::TypingKeys;
use crate::tui::core::typing;
use crate::tui::dialogs::{case, edit, write};
use crate::tui::panes::hint_box;

/// All of them, as the help shows them.
pub(crate) const ALL: &[TypingKeys] = &[
    hint_box::TYPING,
    typing::TYPING,
    case::TYPING,
    write::TYPING,
    edit::TYPING,
];

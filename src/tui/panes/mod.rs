//! What the screen shows beside dialogs: the panes of the main area behind one trait, and what stands around them.
//!
//! What a pane remembers is in the state; here it is drawn, and here stands what keys do in it.
#![warn(unreachable_pub)]

pub(crate) mod card;
pub(crate) mod cases;
pub(crate) mod charts;
pub(crate) mod code;
pub(crate) mod diff;
pub(crate) mod header;
pub(crate) mod hint_box;
pub(crate) mod key_line;
pub(crate) mod long_message;
pub(crate) mod main_pane;
pub(crate) mod pending_keys;
pub(crate) mod progress;
pub(crate) mod prompt;
pub(crate) mod registry;
pub(crate) mod start;
pub(crate) mod state_line;
pub(crate) mod stream;
pub(crate) mod summary;
pub(crate) mod task;
pub(crate) mod timeline;
pub(crate) mod tip;
pub(crate) mod tree;

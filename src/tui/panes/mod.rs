//! What the screen shows beside dialogs: the panes of the main area behind one trait, and what stands around them.
//!
//! What a pane remembers is in the state; here it is drawn, and here stands what keys do in it.

pub mod card;
pub mod cases;
pub mod charts;
pub mod code;
pub mod diff;
pub mod header;
pub mod hint_box;
pub mod key_line;
pub mod long_message;
pub mod main_pane;
pub mod pending_keys;
pub mod progress;
pub mod prompt;
pub mod registry;
pub mod start;
pub mod state_line;
pub mod stream;
pub mod summary;
pub mod task;
pub mod tip;
pub mod tree;

//! The ground of the screen: keys and actions, the layout, colours, texts made ready to be drawn, and the threads and the
//! terminal behind them.
//!
//! Knows neither the state of the screen nor any dialog or pane, and draws nothing.

pub(crate) mod action;
pub(crate) mod background;
pub(crate) mod bell;
pub(crate) mod cast;
pub(crate) mod diff;
pub(crate) mod files;
pub(crate) mod frame_limiter;
pub(crate) mod glyphs;
pub(crate) mod highlight;
pub(crate) mod highlighted;
pub(crate) mod hint;
pub(crate) mod home;
pub(crate) mod key;
pub(crate) mod key_reference;
pub(crate) mod keymap;
pub(crate) mod layout;
pub(crate) mod markdown;
pub(crate) mod memory;
pub(crate) mod parts;
pub(crate) mod query;
pub(crate) mod reply;
pub(crate) mod tab;
pub(crate) mod terminal;
pub(crate) mod text;
pub(crate) mod text_id;
pub(crate) mod theme;
pub(crate) mod tip;
pub(crate) mod travel;
pub(crate) mod typing;
pub(crate) mod workers;

/// What the charts that leave the program are drawn with too.
pub(crate) use crate::base::scale;

//! The ground of the screen: keys and actions, the layout, colours, texts made ready to be drawn, and the threads and the
//! terminal behind them.
//!
//! Knows neither the state of the screen nor any dialog or pane, and draws nothing.

pub mod action;
pub mod background;
pub mod bell;
pub mod diff;
pub mod files;
pub mod frame_limiter;
pub mod glyphs;
pub mod highlight;
pub mod highlighted;
pub mod hint;
pub mod home;
pub mod key;
pub mod key_reference;
pub mod keymap;
pub mod layout;
pub mod markdown;
pub mod memory;
pub mod parts;
pub mod query;
pub mod reply;
pub mod scale;
pub mod tab;
pub mod terminal;
pub mod text;
pub mod text_id;
pub mod theme;
pub mod tip;
pub mod typing;
pub mod workers;

//! What the benches and `reheat screenshots` draw and measure with: the parts of the screen, and a fabricated session.

pub use super::app::App;
pub use super::core::diff::Diff;
pub use super::core::diff::layout::Columns;
pub use super::core::frame_limiter::{Cause, FrameLimiter};
pub use super::core::highlight::Syntaxes;
pub use super::core::reply::Reply;
pub use super::core::tab::Tab;
pub use super::core::terminal::Screen;
pub use super::core::theme::{Depth, Role, Theme};
pub use super::core::workers::{Job, work};
pub use super::draw::draw;
pub use super::input::terminal_event;
pub use super::sample::{Moment, events, play, session};
pub use super::update::take;

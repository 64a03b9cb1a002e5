//! cli
pub mod screenshots;

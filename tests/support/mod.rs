//! What several tests share. Each test crate takes only a part of it.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod home;
pub mod server;
pub mod truth;

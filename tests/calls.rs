//! What calls of one function promise: through the real drivers, interpreters and sandbox.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "calls/bad.rs"]
mod bad;
#[path = "calls/driven.rs"]
mod driven;
#[path = "calls/javascript.rs"]
mod javascript;
#[path = "calls/python.rs"]
mod python;

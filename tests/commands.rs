//! Commands in a private copy of a work tree: what a run may do there, what stays, and what never gets out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_os = "linux")]

#[path = "commands/trees.rs"]
mod trees;

//! Commands in a private copy of a work tree: what a run may do there, what stays, what never gets out, and what comes of a
//! version that is judged by them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_os = "linux")]

#[path = "commands/judged.rs"]
mod judged;
#[path = "commands/project.rs"]
mod project;
#[path = "commands/tools.rs"]
mod tools;
#[path = "commands/trees.rs"]
mod trees;

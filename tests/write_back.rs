//! A version goes into the user's own file whole or not at all, never over somebody's changes, and can be taken back;
//! patches are taken by git and patch, and a branch leaves the work tree alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

#[path = "support/screen.rs"]
mod screen;

#[path = "write_back/bed.rs"]
mod bed;
#[path = "write_back/command.rs"]
mod command;
#[path = "write_back/file.rs"]
mod file;
#[path = "write_back/git.rs"]
mod git;
#[path = "write_back/live.rs"]
mod live;
#[path = "write_back/overlay.rs"]
mod overlay;
#[path = "write_back/refused.rs"]
mod refused;

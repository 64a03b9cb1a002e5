//! A version goes into the user's own file whole or not at all, never over somebody's changes, and can be taken back;
//! patches are taken by git and patch, and a branch leaves the work tree alone.

mod bed;
mod command;
mod file;
mod git;
#[cfg(target_os = "linux")]
mod killed;
mod live;
mod refused;

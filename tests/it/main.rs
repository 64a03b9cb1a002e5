//! Every integration test, in one program: linking the whole library once is quicker than once a file.
//!
//! Tests share this process: none may change its environment, its current folder or its signal handlers. One that has to
//! starts itself again (`support::in_own_process`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(target_os = "linux")]
mod access;
#[cfg(target_os = "linux")]
mod attempts;
mod calls;
mod candidates;
mod cases;
mod cheat_table;
mod cheats;
mod checkers;
#[cfg(target_os = "linux")]
mod commands;
mod compilers;
mod exit_status;
mod functions;
mod headless;
mod held_out;
#[cfg(unix)]
mod history;
mod holes;
#[cfg(target_os = "linux")]
mod hostile;
#[cfg(target_os = "linux")]
mod hosts;
mod house;
mod inputs;
mod journals;
mod keys;
mod languages;
mod library;
#[cfg(unix)]
mod limits;
#[cfg(unix)]
mod manners;
mod measure;
mod project;
mod remote;
mod reports;
mod reproduce;
mod sandbox;
#[cfg(target_os = "linux")]
mod secrets;
#[cfg(target_os = "linux")]
mod stamps;
mod steer;
mod support;
#[cfg(target_os = "linux")]
mod surroundings;
mod tapes;
mod tasks;
#[cfg(unix)]
mod terminal;
mod truth;
#[cfg(target_os = "linux")]
mod ways_out;
mod wire;
mod wrapped;
mod write_back;

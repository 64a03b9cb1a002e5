//! Reheat: a terminal workbench in which a developer and a language model make code faster and leaner together.
//!
//! The rooms, from the ground up; each imports only rooms below it:
//!
//! | room | what it is for |
//! |---|---|
//! | [`task`] | what is optimised: source, workload, checker, objective, limits, and reading them from files |
//! | [`sandbox`] | runs one program under limits, isolated and sampled; knows nothing of tasks or models |
//! | [`measure`] | judges: builds a version, checks it, times it, says when a difference is real |
//! | [`session`] | remembers: events, the session that is their fold, the journal on disk, the library of journals |
//! | [`model`] | asks: a prompt goes in, a stream of text comes out; cuts the code out of the text |
//! | [`write_back`] | puts a version into the user's own file, in one piece, and takes it back; patches and branches |
//! | [`engine`] | the loop: takes commands, drives the rooms below, emits events |
//! | [`report`] | what leaves the house: text, patches |
//! | [`tui`] | the workbench: shows a session, sends commands |
//! | [`cli`] | one file a command; parses, prints, never computes |

pub mod cli;
pub mod config;
pub mod engine;
pub mod log;
pub mod measure;
pub mod model;
pub mod near;
pub mod report;
pub mod sandbox;
pub mod session;
pub mod stack;
pub mod task;
pub mod tui;
pub mod units;
pub mod write_back;

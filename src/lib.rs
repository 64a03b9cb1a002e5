//! Reheat: a terminal workbench in which a developer and a language model make code faster and leaner together.
//!
//! The rooms, from the ground up; each imports only rooms below it:
//!
//! | room | what it is for |
//! |---|---|
//! | [`base`] | what every room needs and none owns: quantities, harmless text, whole files |
//! | [`sandbox`] | runs one program under limits, isolated and sampled; knows nothing of tasks or models |
//! | [`task`] | what is optimised: source, workload, checker, objective, and reading them from files |
//! | [`measure`] | judges: builds a version, checks it, times it, says when a difference is real |
//! | [`session`] | remembers: events, the session that is their fold, the journal on disk, the library of journals |
//! | [`model`] | asks: a prompt goes in, a stream of text comes out; cuts the code out of the text |
//! | [`write_back`] | puts a version into the user's own file, in one piece, and takes it back; patches and branches |
//! | [`config`] | the config file and the environment, resolved |
//! | [`engine`] | the loop: takes commands, drives the rooms below, emits events |
//! | [`report`] | what leaves the house: text, pages, pictures, patches |
//! | [`tui`] | the workbench: shows a session, sends commands |
//! | [`cli`] | one file a command; parses, prints, never computes |
//!
//! # Running one program
//!
//! The sandbox knows nothing of the rooms above it. It starts the calling program again as its launcher, so `main` has to
//! ask for that first.
//!
//! ```standalone_crate
//! use reheat::sandbox::{self, CancelToken, Limits, Program, RunVerdict, Sandbox, SandboxError, Settings};
//!
//! fn main() -> Result<(), SandboxError> {
//!     if sandbox::is_launcher() {
//!         sandbox::launcher_main();
//!     }
//!     let mut sandbox = match Sandbox::open(&Settings::default()) {
//!         Err(SandboxError::NoIsolation(why)) => {
//!             println!("skipped: {why}");
//!             return Ok(());
//!         }
//!         opened => opened?,
//!     };
//!     let program = Program {
//!         argv: ["sh", "-c", "cat; echo world"].map(String::from).to_vec(),
//!         stdin: b"hello, ".as_slice().into(),
//!         ..Program::default()
//!     };
//!     let outcome = sandbox.run(&program, &Limits::default(), &mut |_| {}, &CancelToken::new())?;
//!     assert_eq!(outcome.verdict, RunVerdict::Ok);
//!     assert_eq!(outcome.stdout.bytes, b"hello, world\n");
//!     println!("{} of CPU time, {} at its peak", outcome.cpu, outcome.peak.bytes);
//!     Ok(())
//! }
//! ```
//!
//! # Judging two files
//!
//! A [`Judge`](measure::Judge) builds and checks versions of a task and compares two that pass. Here the first program says
//! what the right output is.
//!
//! ```standalone_crate
//! use std::error::Error;
//! use std::time::Duration;
//!
//! use reheat::measure::{ComparisonPlan, Contender, Contest, ContestOutcome, Judge, JudgeError};
//! use reheat::sandbox::{self, CancelToken, Settings};
//! use reheat::task::load::TaskFlags;
//! use reheat::task::{Languages, Objective, Source};
//!
//! fn main() -> Result<(), Box<dyn Error>> {
//!     if sandbox::is_launcher() {
//!         sandbox::launcher_main();
//!     }
//!     let folder = tempfile::tempdir()?;
//!     let slow = folder.path().join("slow.py");
//!     std::fs::write(&slow, "print(sum(i * i for i in range(int(input()))))\n")?;
//!     let cases = folder.path().join("cases.jsonl");
//!     std::fs::write(&cases, "{\"input\": \"200000\\n\"}\n")?;
//!     let flags = TaskFlags { file: Some(slow), cases: Some(cases), ..TaskFlags::default() };
//!     let mut task = flags.load(&Languages::load(None)?)?;
//!
//!     let cancel = CancelToken::new();
//!     let mut judge = match Judge::open(Settings::default(), None) {
//!         Err(JudgeError::Environment(why)) => {
//!             println!("skipped: {why}");
//!             return Ok(());
//!         }
//!         opened => opened?,
//!     };
//!     match judge.complete_with_oracle(&mut task, &cancel, &mut |_| {}) {
//!         Err(JudgeError::Environment(why)) => {
//!             println!("skipped: {why}");
//!             return Ok(());
//!         }
//!         completed => completed?,
//!     }
//!     let old = task.source.clone().ok_or("the task has a source")?;
//!     let text = "n = int(input())\nprint((n - 1) * n * (2 * n - 1) // 6)\n";
//!     let new = Source { text: text.into(), ..old.clone() };
//!
//!     let mut versions = Vec::new();
//!     for (name, source) in [("old", old), ("new", new)] {
//!         let built = judge.prepare(&task, &source, &cancel, &mut |_| {})?;
//!         let evaluation = judge.evaluate(&built, &task, &cancel, &mut |_| {})?;
//!         assert!(evaluation.verdict.accepted());
//!         versions.push((name, built, evaluation));
//!     }
//!     let [old, new] = [0, 1].map(|i| {
//!         let (name, built, evaluation) = &versions[i];
//!         Contender { name, built, evaluation }
//!     });
//!     let plan = ComparisonPlan::new(Objective::Time, Duration::from_secs(4));
//!     match judge.contest(&Contest::new(old, new, &task, &plan), &cancel, &mut |_| {})? {
//!         ContestOutcome::Done { comparison, .. } => {
//!             println!("{}: {} ({})", comparison.answer.in_words(), comparison.gain, comparison.note);
//!         }
//!         ContestOutcome::Disqualified(out) => println!("failed: {}", out.failure.reason),
//!     }
//!     Ok(())
//! }
//! ```

#[cfg(not(unix))]
compile_error!(
    "reheat runs on unix only: process groups, signals and file descriptors are its foundation"
);

pub mod base;
pub mod cli;
pub mod config;
pub mod engine;
pub mod log;
pub mod measure;
pub mod model;
pub mod report;
pub mod sandbox;
pub mod session;
pub mod task;
pub mod tui;
pub mod write_back;

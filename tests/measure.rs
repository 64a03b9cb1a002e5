//! What `reheat measure` promises, through the real binary, the real sandbox and real programs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "measure/answers.rs"]
mod answers;
#[path = "measure/place.rs"]
mod place;
#[path = "measure/programs.rs"]
mod programs;
#[path = "measure/use_of_it.rs"]
mod use_of_it;

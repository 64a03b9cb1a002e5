//! What `reheat measure` promises, through the real binary, the real sandbox and real programs.

mod answers;
mod functions;
mod place;
mod programs;
mod use_of_it;

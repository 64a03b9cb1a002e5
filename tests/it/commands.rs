//! Commands in a private copy of a work tree: what a run may do there, what stays, what never gets out, and what comes of a
//! version that is judged by them.

mod believed;
mod figures;
mod judged;
mod project;
mod restored;
mod second_opinion;
mod shown;
mod tools;
mod trees;
mod typescript;

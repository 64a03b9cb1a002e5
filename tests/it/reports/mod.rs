//! What a finished session looks like outside of the terminal: pages, pictures, Markdown, two versions side by side.

mod browser;
mod compare;
mod files;
mod journals;
mod pages;

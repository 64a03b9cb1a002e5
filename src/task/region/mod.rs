//! The part of a file that may change: one function, a range of lines, or the text between two markers.
//!
//! A version of a region is its *region text*: imports and helpers it needs, and the function itself, without the
//! indentation it has in the file. [`Region::assemble`] puts it into the file and touches nothing else. Nothing is run
//! here; files are only read by [`Region::find`].

mod assemble;
mod broken;
mod callee;
mod changes;
mod context;
mod find;
mod grammar;
mod imports;
mod indent;
mod items;
mod lines;
mod markers;
mod merge;
mod misfit;
mod names;
mod pieces;
mod reads;
mod reads_tables;
mod searched_file;
mod signature;
mod spec;
mod syntax;
#[cfg(test)]
mod tests;
mod tree;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub(crate) use broken::{Broken, broken_file};
pub(crate) use callee::Callee;
pub(crate) use changes::{Change, Changes, Owner};
pub(crate) use grammar::Grammar;
pub(crate) use items::list;
pub use items::{FunctionItem, FunctionKind};
pub(crate) use misfit::Misfit;
pub(crate) use spec::RegionSpec;
pub(crate) use syntax::Outline;
pub use syntax::Syntax;

/// A region of a file, with everything needed to put another text in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// A name for display: `Grid.nearest`, `lines 40–80`.
    pub name: String,
    /// The file, absolute and with links resolved.
    pub path: PathBuf,
    /// Id of its language.
    pub language: String,
    /// The whole file as it was read.
    pub file: Arc<str>,
    /// The region, in bytes of the file.
    #[serde(rename = "region")]
    pub(crate) span: Range<usize>,
    /// How the file is parsed; `None` for languages in which only lines and markers can be found.
    pub(crate) grammar: Option<Grammar>,
    /// What the region is.
    #[serde(rename = "part")]
    pub kind: RegionKind,
    /// Remarks for the user.
    pub notes: Vec<String>,
}

/// What a region is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegionKind {
    /// One function with its decorators, attributes and documentation.
    Function(Callee),
    /// A range of whole lines.
    Lines,
    /// The text between two markers.
    Marked,
}

impl Region {
    /// Whether it lies in its file: what was written down somewhere else need not.
    pub(crate) fn is_whole(&self) -> bool {
        self.file.get(self.span.clone()).is_some()
    }

    /// First and last line of the region, from 1.
    #[must_use]
    pub fn lines(&self) -> (usize, usize) {
        let (first, _) = tree::place(&self.file, self.span.start);
        let inside = self.file.get(self.span.clone()).unwrap_or_default();
        (first, first + inside.trim_end().matches('\n').count())
    }

    /// The name of the file without folders.
    #[must_use]
    pub fn file_name(&self) -> String {
        self.path
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default()
    }
}

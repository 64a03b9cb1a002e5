//! The part of a file that may change: one function, a range of lines, or what stands between two markers.
//!
//! A version of a target is its *region text*: imports and helpers it needs, and the function itself, without the
//! indentation it has in the file. [`Target::assemble`] puts it into the file and touches nothing else. Nothing is run
//! here; files are only read by [`Target::find`].

mod assemble;
mod callee;
mod context;
mod find;
mod grammar;
mod imports;
mod indent;
mod items;
mod lines;
mod markers;
mod merge;
mod pieces;
mod reads;
mod signature;
mod state;
#[cfg(test)]
mod tests;
mod tree;
mod wanted;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use callee::Callee;
pub use grammar::Grammar;
pub use items::{Item, ItemKind, list};
pub use reads::Reads;
pub use state::keeps_state;
pub use wanted::Wanted;

/// A region of a file, with everything needed to put another text in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// What people call it: `Grid.nearest`, `lines 40–80`.
    pub name: String,
    /// The file, absolute; where it was asked for by a link, the file that the link leads to.
    pub path: PathBuf,
    /// Id of its language.
    pub language: String,
    /// The whole file as it was read.
    pub file: Arc<str>,
    /// The region, in bytes of the file.
    pub region: Range<usize>,
    /// How the file is parsed; `None` where only lines and markers are to be had.
    pub grammar: Option<Grammar>,
    /// What the region is.
    pub part: Part,
    /// What was noticed and should be told once, in sentences.
    pub notes: Vec<String>,
}

/// What a region is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// One function with its decorators, attributes and documentation.
    Function(Callee),
    /// Whole lines.
    Lines,
    /// What stands between two markers.
    Marked,
}

/// Why a text cannot take the region's place: a sentence that also helps a model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Misfit(pub String);

impl Target {
    /// First and last line of the region, from 1.
    #[must_use]
    pub fn lines(&self) -> (usize, usize) {
        let (first, _) = tree::place(&self.file, self.region.start);
        let inside = self.file.get(self.region.clone()).unwrap_or_default();
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

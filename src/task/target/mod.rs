//! The part of a file that may change: one function, a range of lines, or what stands between two markers.
//!
//! A version of a target is its *region text*: imports and helpers it needs, and the function itself, without the
//! indentation it has in the file. [`Target::assemble`] puts it into the file and touches nothing else.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A region of a file, with everything needed to put another text in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// What people call it: `Grid.nearest`, `lines 40–80`.
    pub name: String,
    /// The file, absolute.
    pub path: PathBuf,
    /// Id of its language.
    pub language: String,
    /// The whole file as it was read.
    pub file: Arc<str>,
    /// The region, in bytes of the file.
    pub region: Range<usize>,
}

/// Why a text cannot take the region's place: a sentence that also helps a model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Misfit(pub String);

impl Target {
    /// The region text of the original.
    #[must_use]
    pub fn original(&self) -> String {
        self.file[self.region.clone()].to_owned()
    }

    /// The whole file with a version in the region's place. The original's region text gives the file as it was, byte
    /// for byte.
    ///
    /// # Errors
    /// [`Misfit`]: it does not parse, the function is missing, its signature changed.
    pub fn assemble(&self, version: &str) -> Result<String, Misfit> {
        let (before, after) = (
            &self.file[..self.region.start],
            &self.file[self.region.end..],
        );
        Ok(format!("{before}{version}{after}"))
    }

    /// Stand-in.
    #[must_use]
    pub fn context(&self, _budget: usize) -> String {
        String::new()
    }

    /// The bare name of the function, where the target is one.
    #[must_use]
    pub fn function_name(&self) -> Option<String> {
        let last = self.name.rsplit(['.', ':']).next()?;
        (!last.is_empty() && !last.contains(' ')).then(|| last.to_owned())
    }
}

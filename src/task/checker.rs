//! How an output is compared with the expected one.

use serde::{Deserialize, Serialize};

/// The rule by which two outputs count as the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Checker {
    /// Byte for byte.
    Exact,
    /// The same tokens in the same order; white space apart.
    #[default]
    Tokens,
    /// As `Tokens`, but tokens that are both numbers may differ by the tolerance (absolute or relative, whichever allows more).
    Numbers {
        /// 1e-6 where not given.
        tolerance: f64,
    },
    /// The same lines, each as tokens, in any order.
    Lines,
}

//! How an output differs from the expected one.

/// Where and how an output differs from the expected one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mismatch {
    /// One sentence: `line 3 differs: expected 12, got 13`.
    pub reason: String,
    /// Line of the output that the reason speaks of, from 1.
    pub line: usize,
    /// The expected output around the difference; valid UTF-8 without control characters but line ends and tabs.
    pub(crate) expected_excerpt: String,
    /// The output that came instead, around the difference, in the same manner.
    pub(crate) got_excerpt: String,
    /// Where it is in what a call leaves behind: the kind.
    pub(crate) left: Option<super::left_kind::LeftKind>,
}

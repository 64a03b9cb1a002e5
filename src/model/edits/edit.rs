//! One change: lines that are looked for, and the lines that take their place.

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// For sentences: `SEARCH/REPLACE block 2 of 3`, `hunk 1 of the diff`.
    pub(super) name: String,
    /// The lines that it looks for, and what takes their place. Several readings where the form leaves it open; just one may fit.
    pub(super) readings: Vec<Reading>,
}

/// One way to read a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) search: Vec<String>,
    pub(super) replace: Vec<String>,
}

/// `block 2 of 3`, or `block` where it is the only one.
pub(super) fn numbered(what: &str, index: usize, count: usize) -> String {
    if count == 1 {
        format!("the {what}")
    } else {
        format!("{what} {} of {count}", index + 1)
    }
}

/// Whether a file that a change names is the one that may change.
pub(super) fn is_file(named: &str, file_name: &str) -> bool {
    let last = named.rsplit(['/', '\\']).next().unwrap_or(named);
    file_name.is_empty() || last == file_name
}

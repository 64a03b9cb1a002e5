//! Languages as data: how a version is built and run. Read from `assets/languages/*.toml` and the user's own folder.

/// One language.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Language {
    /// `python`.
    pub id: String,
    /// `Python`.
    pub name: String,
}

/// All languages known here.
#[derive(Clone, Debug, Default)]
pub struct Languages;

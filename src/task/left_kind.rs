//! The kinds of what a call leaves behind besides its result, arguments and output: their names for drivers, users and sentences.
//! What is compared of them stands in `calls/left.rs`.

use std::fmt;
use std::str::FromStr;

/// One kind of what a call leaves behind. The names are those that a driver writes and a user says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftKind {
    /// Log records at levels that are enabled.
    Logging,
    /// Warnings, whether or not they were shown before.
    Warnings,
    /// Text on standard error.
    Stderr,
    /// Environment variables that have another value.
    Environment,
    /// The working folder.
    Folder,
    /// The locale.
    Locale,
    /// Signal handlers.
    Signals,
    /// Variables of the project's modules, and data that its classes keep.
    Globals,
    /// Files in the folder that calls run in and in the one for temporary files.
    Files,
    /// How long a call asked to sleep, in seconds.
    Sleep,
    /// Parts of a result that are the same object as an argument, as one another, or as what an earlier call gave.
    Sharing,
    /// Locks that were there before the call and that it takes, and events that it waits for (Python).
    Locks,
}

use LeftKind::{
    Environment, Files, Folder, Globals, Locale, Locks, Logging, Sharing, Signals, Sleep, Stderr,
    Warnings,
};

pub(super) const ALL: [(LeftKind, &str, &str); 12] = [
    (Logging, "logging", "log records"),
    (Warnings, "warnings", "warnings"),
    (Stderr, "stderr", "text on standard error"),
    (Environment, "environment", "environment variables"),
    (Folder, "folder", "a working folder"),
    (Locale, "locale", "a locale"),
    (Signals, "signals", "signal handlers"),
    (Globals, "globals", "values of globals"),
    (Files, "files", "files"),
    (Sleep, "sleep", "seconds slept"),
    (Sharing, "sharing", "shared objects"),
    (Locks, "locks", "locks"),
];

impl LeftKind {
    /// The name by which a driver and a user know it.
    #[must_use]
    pub fn name(self) -> &'static str {
        ALL.iter().find(|(k, _, _)| *k == self).map_or("", |a| a.1)
    }

    pub(super) fn in_words(self) -> &'static str {
        ALL.iter().find(|(k, _, _)| *k == self).map_or("", |a| a.2)
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        ALL.iter().find(|(_, n, _)| *n == name).map(|(k, _, _)| *k)
    }

    /// Whether it is told only where calls are not timed: what stays, so that it depends on the calls before it, and locks.
    pub(super) fn is_state(self) -> bool {
        !matches!(self, Logging | Warnings | Stderr | Sleep | Sharing)
    }
}

/// Some of the kinds of what calls leave behind, as `logging,stderr`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftKinds(u16);

impl LeftKinds {
    /// None of them.
    pub const NONE: Self = Self(0);

    /// All of them.
    pub(crate) const ALL: Self = Self((1 << ALL.len()) - 1);

    /// Whether a kind is among them.
    #[must_use]
    pub fn has(self, kind: LeftKind) -> bool {
        self.0 & (1 << kind as u16) != 0
    }

    /// Adds a kind.
    pub fn insert(&mut self, kind: LeftKind) {
        self.0 |= 1 << kind as u16;
    }

    /// These and others.
    #[must_use]
    pub fn with(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromStr for LeftKinds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut kinds = Self::default();
        for name in text.split(',').map(str::trim).filter(|n| !n.is_empty()) {
            let kind = LeftKind::named(&name.to_ascii_lowercase()).ok_or_else(|| {
                let all: Vec<&str> = ALL.iter().map(|(_, n, _)| *n).collect();
                format!(
                    "`{name}` is nothing that calls leave behind; there are {}",
                    all.join(", ")
                )
            })?;
            kinds.insert(kind);
        }
        Ok(kinds)
    }
}

impl fmt::Display for LeftKinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = ALL.iter().filter(|(k, _, _)| self.has(*k));
        let names: Vec<&str> = names.map(|(_, n, _)| *n).collect();
        f.write_str(&names.join(","))
    }
}

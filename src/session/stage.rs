//! What the engine is doing.

use serde::{Deserialize, Serialize};

use super::ids::VersionId;
use crate::base::units::Nanos;

/// What the engine is doing; transient.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// Nothing: waiting for the developer.
    #[default]
    Waiting,
    /// Toolchain, sandbox and oracle are made ready.
    Preparing,
    /// The model was asked; nothing came yet.
    Asking,
    /// The provider is tried again after a fault.
    Retrying {
        /// What went wrong.
        why: String,
        /// Until the next try.
        in_ms: u64,
    },
    /// The reply is coming.
    Streaming,
    /// The version is being built.
    Building {
        /// The version it is about.
        version: VersionId,
    },
    /// Its cases are being checked.
    Checking {
        /// The version it is about.
        version: VersionId,
        /// Cases done.
        done: usize,
        /// Cases in all.
        total: usize,
    },
    /// It is being timed against the incumbent.
    Comparing {
        /// The version it is about.
        version: VersionId,
        /// The version that it is compared with.
        against: VersionId,
        /// Pairs so far.
        pairs: usize,
        /// Honest estimate of what is left at most.
        left_ns: Option<Nanos>,
    },
    /// A win is being measured again on fresh runs.
    Confirming {
        /// The version it is about.
        version: VersionId,
        /// The version that it is compared with.
        against: VersionId,
        /// Confirming pairs so far.
        pairs: usize,
    },
    /// Something beside the rounds that the developer asked for.
    Aside {
        /// What, in words: `case 04 runs once more on v3`.
        what: String,
    },
    /// Held by the developer; what is held is the stage before it, and the next stage ends it.
    Paused,
    /// The loop has ended.
    Finished,
}

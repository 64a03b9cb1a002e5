//! What a developer can ask for beside the rounds, and the queue in which it waits.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::session::event::VersionId;

/// Something to be done beside the rounds.
#[derive(Clone, Debug, PartialEq)]
pub enum SideRequest {
    /// Run a version once more on one case.
    Rerun {
        /// Which version.
        version: VersionId,
        /// Which case.
        case: String,
    },
    /// Add a case to the session's workload.
    Add(NewCase),
    /// Take an added case back.
    Withdraw(String),
    /// Time this case only, from the next comparison on; `None` for the workload.
    TimeOnly(Option<String>),
    /// Measure the task's reference solutions against v0.
    References,
    /// Compare a version that passes once more, and let that take twice as long as the last time: with the best version, or
    /// with v0 where it is the best itself. What comes of it counts.
    MeasureAgain(VersionId),
}

/// A case that the developer typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewCase {
    /// Standard input.
    pub input: String,
    /// Standard output as it should be; `None` takes what the original writes.
    pub expected: Option<String>,
    /// Whether the model is never shown it.
    pub held_out: bool,
}

/// What waits to be done beside the rounds.
#[derive(Debug, Default)]
pub(super) struct SideQueue {
    pub(super) waiting: VecDeque<SideRequest>,
    /// What could not be done in this sitting: it is not tried again.
    pub(super) failed: HashSet<FollowUp>,
    /// How many times the usual time the last comparison of a version could take, where it was measured again.
    pub(super) times: HashMap<VersionId, u32>,
}

/// Something that follows from an added case, or from another choice of what is timed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum FollowUp {
    /// This version runs on this case.
    Check(VersionId, String),
    /// This version is compared with v0 again.
    CompareWithOriginal(VersionId),
}

impl From<(VersionId, String)> for FollowUp {
    fn from((version, case): (VersionId, String)) -> Self {
        Self::Check(version, case)
    }
}

//! What the loop hands to the judge's thread.

use crate::measure::Evaluation;
use crate::session::event::VersionId;
use crate::task::{Objective, Source};

/// A version as the judge needs it.
#[derive(Clone, Debug)]
pub(super) struct VersionUnderTest {
    pub id: VersionId,
    pub source: Source,
    /// Its evaluation, if it has one.
    pub evaluation: Option<Evaluation>,
}

/// Who is compared with whom.
#[derive(Clone, Debug)]
pub(super) struct ComparisonJob {
    pub candidate: VersionUnderTest,
    pub incumbent: VersionUnderTest,
    /// v0, where it passes and is not the incumbent.
    pub original: Option<VersionUnderTest>,
    pub objective: Objective,
    /// How many times the usual time it may take.
    pub times: u32,
}

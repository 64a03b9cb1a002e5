//! What is on its way right now: the transient side of a session.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::ids::VersionId;
use super::replies::StreamingReply;
use crate::base::units::Nanos;
use crate::measure::{CaseResult, Figures, Look, Metric, Noise};
use crate::sandbox::Sample;

/// What is on its way right now: the transient side of the session.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// The replies that are coming, by their numbers: 0 is the only one, several count from 1.
    pub replies: BTreeMap<u32, StreamingReply>,
    /// Version under evaluation.
    pub version: Option<VersionId>,
    /// Case that runs now.
    pub case: String,
    /// Readings of the run that is on.
    pub samples: Vec<Sample>,
    /// Results of the cases so far, until the evaluation holds them.
    pub cases: Vec<CaseResult>,
    /// Pairs of the comparison that is on (or the last one).
    pub pairs: Vec<LivePair>,
    /// The last look.
    pub look: Option<(Look, Metric)>,
    /// What is left of the comparison at most, as far as its pairs tell.
    pub left_ns: Option<Nanos>,
    /// How quiet the machine is while pairs run.
    pub noise: Option<Noise>,
    /// The version about which the rule decided last, until something else begins: the stage still says what led to it.
    pub settled: Option<VersionId>,
}

impl Live {
    /// When the first text of all came.
    #[must_use]
    pub fn first_text_at(&self) -> Option<Timestamp> {
        self.replies.values().filter_map(|r| r.first_text_at).min()
    }

    /// When the prompt was sent.
    #[must_use]
    pub fn asked_at(&self) -> Option<Timestamp> {
        self.replies.values().map(|r| r.asked_at).min()
    }
}

/// One pair as it arrived.
#[derive(Clone, Copy, Debug)]
pub struct LivePair {
    /// ln(incumbent / candidate).
    pub log_ratio: f64,
    /// The incumbent's figures.
    pub incumbent: Figures,
    /// The candidate's figures.
    pub candidate: Figures,
    /// Whether it is a confirming pair.
    pub confirming: bool,
}

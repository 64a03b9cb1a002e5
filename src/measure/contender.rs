//! Who takes part in a comparison, and how one of them drops out.

use super::build::Built;
use super::judge_error::JudgeError;
use super::{Evaluation, Failure, Verdict};

/// A version that takes part in a comparison: built, and found right on every case.
#[derive(Clone, Copy, Debug)]
pub struct Contender<'a> {
    /// What people call it: `v3`, a file name.
    pub name: &'a str,
    /// The version.
    pub built: &'a Built,
    /// Its evaluation; must be accepted, for a wrong program is never timed.
    pub evaluation: &'a Evaluation,
}

/// What a contender is in a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContenderRole {
    /// The best version so far.
    Incumbent,
    /// The version under evaluation.
    Candidate,
    /// v0; only in a confirmation.
    Original,
}

/// Position of the incumbent among the contenders of every paired runner.
pub(super) const INCUMBENT: usize = 0;
/// Position of the candidate.
pub(super) const CANDIDATE: usize = 1;
/// Position of the original, where it runs as a third.
pub(super) const ORIGINAL: usize = 2;

impl ContenderRole {
    /// The role of the contender at a position.
    pub(super) fn at(position: usize) -> Self {
        match position {
            INCUMBENT => Self::Incumbent,
            CANDIDATE => Self::Candidate,
            _ => Self::Original,
        }
    }
}

/// A contender failed in a timed run: there is no comparison, and its earlier evaluation no longer counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Disqualified {
    /// Which contender.
    pub version: ContenderRole,
    /// Its verdict from now on.
    pub verdict: Verdict,
    /// How it failed.
    pub failure: Failure,
}

/// Why a comparison has no figures.
#[derive(Debug)]
pub(super) enum Stop {
    /// A contender failed.
    Disqualified(Box<Disqualified>),
    /// The judge cannot go on.
    Judge(JudgeError),
}

impl From<Disqualified> for Stop {
    fn from(disqualified: Disqualified) -> Self {
        Self::Disqualified(disqualified.into())
    }
}

impl From<JudgeError> for Stop {
    fn from(error: JudgeError) -> Self {
        Self::Judge(error)
    }
}

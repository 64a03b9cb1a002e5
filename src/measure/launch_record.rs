//! How the calls of a comparison were timed, as its journal keeps it.

use serde::{Deserialize, Serialize};

use crate::base::units::{Gain, Nanos};

/// How the calls of a comparison were timed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Launches {
    /// Calls in one pass.
    pub calls: usize,
    /// Passes of the incumbent in one burst; another version makes as many as take about as long.
    pub passes: u32,
    /// Bursts of each contender in one launch.
    pub bursts: usize,
    /// CPU time of the incumbent's process until its first burst (start, loading, preparing), the median over the
    /// launches. Not in any figure.
    pub outside_ns: Nanos,
    /// The gain in the bursts alone, where something was put on the candidate's bill; absent where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised: Option<Gain>,
    /// What was put on the candidate's bill.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charged: Vec<Charge>,
    /// Each pass had an instance of the module of its own, since the incumbent keeps results between calls.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fresh: bool,
    /// What the candidate changed in timed runs that outlives its module, and the incumbent did not: sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub survives: Vec<String>,
    /// What the calls of each case take by the clock that was compared, incumbent's and candidate's, in the middle of the launches
    /// that timed the case by itself; without the cases that none did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<(String, [Nanos; 2])>,
}

/// Something that the candidate spends more than the incumbent outside of its bursts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// Where.
    pub place: ChargePlace,
    /// How much more, by the pass.
    pub ns: Nanos,
}

/// Where a candidate can spend what it saves in its passes; the list may grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargePlace {
    /// Until the first burst or after the last.
    Outside,
    /// Between two bursts.
    Between,
    /// When arguments are seen for the first time.
    FirstTime,
}

/// How calls were timed by versions that compared processes of n and 2n passes; still in journals.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slope {
    /// Calls in one pass.
    pub calls: usize,
    /// n of the incumbent.
    pub incumbent_passes: u32,
    /// n of the candidate.
    pub candidate_passes: u32,
    /// What a process of the incumbent took besides its calls.
    pub outside_ns: Nanos,
    /// What of the gain the slopes promised before whole processes were looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised: Option<Gain>,
}

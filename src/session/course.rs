//! How a session goes on and when it ends by itself, and what the developer changes of that.

use serde::{Deserialize, Serialize};

use super::ids::VersionId;
use crate::base::units::{Gain, Nanos};
use crate::measure::Metric;
use crate::task::Objective;

/// How the loop goes on after a round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nothing happens without the developer.
    Manual,
    /// One round, then wait.
    Step,
    /// Rounds follow each other until the end.
    #[default]
    Auto,
}

/// When the loop ends by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// Rounds at most.
    pub rounds: u32,
    /// Gain over v0 that is enough (lower end of the interval).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gain: Option<Gain>,
    /// Time at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_ns: Option<Nanos>,
    /// Tokens at most, prompts and replies together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Money at most, in the currency of the provider's price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
}

/// A change of course by the developer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "steer", rename_all = "snake_case")]
pub enum Steer {
    /// A hint for the next round.
    Hint {
        /// In plain words; empty takes it back.
        text: String,
    },
    /// Another objective from the next round on.
    Objective {
        /// What is to become better.
        objective: Objective,
    },
    /// Another parent for the next round.
    Parent {
        /// Which; none follows the incumbent again.
        version: Option<VersionId>,
    },
    /// Another model from the next round on.
    Model {
        /// The model, as the provider names it.
        model: String,
    },
    /// Another mode.
    Mode {
        /// How the loop goes on after a round.
        mode: Mode,
    },
    /// Another goal.
    Goal {
        /// When the loop ends by itself.
        goal: Goal,
    },
    /// Another number of replies from the next round on.
    Candidates {
        /// How many, from 1.
        candidates: u32,
    },
    /// Another temperature from the next question on.
    Temperature {
        /// Which; absent is the model's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        temperature: Option<f64>,
    },
    /// A version is pinned or released.
    Pin {
        /// The version it is about.
        version: VersionId,
        /// On or off.
        pinned: bool,
    },
    /// Another choice of what is timed, from the next comparison on.
    Timed {
        /// The only case that is timed; absent for the workload.
        case: Option<String>,
    },
    /// A note on a version.
    Annotate {
        /// The version it is about.
        version: VersionId,
        /// The note; empty takes it back.
        note: String,
    },
}

/// How versions are compared: kept with a session, since gains that are of other cases or of another clock cannot be compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// Time that one comparison may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison_ns: Option<Nanos>,
    /// The clock, where the developer chose one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Metric>,
}

//! Judges: builds a version, checks it on every case, times it, and says when a difference is real.
//!
//! Correctness comes first; a version that fails is never timed. Knows nothing of models, rounds or
//! screens: it is handed programs and a workload and answers with an [`Evaluation`] or a [`Comparison`].

mod borne_out;
pub(crate) mod build;
mod cache;
mod case_selection;
pub(crate) mod check;
mod checker_runs;
pub(crate) mod commands;
mod compare;
mod comparison;
mod compile;
mod confirm;
mod contender;
mod contest;
mod evaluation;
mod exit_status;
mod figures;
mod fixed_length;
pub mod flags;
mod floor;
pub(crate) mod judge;
mod judge_error;
mod kernel_counters;
mod launch_record;
mod launches;
mod look;
pub(crate) mod machine;
mod metric;
pub(crate) mod noise;
mod oracle;
mod pairs;
mod peak;
mod plan;
mod prepare;
mod progress;
mod rerun;
pub mod stats;
mod sweep_figures;
pub(crate) mod text;
mod watched;

pub use build::Built;
pub use comparison::{Comparison, Floors};
pub use contender::{Contender, ContenderRole, Disqualified};
pub use contest::{Contest, ContestOutcome, FirstStageOutcome, Promising};
pub use evaluation::{
    BuildReport, CaseResult, Evaluation, Failure, Figures, Flag, FlagKind, Verdict,
};
pub use judge::Judge;
pub use judge_error::{JudgeError, Watch};
pub use launch_record::{Charge, ChargePlace, Launches, Slope};
pub use look::{Answer, Look};
pub use metric::Metric;
pub use noise::Noise;
pub use plan::ComparisonPlan;
pub use progress::Progress;
pub use watched::WatchedFigure;

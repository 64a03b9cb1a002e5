//! What a session needs to start.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::measure::Metric;
use crate::model::Provider;
use crate::model::prompt::Template;
use crate::model::tape::file::PlayedRound;
use crate::sandbox;
use crate::session::Library;
use crate::session::event::{Goal, Mode, Origin};
use crate::task::Task;

/// Time that one comparison may take where nothing else is said, and in a demo, where somebody waits for it.
pub const COMPARISON: Duration = Duration::from_secs(30);
/// The same for bundled tasks.
pub const DEMO_COMPARISON: Duration = Duration::from_secs(12);

/// Everything a session needs to start.
#[derive(Clone)]
pub struct Setup {
    /// What is optimised.
    pub task: Task,
    /// Where it came from, so that the session can be resumed.
    pub origin: Origin,
    /// Who answers.
    pub provider: Arc<dyn Provider>,
    /// How it is reached, to be kept with the session; never a key.
    pub reached_by: BTreeMap<String, String>,
    /// How it goes on.
    pub mode: Mode,
    /// When it ends.
    pub goal: Goal,
    /// Where sessions are kept.
    pub library: Library,
    /// A session to go on with, by id.
    pub resume: Option<String>,
    /// Replies that a round asks for; `None` is what the session has, one in a new one.
    pub candidates: Option<u32>,
    /// A temperature that was named; `None` is what the session has, or the model's own.
    pub temperature: Option<f64>,
    /// How the sandbox is opened.
    pub sandbox: sandbox::Settings,
    /// Where builds are kept; `None` is a temporary folder.
    pub cache: Option<PathBuf>,
    /// The prompt's template.
    pub template: Template,
    /// Whether a version that is flagged is never taken.
    pub strict: bool,
    /// Time that one comparison may take at most: [`COMPARISON`] where nobody says otherwise.
    pub comparison_budget: Duration,
    /// The clock that times are compared by, [`Metric::Wall`] or [`Metric::Cpu`]; `None` lets the warm-ups choose.
    pub comparison_clock: Option<Metric>,
    /// Pauses between the acts of a demo, at speed 1; zero in real work.
    pub demo_pause: Duration,
    /// What the rounds of a tape were asked for with; empty in real work.
    pub script: Vec<PlayedRound>,
}

//! What the loop is asked to do, apart from the flags that every loop has.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::CliError;
use super::app_context::AppContext;
use super::flags::{Clock, LoopFlags};
use crate::engine::Setup;
use crate::measure::Metric;
use crate::model::Provider;
use crate::model::prompt::Template;
use crate::sandbox;
use crate::session::event::{Goal, Mode, Origin};
use crate::task::Task;

/// A session to start or to go on with.
pub(crate) struct SessionRequest {
    /// What is optimised.
    pub task: Task,
    /// File that it was read from, where there is one.
    pub program: Option<PathBuf>,
    /// Where it came from.
    pub origin: Origin,
    /// The provider that answers prompts.
    pub provider: Arc<dyn Provider>,
    /// How it is reached; never a key.
    pub reached_by: BTreeMap<String, String>,
    /// The prompt's template.
    pub template: Template,
    /// Session to go on with.
    pub resume: Option<String>,
    /// Whether no version that is flagged is taken, whatever the flags say now.
    pub strict: bool,
    /// Rounds where no flag says.
    pub rounds: u32,
    /// Goal to use instead of the one that the flags make (a resumed session's own).
    pub goal: Option<Goal>,
    /// Mode where no flag says.
    pub mode: Mode,
    /// Replies a round where no flag says; `None` is what the session has.
    pub candidates: Option<u32>,
    /// The temperature that a flag names.
    pub temperature: Option<f64>,
    /// Time of a comparison where no flag says.
    pub comparison: Duration,
    /// The clock where no flag says.
    pub clock: Option<Metric>,
    /// Pauses between acts.
    pub demo_pause: Duration,
    /// First line of the text, and the banner of the screen.
    pub opening: String,
}

impl SessionRequest {
    /// What the engine is started with.
    ///
    /// # Errors
    /// The config file lets programs read what they must not see.
    pub(crate) fn setup(&self, app: &AppContext, flags: &LoopFlags) -> Result<Setup, CliError> {
        Ok(Setup {
            task: app.shown(self.task.clone())?,
            origin: self.origin.clone(),
            provider: self.provider.clone(),
            reached_by: self.reached_by.clone(),
            mode: flags.mode.unwrap_or(self.mode),
            goal: self.goal.clone().unwrap_or_else(|| flags.goal(self.rounds)),
            library: app.library(),
            resume: self.resume.clone(),
            candidates: flags.candidates.or(self.candidates),
            temperature: self.temperature,
            sandbox: sandbox::Settings {
                unsafe_no_isolation: flags.unsafe_no_isolation,
                ..sandbox::Settings::default()
            },
            cache: Some(app.folders.cache.join("builds")),
            template: self.template.clone(),
            strict: flags.strict || self.strict || app.config.strict,
            comparison_budget: flags.comparison_time.unwrap_or(self.comparison),
            comparison_clock: flags.clock.map(Clock::metric).or(self.clock),
            demo_pause: self.demo_pause,
        })
    }
}

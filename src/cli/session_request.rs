//! What the loop is asked to do, apart from the flags that every loop has.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::app_context::AppContext;
use super::flags::{Clock, LoopFlags};
use super::{CliError, USAGE};
use crate::engine::Setup;
use crate::measure::Metric;
use crate::model::Provider;
use crate::model::prompt::Template;
use crate::model::tape::file::PlayedRound;
use crate::report::played::RecordedFigures;
use crate::sandbox;
use crate::session::event::{Goal, Mode, Origin};
use crate::task::Task;

/// The pause between two steps of a demo, at speed 1.
pub(super) const BREATH: Duration = Duration::from_millis(500);
/// How much faster than the recording a demo plays at speed 1.
pub(super) const PACE: f64 = 1.3;
/// How a session is marked that came of a tape of somebody's: its task has the replies with it.
pub(super) const PLAYED: &str = "demo";

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
    /// Whether it is somebody else's code, off a tape: it is shown nothing of this machine, and runs in the sandbox or not at all.
    pub foreign: bool,
    /// What a tape says beside its replies.
    pub tape: Option<PlayedTape>,
}

/// What a tape says beside its replies.
pub(crate) struct PlayedTape {
    /// What its rounds were asked for with.
    pub script: Vec<PlayedRound>,
    /// What they came to when it was recorded.
    pub figures: RecordedFigures,
}

impl SessionRequest {
    /// What the engine is started with.
    ///
    /// # Errors
    /// The config file lets programs read what they must not see; somebody else's code is to run without isolation.
    pub(crate) fn setup(&self, app: &AppContext, flags: &LoopFlags) -> Result<Setup, CliError> {
        if self.foreign && flags.unsafe_no_isolation {
            return Err(CliError::new(
                USAGE,
                "a tape is somebody else's code: it runs in the sandbox or not at all, so --unsafe-no-isolation does not go with it",
            ));
        }
        let task = match self.foreign {
            true => self.task.clone(),
            false => app.shown(self.task.clone())?,
        };
        Ok(Setup {
            task,
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
            script: self
                .tape
                .as_ref()
                .map_or_else(Vec::new, |t| t.script.clone()),
        })
    }
}

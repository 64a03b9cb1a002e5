//! What the start screen says about the model: at first only what is configured, later whether it answers.

use crate::config::{self, Config, Selection};
use crate::tui::ModelLine;

fn line(text: impl Into<String>, ready: bool) -> ModelLine {
    ModelLine {
        text: text.into(),
        ready,
    }
}

/// Whether anything names a model.
fn is_named(config: &Config) -> bool {
    config.model.is_some()
        || !config.providers.is_empty()
        || std::env::var_os("OPENAI_API_KEY").is_some()
        || std::env::var_os("OPENAI_BASE_URL").is_some()
}

/// What can be said at once, without contacting a server.
pub(crate) fn at_first(config: &Config) -> Vec<ModelLine> {
    if is_named(config) {
        return vec![line(LOOKING, false)];
    }
    vec![
        line("none yet: the bundled tasks play recorded replies", false),
        line(
            "get one: start llama.cpp or Ollama and press m, set OPENAI_API_KEY, or press , and name a command such as claude -p",
            false,
        ),
    ]
}

/// The line until the answer is there.
pub(crate) const LOOKING: &str = "looking whether the model that is set up is there …";

/// Whether the model answers; blocks for some seconds where a server does not.
pub(crate) fn asked(config: &Config) -> Vec<ModelLine> {
    if !is_named(config) {
        return at_first(config);
    }
    let provider = match config::resolve_provider(config, &Selection::default()) {
        Ok(provider) => provider,
        Err(error) => {
            return vec![line(error.headline(), false)];
        }
    };
    let name = provider.name();
    vec![match config::is_there(&*provider) {
        Some(Ok(())) => line(
            format!("{name} is ready: o opens a program, or reheat optimize FILE --cases DIR"),
            true,
        ),
        Some(Err(why)) => line(format!("{name} is set up, but {why}"), false),
        None => line(
            format!("{name} is set up; it is asked for the first time when a session starts"),
            true,
        ),
    }]
}

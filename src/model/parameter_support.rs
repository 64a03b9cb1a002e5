//! Which optional parameters a model supports; learnt from its error messages and remembered while the program runs.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// Which optional parameters a model supports; learnt from its error messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ParameterSupport {
    pub(crate) temperature: bool,
    pub(crate) stream_options: bool,
    /// Name of the limit of tokens.
    pub(crate) limit: Option<&'static str>,
}

impl ParameterSupport {
    /// What a server supports, as far as its address tells.
    pub(crate) fn usual(base_url: &str) -> Self {
        let newest = base_url.contains("api.openai.com");
        let limit = if newest {
            "max_completion_tokens"
        } else {
            "max_tokens"
        };
        // Mistral reports the usage without being asked, and refuses unknown parameters.
        Self {
            temperature: true,
            stream_options: !base_url.contains("api.mistral.ai"),
            limit: Some(limit),
        }
    }

    /// The same without that parameter, and a sentence about it; `None` if there is nothing left to drop.
    pub(crate) fn without(
        mut self,
        parameter: &str,
        message: &str,
    ) -> Option<(Self, &'static str)> {
        let note = match parameter {
            "temperature" if self.temperature => {
                self.temperature = false;
                "it is left at the model's own"
            }
            "stream_options" if self.stream_options => {
                self.stream_options = false;
                "tokens are estimated unless the server counts by itself"
            }
            "max_tokens"
                if self.limit == Some("max_tokens")
                    && message.contains("max_completion_tokens") =>
            {
                self.limit = Some("max_completion_tokens");
                "max_completion_tokens is sent instead"
            }
            "max_completion_tokens"
                if self.limit == Some("max_completion_tokens")
                    && message.contains("max_tokens") =>
            {
                self.limit = Some("max_tokens");
                "max_tokens is sent instead"
            }
            name if self.limit == Some(name) => {
                self.limit = None;
                "no limit is sent"
            }
            _ => return None,
        };
        Some((self, note))
    }
}

pub(super) type ParameterSupportTable = HashMap<(String, String), ParameterSupport>;

/// What was learnt so far, by base URL and model.
pub(super) fn known_forms() -> MutexGuard<'static, ParameterSupportTable> {
    static KNOWN: LazyLock<Mutex<ParameterSupportTable>> = LazyLock::new(Mutex::default);
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

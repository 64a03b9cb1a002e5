//! The settings as plain data.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::text_value::span;
use super::variable::EnvVariable;
use crate::session::cost::Currency;
use crate::task::{HoldOut, LimitOverrides, Objective};

/// The settings; `None` where the user has set nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// Warnings about unknown keys.
    pub(crate) warnings: Vec<String>,
    /// The file they were read from, if there is one.
    pub file: Option<PathBuf>,
    /// Model to ask: `PROVIDER/MODEL`, a `[provider.NAME]` table, or a model's name.
    pub model: Option<String>,
    /// Theme of the screen.
    pub theme: Option<String>,
    /// The prompt's template.
    pub template: Option<String>,
    /// What is to become better.
    pub objective: Option<Objective>,
    /// Rounds of a session.
    pub rounds: Option<u32>,
    /// Replies that a round asks for.
    pub candidates: Option<u32>,
    /// Time that one comparison may take at most.
    pub(crate) comparison_time: Option<Duration>,
    /// How many cases the model is never shown.
    pub held_out: Option<HoldOut>,
    /// What one run may use.
    pub limits: LimitOverrides,
    /// What one build may use.
    pub build: LimitOverrides,
    /// Whether the bell rings at the end of a long round.
    pub(crate) bell: bool,
    /// Whether a version that is flagged is never taken.
    pub(crate) strict: bool,
    /// Whether only ASCII is drawn; `None` (`"auto"`) decides by the environment.
    pub ascii: Option<bool>,
    /// The `[keys]` table: the developer's own keys, by action. Whether they are valid, the
    /// screen decides.
    pub keys: BTreeMap<String, Vec<String>>,
    /// More paths that programs in the sandbox may read; not checked yet.
    pub(crate) sandbox_read: Vec<PathBuf>,
    /// Variables in the environment of programs in the sandbox.
    pub(crate) sandbox_env: Vec<EnvVariable>,
    /// The `[provider.NAME]` tables.
    pub(crate) providers: BTreeMap<String, ProviderTable>,
}

impl Config {
    /// Whether a provider's key is in this variable of the environment; in capitals.
    pub(crate) fn names_key_variable(&self, name: &str) -> bool {
        let tables = self.providers.values();
        let mut variables = tables.filter_map(|t| t.key_env.as_deref());
        variables.any(|v| v.eq_ignore_ascii_case(name))
    }

    /// The values of headers that are sent to providers: keys may be among them.
    pub(crate) fn header_values(&self) -> impl Iterator<Item = String> + '_ {
        self.providers
            .values()
            .flat_map(|t| t.headers.values().cloned())
    }

    /// What `[sandbox] env` adds to the environment of programs.
    pub(crate) fn sandbox_environment(&self) -> Vec<(String, String)> {
        let all = self.sandbox_env.iter();
        all.filter_map(EnvVariable::resolved).collect()
    }
}

/// What kind of provider a table describes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ProviderKind {
    /// A server that speaks the OpenAI chat protocol.
    #[default]
    OpenAi,
    /// A command: prompt in, answer out.
    Command,
    Tape,
}

/// One `[provider.NAME]` table.
#[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
#[serde(default)]
pub(crate) struct ProviderTable {
    /// What it is.
    pub(crate) kind: ProviderKind,
    /// Up to and including `/v1`.
    pub(crate) base_url: Option<String>,
    /// Environment variable that holds the key.
    pub(crate) key_env: Option<String>,
    /// Command that prints the key.
    pub(crate) key_command: Option<String>,
    /// Model where none is named.
    pub(crate) model: Option<String>,
    /// Sent with every request.
    pub(crate) headers: BTreeMap<String, String>,
    /// Only if set.
    pub(crate) temperature: Option<f64>,
    /// Tokens that a reply may have at most.
    pub(crate) max_tokens: Option<u64>,
    /// Silence that ends a request.
    #[serde(deserialize_with = "span")]
    pub(crate) idle_timeout: Option<Duration>,
    /// Time that a command may take for one answer.
    #[serde(deserialize_with = "span")]
    pub(crate) timeout: Option<Duration>,
    /// Price of a million tokens of prompts.
    pub(crate) price_in: Option<f64>,
    /// Price of a million tokens of replies.
    pub(crate) price_out: Option<f64>,
    /// Their currency; dollars by default.
    pub(crate) currency: Option<Currency>,
    /// The command, for a shell.
    pub(crate) command: Option<String>,
    /// The tape's file or folder.
    pub(crate) path: Option<PathBuf>,
}

/// The settings cannot be read or are invalid: what, where, what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub(super) String);

//! The user's settings and where things are kept. Read by the model room and everything above it.
//!
//! An unknown key is a warning with its path, never an error: a config file may be newer than the program.
//! An invalid value is an error with line and column.

mod file;
mod resolve;
mod save;
mod variable;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::session::cost::Currency;
use crate::task::{LimitOverrides, Objective};

pub(crate) use file::TEMPLATE;
pub(crate) use resolve::is_there;
pub use resolve::{NoModel, Selection, resolve_provider};
pub(crate) use save::save_setting;
pub(crate) use variable::EnvVariable;

/// Folders of this user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// `config.toml`, `prompts/`, `themes/`, `languages/`.
    pub config: PathBuf,
    /// The folder of all sessions.
    pub data: PathBuf,
    /// What can be rebuilt: the products of builds.
    pub cache: PathBuf,
}

/// The settings cannot be read or are invalid: what, where, what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl Folders {
    /// The usual folders of this system, unless `REHEAT_CONFIG_DIR`, `REHEAT_DATA_DIR` or `REHEAT_CACHE_DIR` name others.
    ///
    /// # Errors
    /// When there is no home folder and not all three variables are set.
    pub fn find() -> Result<Self, ConfigError> {
        let usual = directories::ProjectDirs::from("", "", "reheat");
        let folder = |name: &str, usual: Option<&Path>| match std::env::var_os(name)
            .filter(|v| !v.is_empty())
        {
            Some(set) => std::path::absolute(&set)
                .map_err(|e| ConfigError(format!("{name} is not a folder: {e}"))),
            None => usual.map(Path::to_owned).ok_or_else(|| {
                ConfigError(format!(
                    "there is no home folder; set {name} to a folder of yours"
                ))
            }),
        };
        Ok(Self {
            config: folder(
                "REHEAT_CONFIG_DIR",
                usual.as_ref().map(directories::ProjectDirs::config_dir),
            )?,
            data: folder(
                "REHEAT_DATA_DIR",
                usual.as_ref().map(directories::ProjectDirs::data_dir),
            )?,
            cache: folder(
                "REHEAT_CACHE_DIR",
                usual.as_ref().map(directories::ProjectDirs::cache_dir),
            )?,
        })
    }

    /// The config file, whether it exists or not.
    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The folder of the user's own prompt templates.
    #[must_use]
    pub fn prompts(&self) -> PathBuf {
        self.config.join("prompts")
    }
}

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
    pub held_out: Option<crate::task::HoldOut>,
    /// What one run may use.
    pub limits: LimitOverrides,
    /// What one build may use.
    pub build: LimitOverrides,
    /// Whether the bell rings at the end of a long round.
    pub(crate) bell: bool,
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
    #[serde(deserialize_with = "file::span")]
    pub(crate) idle_timeout: Option<Duration>,
    /// Time that a command may take for one answer.
    #[serde(deserialize_with = "file::span")]
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

impl Config {
    /// Reads the config file of these folders; a missing file counts as empty.
    ///
    /// # Errors
    /// What is wrong, with file, line and column.
    pub fn load(folders: &Folders) -> Result<Self, ConfigError> {
        let path = folders.config_file();
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::from_text(&path, &text),
            Err(e)
                if matches!(
                    e.kind(),
                    std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
                ) =>
            {
                Ok(Self::default())
            }
            Err(e) => Err(ConfigError(format!("cannot read {}: {e}", path.display()))),
        }
    }

    /// Reads the text of a config file; paths in it are relative to the folder of `path`.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn from_text(path: &Path, text: &str) -> Result<Self, ConfigError> {
        file::read(path, text)
    }
}

//! The user's settings and where things are kept. Read by the model room and everything above it.
//!
//! An unknown key is a warning with its path, never an error: a config file may be newer than the program.
//! An invalid value is an error with line and column.

mod file;
mod resolve;
mod save;
mod settings;
mod text_value;
mod variable;

use std::path::{Path, PathBuf};

pub(crate) use file::TEMPLATE;
pub(crate) use resolve::is_there;
pub use resolve::{NoModel, Selection, resolve_provider};
pub(crate) use save::save_setting;
pub use settings::{Config, ConfigError};
pub(crate) use settings::{ProviderKind, ProviderTable};

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

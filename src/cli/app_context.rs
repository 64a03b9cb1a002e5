//! The config file, the folders and the languages: what every command with a loop needs first.

use std::path::Path;
use std::process::ExitCode;

use super::{CliError, ENVIRONMENT, USAGE, fail};
use crate::config::{Config, Folders};
use crate::model::prompt::Template;
use crate::session::Library;
use crate::task::{Languages, TaskDefaults};

/// Config, folders and languages: what every command with a loop needs first.
pub(crate) struct AppContext {
    /// Where things are kept.
    pub folders: Folders,
    /// The config file, or its defaults.
    pub config: Config,
    /// Built-in languages and those of the config folder.
    pub languages: Languages,
}

impl AppContext {
    /// Reads the config file and the languages; warnings go to standard error.
    ///
    /// # Errors
    /// The exit status, after the error was printed.
    pub(crate) fn read() -> Result<Self, ExitCode> {
        let folders = Folders::find().map_err(|e| fail(ENVIRONMENT, e))?;
        let config = Config::load(&folders).map_err(|e| fail(USAGE, e))?;
        for warning in &config.warnings {
            let _ = fail(0, format_args!("warning: {warning}"));
        }
        let own = folders.config.join("languages");
        let languages = Languages::load(Some(own.as_path()).filter(|p| p.is_dir()));
        let languages = languages.map_err(|e| fail(USAGE, e))?;
        Ok(Self {
            folders,
            config,
            languages,
        })
    }

    /// As [`read`](Self::read), but what is broken is left out and reported, so that the rest can still be used.
    ///
    /// # Errors
    /// The exit status, after the error was printed: there is no home folder.
    pub(crate) fn read_or_default() -> Result<(Self, Vec<String>), ExitCode> {
        let folders = Folders::find().map_err(|e| fail(ENVIRONMENT, e))?;
        let mut troubles = Vec::new();
        let config = Config::load(&folders).unwrap_or_else(|e| {
            troubles.push(e.to_string());
            Config::default()
        });
        let own = folders.config.join("languages");
        let loaded = Languages::load(Some(own.as_path()).filter(|p| p.is_dir())).or_else(|e| {
            troubles.push(e.to_string());
            Languages::load(None)
        });
        let languages = loaded.map_err(|e| fail(USAGE, e))?;
        Ok((
            Self {
                folders,
                config,
                languages,
            },
            troubles,
        ))
    }

    /// Limits that hold where neither flags nor a task say any.
    pub(crate) fn defaults(&self) -> TaskDefaults {
        TaskDefaults {
            limits: self.config.limits.clone(),
            build: self.config.build.clone(),
        }
    }

    /// The sessions of this user.
    pub(crate) fn library(&self) -> Library {
        Library::new(&self.folders.data)
    }

    /// The same with another folder for sessions and habits.
    pub(crate) fn with_data(&self, data: &Path) -> Self {
        Self {
            folders: Folders {
                data: data.to_owned(),
                ..self.folders.clone()
            },
            config: self.config.clone(),
            languages: self.languages.clone(),
        }
    }

    /// The prompt's template by the name of a flag, of the config file, or the default.
    ///
    /// # Errors
    /// The template does not exist or is broken.
    pub(crate) fn template(&self, name: Option<&str>) -> Result<Template, CliError> {
        let name = name
            .or(self.config.template.as_deref())
            .unwrap_or("default");
        Template::load(name, Some(&self.folders.prompts())).map_err(|e| CliError::new(USAGE, e))
    }

    /// Why a language cannot be used on this machine; `None` if it can. Only looks for its program on the path: a start
    /// must not wait for more.
    pub(crate) fn missing(&self, language: &str) -> Option<String> {
        let language = self.languages.get(language)?;
        let program = language.program(None);
        let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
            .any(|dir| dir.join(program).is_file());
        (!found).then(|| format!("needs {program}, which is not on the path"))
    }
}

//! The config file, the folders and the languages: what every command with a loop needs first.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use super::{CliError, ENVIRONMENT, USAGE, fail, visible_paths};
use crate::config::{Config, Folders};
use crate::engine::{COMPARISON, DEMO_COMPARISON};
use crate::model::prompt::Template;
use crate::session::event::Origin;
use crate::session::{Library, Session};
use crate::task::{Languages, Task, TaskDefaults, TaskError, bundled, load};

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

    /// The task of a session, read again.
    ///
    /// # Errors
    /// What of it is not there or cannot be read.
    pub(crate) fn task_of(&self, id: &str, origin: &Origin) -> Result<Task, TaskError> {
        match origin {
            Origin::Bundled { name } => bundled::load(name, &self.languages),
            Origin::Kept => {
                load::load_folder(&self.library().folder(id).join("task"), &self.languages)
            }
        }
    }

    /// A task of which runs are shown what the config file says.
    ///
    /// # Errors
    /// The config file lets programs read what they must not see.
    pub(crate) fn shown(&self, task: Task) -> Result<Task, CliError> {
        let read = visible_paths::readable(&self.config.sandbox_read)
            .map_err(|why| CliError::new(USAGE, why))?;
        let mut task = Task { read, ..task };
        task.project.also_read(&task.read);
        let given = self.config.sandbox_environment();
        task.project
            .environment
            .retain(|(n, _)| !given.iter().any(|(g, _)| g == n));
        task.project.environment.extend(given);
        Ok(task)
    }

    /// Time that a comparison of a session may take: as it began, whatever the config file says now, since gains of one session are
    /// to be comparable.
    pub(crate) fn comparison_of(&self, session: &Session) -> Duration {
        let usual = match session.task.as_ref().map(|t| &t.origin) {
            Some(Origin::Bundled { .. }) => DEMO_COMPARISON,
            _ => COMPARISON,
        };
        let kept = session.terms.comparison_ns;
        let kept = kept.map(|ns| Duration::from_nanos(ns.0));
        kept.or(self.config.comparison_time).unwrap_or(usual)
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

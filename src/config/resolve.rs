//! From flags, environment and config file to a provider; and if there is none, how to get one.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::{Config, ProviderKind, ProviderTable};
use crate::model::command::CommandProvider;
use crate::model::discover::{LocalServer, discover_blocking};
use crate::model::openai::{OpenAi, OpenAiSettings};
use crate::model::tape::Tape;
use crate::model::{Price, Provider, shown_url};

/// Services that can be named without a table: name, base URL, variable of the key.
const SERVICES: [(&str, &str, &str); 7] = [
    ("openai", "https://api.openai.com/v1", "OPENAI_API_KEY"),
    (
        "anthropic",
        "https://api.anthropic.com/v1",
        "ANTHROPIC_API_KEY",
    ),
    (
        "gemini",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        "GEMINI_API_KEY",
    ),
    (
        "openrouter",
        "https://openrouter.ai/api/v1",
        "OPENROUTER_API_KEY",
    ),
    ("deepseek", "https://api.deepseek.com", "DEEPSEEK_API_KEY"),
    ("groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    ("mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
];

/// What the flags say about the model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// `--model`: `NAME`, `PROVIDER/NAME`, or the name of a table.
    pub model: Option<String>,
    /// `--provider`: the name of a table or of a known service.
    pub provider: Option<String>,
    /// `--base-url`.
    pub base_url: Option<String>,
    /// `--model-command`.
    pub command: Option<String>,
    /// `--tape`.
    pub tape: Option<PathBuf>,
    /// `--temperature`.
    pub temperature: Option<f64>,
    /// No screen is open, so that a tape need not be played at the speed of a model.
    pub unwatched: bool,
}

/// There is no model to ask; the message says how to get one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoModel {
    /// Nothing names a model, or nothing says where the named one is.
    #[error("{what}; {lead}:\n{ways}")]
    NotSetUp {
        /// What is missing, in one sentence.
        what: String,
        /// What leads over to the ways.
        lead: &'static str,
        /// The ways to get one, a line each.
        ways: String,
    },
    /// The one that is set up cannot be used: a sentence.
    #[error("{0}")]
    Unusable(String),
}

impl NoModel {
    /// What is wrong, in one line.
    pub(crate) fn headline(&self) -> &str {
        match self {
            Self::NotSetUp { what, .. } => what,
            Self::Unusable(why) => why.lines().next().unwrap_or_default(),
        }
    }
}

/// Resolves flags, environment and config file to a provider. Looks for servers on this machine only where none is named.
///
/// # Errors
/// What is missing, and how to get a model.
pub fn resolve_provider(
    config: &Config,
    selection: &Selection,
) -> Result<Arc<dyn Provider>, NoModel> {
    let environment = |name: &str| {
        std::env::var(name)
            .ok()
            .map(|v| v.trim().to_owned())
            .filter(|v| !v.is_empty())
    };
    Resolver {
        config,
        selection,
        environment: &environment,
        discover: &discover_blocking,
    }
    .provider()
}

/// Whether a provider is available, as far as that can be found out without a question to its model. Blocks, for some seconds
/// at most.
pub(crate) fn is_there(provider: &dyn Provider) -> Option<Result<(), String>> {
    let asked = provider.is_there()?;
    Some(block_on(asked))
}

/// Everything that the choice depends on, so that tests can make it up.
struct Resolver<'a> {
    config: &'a Config,
    selection: &'a Selection,
    environment: &'a dyn Fn(&str) -> Option<String>,
    discover: &'a dyn Fn() -> Vec<LocalServer>,
}

impl Resolver<'_> {
    fn provider(&self) -> Result<Arc<dyn Provider>, NoModel> {
        let s = self.selection;
        if let Some(path) = &s.tape {
            return self.tape(path, s.unwatched);
        }
        if let Some(line) = &s.command {
            return self.command(line, None);
        }
        let base_url = s
            .base_url
            .clone()
            .or_else(|| (self.environment)("OPENAI_BASE_URL"));
        let named = s.model.clone().or_else(|| self.config.model.clone());
        if let Some(name) = &s.provider {
            let table = self.table(name).ok_or_else(|| self.no_table(name))?;
            return self.of_table(name, table, s.model.clone());
        }
        // A table or service that is part of the model's name; where a server is named, slashes belong to the model.
        if let Some(name) = named.as_deref().filter(|_| s.base_url.is_none()) {
            let (first, rest) = name
                .split_once('/')
                .map_or((name, None), |(a, b)| (a, Some(b.to_owned())));
            let own = self.config.providers.contains_key(first);
            if (own || (rest.is_some() && base_url.is_none()))
                && let Some(table) = self.table(first)
            {
                return self.of_table(first, table, rest);
            }
        }
        // A single table is the choice.
        let mut tables = self.config.providers.iter();
        if let (Some((name, table)), None, None) = (tables.next(), tables.next(), &s.base_url) {
            return self.of_table(name, table.clone(), named);
        }
        let key = (self.environment)("OPENAI_API_KEY");
        if base_url.is_some() || key.is_some() {
            let table = ProviderTable {
                base_url,
                key_env: key.map(|_| "OPENAI_API_KEY".to_owned()),
                model: named,
                ..ProviderTable::default()
            };
            return self.of_table("openai", table, None);
        }
        self.found_here(named)
    }

    /// A table of the config file, completed with what is known of a service of that name.
    fn table(&self, name: &str) -> Option<ProviderTable> {
        let own = self.config.providers.get(name).cloned();
        let known = SERVICES.iter().find(|s| s.0 == name);
        if own.is_none() && known.is_none() {
            return None;
        }
        let mut table = own.unwrap_or_default();
        if let (Some((_, url, key)), None) = (known, &table.base_url) {
            table.base_url = Some((*url).to_owned());
            table.key_env = table
                .key_env
                .or_else(|| table.key_command.is_none().then(|| (*key).to_owned()));
        }
        Some(table)
    }

    fn of_table(
        &self,
        name: &str,
        table: ProviderTable,
        model: Option<String>,
    ) -> Result<Arc<dyn Provider>, NoModel> {
        match table.kind {
            ProviderKind::Tape => self.tape(
                table.path.as_deref().unwrap_or(Path::new("")),
                self.selection.unwatched,
            ),
            ProviderKind::Command => {
                self.command(&table.command.unwrap_or_default(), table.timeout)
            }
            ProviderKind::OpenAi => self.server(name, table, model),
        }
    }

    fn server(
        &self,
        name: &str,
        table: ProviderTable,
        model: Option<String>,
    ) -> Result<Arc<dyn Provider>, NoModel> {
        let base_url = table
            .base_url
            .clone()
            .or_else(|| (self.environment)("OPENAI_BASE_URL"))
            .unwrap_or_else(|| SERVICES[0].1.to_owned());
        let (key, key_from) = self.key(name, &table, &base_url)?;
        let model = model.or_else(|| table.model.clone());
        // A price is that of the table's own model.
        let own = table.model.is_none() || model == table.model;
        let price = (table.price_in.zip(table.price_out))
            .filter(|_| own)
            .map(|(input, output)| Price {
                input,
                output,
                currency: table.currency.unwrap_or_default(),
            });
        let mut settings = OpenAiSettings {
            key,
            key_from,
            headers: table.headers,
            temperature: self.selection.temperature.or(table.temperature),
            max_tokens: table.max_tokens,
            price,
            ..OpenAiSettings::new(&base_url, model.clone().unwrap_or_default())
        };
        if let Some(idle) = table.idle_timeout {
            settings.idle_timeout = idle;
        }
        let provider = OpenAi::new(settings.clone()).map_err(|e| NoModel::Unusable(e.message))?;
        if model.is_some() {
            return Ok(Arc::new(provider));
        }
        let models = block_on(async move { provider.list_models().await.map_err(|e| e.message) })
            .map_err(|e| {
            NoModel::Unusable(format!(
                "no model is named, and the list of models cannot be read: {e}"
            ))
        })?;
        let shown = shown_url(&base_url);
        match &models[..] {
            [only] => {
                settings.model.clone_from(only);
                Ok(Arc::new(
                    OpenAi::new(settings).map_err(|e| NoModel::Unusable(e.message))?,
                ))
            }
            [] => Err(NoModel::Unusable(format!(
                "{shown} offers no model; load one there, or name one with --model"
            ))),
            many => Err(NoModel::Unusable(format!(
                "{shown} offers several models; choose one with --model: {}",
                some_of(many)
            ))),
        }
    }

    /// The key and where it came from.
    fn key(
        &self,
        name: &str,
        table: &ProviderTable,
        base_url: &str,
    ) -> Result<(Option<String>, String), NoModel> {
        if let Some(line) = &table.key_command {
            return key_of_command(name, line)
                .map(|key| (Some(key), format!("key_command of [provider.{name}]")));
        }
        let official = base_url.starts_with(SERVICES[0].1);
        let variable = table
            .key_env
            .clone()
            .or_else(|| official.then(|| SERVICES[0].2.to_owned()));
        let Some(variable) = variable else {
            return Ok((None, String::new()));
        };
        match (self.environment)(&variable) {
            Some(key) => Ok((Some(key), variable)),
            None => Err(NoModel::Unusable(format!(
                "the key for {} is missing: set the environment variable {variable}",
                shown_url(base_url)
            ))),
        }
    }

    fn command(&self, line: &str, timeout: Option<Duration>) -> Result<Arc<dyn Provider>, NoModel> {
        if line.trim().is_empty() {
            return Err(NoModel::Unusable(
                "the command that is to answer is empty; write for example 'claude -p'".into(),
            ));
        }
        let command = CommandProvider::new(line);
        Ok(Arc::new(match timeout {
            Some(timeout) => command.with_timeout(timeout),
            None => command,
        }))
    }

    fn tape(&self, path: &Path, at_once: bool) -> Result<Arc<dyn Provider>, NoModel> {
        Tape::from_path(path)
            .map(|t| if at_once { t.with_speed(0.0) } else { t })
            .map(|t| Arc::new(t) as Arc<dyn Provider>)
            .map_err(|e| NoModel::Unusable(e.to_string()))
    }

    /// A server on this machine that offers the named model; without a name none is chosen.
    fn found_here(&self, named: Option<String>) -> Result<Arc<dyn Provider>, NoModel> {
        let found = (self.discover)();
        if let Some(name) = &named {
            let fits = |m: &&String| *m == name || m.split(':').next() == Some(name);
            let hit = found
                .iter()
                .find_map(|f| Some((f, f.models.iter().find(fits)?)));
            if let Some((server, model)) = hit {
                let settings = OpenAiSettings {
                    temperature: self.selection.temperature,
                    ..OpenAiSettings::new(&server.base_url, model)
                };
                return OpenAi::new(settings)
                    .map(|p| Arc::new(p) as Arc<dyn Provider>)
                    .map_err(|e| NoModel::Unusable(e.message));
            }
        }
        Err(how_to_get_one(named.as_deref(), &found))
    }

    fn no_table(&self, name: &str) -> NoModel {
        let names: Vec<&str> = self
            .config
            .providers
            .keys()
            .map(String::as_str)
            .chain(SERVICES.iter().map(|s| s.0))
            .collect();
        NoModel::Unusable(format!(
            "there is no provider `{name}`; there is {}",
            names.join(", ")
        ))
    }
}

/// What to do when there is no model, in eight lines at most.
fn how_to_get_one(named: Option<&str>, found: &[LocalServer]) -> NoModel {
    let mut lines = Vec::new();
    for server in found.iter().take(2) {
        let model = server
            .models
            .first()
            .map_or_else(String::new, |m| format!(" --model {m}"));
        lines.push(format!(
            "  found here: {} → --base-url {}{model}",
            server.name, server.base_url
        ));
    }
    if found.is_empty() {
        lines.push(
            "  on this machine: start llama.cpp or Ollama → --base-url http://localhost:8080/v1"
                .to_owned(),
        );
    }
    lines.push("  a service: set OPENAI_API_KEY → --model openai/NAME (also anthropic, gemini, openrouter, …)".to_owned());
    lines.push("  a coding agent: --model-command 'claude -p'".to_owned());
    lines
        .push("  recorded replies: --tape PATH, or `reheat demo`, which needs no model".to_owned());
    lines.push("for good: `reheat config --init` writes a config file to fill in".to_owned());
    let (what, lead) = match named {
        Some(name) => (
            format!("it is not known where to find the model `{name}`"),
            "name its server or service as well",
        ),
        None => ("no model is set up yet".to_owned(), "any of these will do"),
    };
    NoModel::NotSetUp {
        what,
        lead,
        ways: lines.join("\n"),
    }
}

fn some_of(models: &[String]) -> String {
    let more = if models.len() > 8 {
        format!(" … ({} in all)", models.len())
    } else {
        String::new()
    };
    format!(
        "{}{more}",
        models
            .iter()
            .take(8)
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    )
}

/// The first line that the command prints.
fn key_of_command(name: &str, line: &str) -> Result<String, NoModel> {
    let command = CommandProvider::new(line)
        .with_timeout(Duration::from_secs(30))
        .with_daemons();
    let heard = block_on(async move {
        use crate::model::{Delta, Question};
        use futures::StreamExt;
        let mut parts = command.ask(Question {
            round: 0,
            prompt: Arc::from(""),
            temperature: None,
            max_tokens: None,
        });
        let mut text = String::new();
        while let Some(part) = parts.next().await {
            match part {
                Delta::Text(t) => text.push_str(&t),
                Delta::End(end) if !end.error.is_empty() => return Err(end.error),
                _ => {}
            }
        }
        Ok(text)
    });
    let key = heard.map(|text| text.lines().next().unwrap_or("").trim().to_owned());
    match key {
        Ok(key) if !key.is_empty() => Ok(key),
        Ok(_) => Err(NoModel::Unusable(format!(
            "key_command of [provider.{name}] printed nothing"
        ))),
        Err(why) => Err(NoModel::Unusable(format!(
            "key_command of [provider.{name}]: {why}"
        ))),
    }
}

/// Runs to the end on a thread of its own, so that it works from inside a runtime as well.
fn block_on<T: Send>(work: impl Future<Output = Result<T, String>> + Send) -> Result<T, String> {
    let run = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| e.to_string())?
            .block_on(work)
    };
    std::thread::scope(|scope| {
        scope
            .spawn(run)
            .join()
            .unwrap_or_else(|_| Err("a thread panicked".into()))
    })
}

#[cfg(test)]
#[path = "resolve_tests.rs"]
mod tests;

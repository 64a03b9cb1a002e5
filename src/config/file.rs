//! The config file itself: its keys, its errors with line and column, and the text that `reheat config --init` writes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use strsim::levenshtein;

use super::settings::{Config, ConfigError, ProviderKind, ProviderTable};
use super::text_value::{amount, processes, span, switch, time_limit};
use super::variable::EnvVariable;
use crate::base::units::Bytes;
use crate::model::MOST_AT_ONCE;
use crate::task::{HoldOut, LimitOverrides, Objective};

/// A config file that shows every setting as a comment and sets none.
pub(crate) const TEMPLATE: &str = r#"# Settings of reheat. Every line that is commented out shows a default or an example.
# `reheat config --show` prints what is in force; flags go before this file.

# model = "local"                 # a [provider.NAME] table, or PROVIDER/MODEL; one table alone needs no choice
# theme = "dark"                  # dark, light, or themes/NAME.toml beside this file
# ascii = "auto"                  # true draws with ASCII alone, for fonts without boxes and braille; auto asks the locale
# template = "default"            # default, afterburner, or prompts/NAME.md beside this file
# objective = "time"              # time, memory or integral
# rounds = 10
# candidates = 1                  # replies that every round asks for side by side, 1 to 8
# held_out = "25%"                # cases that the model is never shown: a share, a number, or 0
# comparison = "30s"              # time that one comparison may take at most
# strict = true                   # take no version that is flagged
# bell = true                     # ring at the end of a long round, while you look elsewhere

# [keys]                          # `reheat keys` lists the names, and what is in force
# next-round = "ctrl-n"           # or ["ctrl-n", "f5"]; "" for none; "g n" for one after the other

# [limits]                        # of one run, where neither flags nor the task say it
# time_limit = "10s"
# memory_limit = "512MiB"
# output_limit = "64MiB"          # standard output and standard error, each
# processes = 64                  # processes and threads alive at once
# disk = "64MiB"                  # what may be written to the private folders

# [build]                         # of one build: the same keys
# time_limit = "60s"
# memory_limit = "2GiB"

# [sandbox]
# read = ["/opt/data"]            # files and folders that measured programs may read, at the same paths
# env = ["TZ", "MODE=test"]       # variables that they have: your own by its name, or one with a value

# A server on this machine (llama.cpp, vLLM, LM Studio, Ollama …):
# [provider.local]
# base_url = "http://localhost:8080/v1"
# model = "qwen2.5-coder"

# A service with a key; keys are never kept in this file:
# [provider.openai]
# base_url = "https://api.openai.com/v1"
# key_env = "OPENAI_API_KEY"      # or: key_command = "pass show openai"
# model = "gpt-5"
# price_in = 1.25                 # per million tokens, to show what a session costs
# price_out = 10.0                # both, for this model; prices are never guessed
# currency = "$"
# # temperature, max_tokens, idle_timeout = "120s", headers = { "X-Title" = "reheat" }

# A coding agent's command: the prompt on standard input, the answer on standard output:
# [provider.claude]
# kind = "command"
# command = "claude -p"
# timeout = "10m"

# Recorded replies:
# [provider.old]
# kind = "tape"
# path = "tapes/old.jsonl"
"#;

#[derive(Deserialize, Default)]
#[serde(default)]
struct ConfigFile {
    model: Option<String>,
    theme: Option<String>,
    template: Option<String>,
    objective: Option<Objective>,
    rounds: Option<u32>,
    candidates: Option<u32>,
    held_out: Option<HoldOut>,
    #[serde(deserialize_with = "span")]
    comparison: Option<Duration>,
    bell: bool,
    strict: bool,
    #[serde(deserialize_with = "switch")]
    ascii: Option<bool>,
    keys: toml::Table,
    limits: LimitsTable,
    build: LimitsTable,
    sandbox: SandboxTable,
    provider: BTreeMap<String, ProviderTable>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct LimitsTable {
    #[serde(alias = "time", deserialize_with = "time_limit")]
    time_limit: Option<Duration>,
    #[serde(alias = "memory", deserialize_with = "amount")]
    memory_limit: Option<Bytes>,
    #[serde(deserialize_with = "amount")]
    output_limit: Option<Bytes>,
    #[serde(deserialize_with = "processes")]
    processes: Option<u32>,
    #[serde(deserialize_with = "amount")]
    disk: Option<Bytes>,
}

impl From<LimitsTable> for LimitOverrides {
    fn from(written: LimitsTable) -> Self {
        Self {
            time: written.time_limit,
            memory: written.memory_limit,
            output: written.output_limit,
            processes: written.processes,
            disk: written.disk,
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SandboxTable {
    read: Vec<PathBuf>,
    env: Vec<EnvVariable>,
}

/// Names that limits had before; still understood, but never suggested.
const FORMER_LIMITS: [&str; 2] = ["time", "memory"];

pub(super) fn read(path: &Path, text: &str) -> Result<Config, ConfigError> {
    let text = text.trim_start_matches('\u{feff}');
    let wrong = |e: toml::de::Error| {
        let (line, column) = e.span().map_or((1, 1), |span| position(text, span.start));
        ConfigError(format!(
            "{}:{line}:{column}: {}",
            path.display(),
            plain(e.message())
        ))
    };
    let file: ConfigFile = toml::from_str(text).map_err(wrong)?;
    let all: toml::Table = toml::from_str(text).map_err(wrong)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut providers = file.provider;
    for (name, table) in &mut providers {
        table.path = table.path.take().map(|p| folder.join(p));
        check(name, table)
            .map_err(|why| ConfigError(format!("{}: [provider.{name}] {why}", path.display())))?;
    }
    if file.rounds == Some(0) {
        return Err(ConfigError(format!(
            "{}: rounds is 0; write 1 or more",
            path.display()
        )));
    }
    if let Some(wrong) = file.candidates.filter(|n| !(1..=MOST_AT_ONCE).contains(n)) {
        return Err(ConfigError(format!(
            "{}: candidates is {wrong}; write a number from 1 to {MOST_AT_ONCE}",
            path.display()
        )));
    }
    let (keys, mistaken) = keys(&file.keys);
    Ok(Config {
        warnings: unknown(&all)
            .into_iter()
            .chain(mistaken)
            .map(|what| format!("{}: {what}", path.display()))
            .collect(),
        file: Some(path.to_owned()),
        model: file.model,
        theme: file.theme,
        template: file.template,
        objective: file.objective,
        rounds: file.rounds,
        candidates: file.candidates,
        held_out: file.held_out,
        comparison_time: file.comparison,
        limits: file.limits.into(),
        build: file.build.into(),
        bell: file.bell,
        strict: file.strict,
        ascii: file.ascii,
        keys,
        sandbox_read: file
            .sandbox
            .read
            .into_iter()
            .map(|p| folder.join(p))
            .collect(),
        sandbox_env: file.sandbox.env,
        providers,
    })
}

/// The `[keys]` table, and a warning for each value that is not a key and is ignored.
fn keys(table: &toml::Table) -> (BTreeMap<String, Vec<String>>, Vec<String>) {
    let mut keys = BTreeMap::new();
    let mut told = Vec::new();
    for (name, value) in table {
        let read = match value {
            toml::Value::String(key) => Some(vec![key.clone()]),
            toml::Value::Array(list) => list
                .iter()
                .map(|k| k.as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>(),
            _ => None,
        };
        match read {
            Some(read) => drop(keys.insert(name.clone(), read)),
            None => told.push(format!(
                "keys.{name} is not a key; write for example {name} = \"x\", or [\"x\", \"f5\"]"
            )),
        }
    }
    (keys, told)
}

/// The parser's message without Rust's names of types.
fn plain(message: &str) -> String {
    let named = [
        ("expected u32", "expected a whole number"),
        ("expected u64", "expected a whole number"),
        ("expected f64", "expected a number"),
    ];
    named
        .iter()
        .fold(message.trim().to_owned(), |text, (rust, words)| {
            text.replace(rust, words)
        })
}

/// Checks that a provider's table is complete and consistent.
fn check(name: &str, table: &ProviderTable) -> Result<(), String> {
    match table.kind {
        ProviderKind::Command if table.command.is_none() => Err(
            "has kind = \"command\" but no command; write for example command = \"claude -p\""
                .into(),
        ),
        ProviderKind::Tape if table.path.is_none() => {
            Err("has kind = \"tape\" but no path to its replies".into())
        }
        ProviderKind::OpenAi if table.command.is_some() => {
            Err("has a command; write kind = \"command\" with it".into())
        }
        _ if table.price_in.is_some() != table.price_out.is_some() => Err(
            "has one price of two; write price_in and price_out (0 for what costs nothing)".into(),
        ),
        _ if [table.price_in, table.price_out]
            .into_iter()
            .flatten()
            .any(|p| !p.is_finite() || p < 0.0) =>
        {
            Err("has a price that is none; write an amount per million tokens".into())
        }
        _ if name.contains('/') => Err("must not have a slash in its name".into()),
        _ => Ok(()),
    }
}

/// A sentence for each key that has no meaning.
fn unknown(all: &toml::Table) -> Vec<String> {
    let mut found = unknown_in::<ConfigFile>(all, "");
    let table = |key: &str| all.get(key).and_then(toml::Value::as_table);
    for name in ["limits", "build"] {
        found.extend(table(name).map_or_else(Vec::new, |t| {
            unknown_in::<LimitsTable>(t, &format!("{name}."))
        }));
    }
    found.extend(
        table("sandbox").map_or_else(Vec::new, |t| unknown_in::<SandboxTable>(t, "sandbox.")),
    );
    for (name, provider) in table("provider").into_iter().flatten() {
        found.extend(provider.as_table().map_or_else(Vec::new, |t| {
            unknown_in::<ProviderTable>(t, &format!("provider.{name}."))
        }));
    }
    found
}

fn unknown_in<'de, T: Deserialize<'de>>(table: &toml::Table, prefix: &str) -> Vec<String> {
    let known = field_names::<T>();
    let mut suggested = known.to_vec();
    suggested.retain(|k| !FORMER_LIMITS.contains(k));
    let unknown = table.keys().filter(|k| !known.contains(&k.as_str()));
    let sentence = |key: &String| {
        let near = suggested
            .iter()
            .min_by_key(|k| levenshtein(k, key))
            .filter(|k| levenshtein(k, key) <= 2);
        let hint = near.map_or_else(
            || format!("known are {}", suggested.join(", ")),
            |k| format!("did you mean `{k}`?"),
        );
        format!("the key `{prefix}{key}` is not known and does nothing; {hint}")
    };
    unknown.map(sentence).collect()
}

/// The names of a struct's fields, aliases included, as its own `Deserialize` asks for them.
fn field_names<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    struct FieldNames<'a>(&'a mut &'static [&'static str]);
    impl<'de> Deserializer<'de> for FieldNames<'_> {
        type Error = serde::de::value::Error;
        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            fields: &'static [&'static str],
            _: V,
        ) -> Result<V::Value, Self::Error> {
            *self.0 = fields;
            Err(Error::custom("only the names were asked for"))
        }
        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
            Err(Error::custom("not a struct"))
        }
        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
            option unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier
            ignored_any
        }
    }
    let mut names: &[&str] = &[];
    // The error is the way out: nothing was to be read.
    drop(T::deserialize(FieldNames(&mut names)));
    names
}

/// Line and column, from 1, the column in characters.
fn position(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn load(text: &str) -> Result<Config, String> {
        Config::from_text(Path::new("/c/config.toml"), text).map_err(|e| e.to_string())
    }

    #[test]
    fn the_template_sets_nothing_and_all_it_shows_is_known() {
        let plain = load(TEMPLATE).unwrap();
        assert_eq!(
            Config {
                file: None,
                ..plain
            },
            Config::default()
        );
        // Every commented line that is a setting, switched on.
        let on: Vec<&str> = TEMPLATE
            .lines()
            .filter_map(|l| l.strip_prefix("# "))
            .filter(|l| l.starts_with('[') || l.contains(" = "))
            .filter(|l| !l.starts_with("# "))
            .collect();
        let full = load(&on.join("\n")).unwrap();
        assert_eq!(full.warnings, Vec::<String>::new());
        assert_eq!(full.providers.len(), 4);
        assert_eq!(
            (full.limits.processes, full.build.time),
            (Some(64), Some(Duration::from_secs(60)))
        );
        assert_eq!(
            (full.rounds, full.comparison_time),
            (Some(10), Some(Duration::from_secs(30)))
        );
        assert_eq!(
            full.providers["old"].path.as_deref(),
            Some(Path::new("/c/tapes/old.jsonl"))
        );
        assert_eq!(
            full.providers["claude"].timeout,
            Some(Duration::from_secs(600))
        );
    }

    #[test]
    fn keys_that_nobody_reads_are_told_with_their_path() {
        let warnings = load("modle = \"x\"\n[provider.a]\nbase_ulr = \"y\"\n[limits]\nfoo = 1\n")
            .unwrap()
            .warnings;
        assert_eq!(warnings.len(), 3);
        assert!(
            warnings[0].contains("`modle`") && warnings[0].contains("`model`"),
            "{warnings:?}"
        );
        assert!(
            warnings
                .iter()
                .any(|w| w.contains("`provider.a.base_ulr`") && w.contains("`base_url`"))
        );
        assert!(
            warnings
                .iter()
                .any(|w| w.contains("`limits.foo`") && w.contains("known are"))
        );
    }

    #[test]
    fn what_cannot_be_right_is_told_with_line_and_column() {
        for (text, expected) in [
            ("model = \n", "config.toml:1:9"),
            (
                "\nrounds = \"many\"",
                "config.toml:2:10: invalid type: string \"many\", expected a whole number",
            ),
            ("rounds = -1", "config.toml:1:10"),
            ("\n\n comparison = \"soon\"", "config.toml:3:"),
            ("[limits]\nmemory = \"lots\"", "config.toml:2:"),
            ("[limits]\ndisk = 0", "config.toml:2:8: a limit of nothing"),
            (
                "[build]\ntime_limit = 0",
                "config.toml:2:14: a limit of no time",
            ),
            (
                "[limits]\nprocesses = 0",
                "config.toml:2:13: 0 is no limit of processes; write a number from 1 to 4096",
            ),
            (
                "[limits]\nprocesses = \"a\"",
                "config.toml:2:13: a is no limit",
            ),
            ("objective = \"speed\"", "config.toml:1:"),
            ("[provider.a]\nkind = \"telepathy\"", "config.toml:2:"),
            ("provider = \"a\"", "config.toml:1:"),
            (
                "[sandbox]\nenv = [\"a b\"]",
                "config.toml:2:7: `a b` is no variable; write \"NAME\" or \"NAME=value\"",
            ),
            ("rounds = 0", "rounds is 0"),
            (
                "candidates = 9",
                "candidates is 9; write a number from 1 to 8",
            ),
            (
                "[provider.a]\nkind = \"command\"",
                "[provider.a] has kind = \"command\" but no command",
            ),
        ] {
            let error = load(text).expect_err(text);
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}

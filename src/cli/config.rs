//! `reheat config`: where the config file is, the settings in force, and a first file to fill in.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use crate::config::{Config, Folders, ProviderKind, ProviderTable, TEMPLATE};
use crate::model::shown_url;

/// Flags of `reheat config`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reheat config           what is in force, and where it comes from
  reheat config --init    write a config file with everything in it, commented out
  $EDITOR \"$(reheat config --path)\"")]
pub struct ConfigArgs {
    /// Print the path of the config file, whether it exists or not.
    #[arg(long, conflicts_with_all = ["show", "init"])]
    path: bool,
    /// Print the settings in force (the default).
    #[arg(long, conflicts_with = "init")]
    show: bool,
    /// Write a config file to fill in; an existing one is never touched.
    #[arg(long)]
    init: bool,
}

/// Runs the command. Exit status 2 if the config file is wrong, 3 if it cannot be written.
#[must_use]
pub fn run(args: ConfigArgs) -> ExitCode {
    let folders = match Folders::find() {
        Ok(folders) => folders,
        Err(e) => return fail(3, &e.to_string()),
    };
    let file = folders.config_file();
    if args.path {
        return say(&format!("{}\n", file.display()));
    }
    if args.init {
        return match init(&file) {
            Ok(()) => say(&format!(
                "wrote {}; everything in it is commented out\n",
                file.display()
            )),
            Err((status, why)) => fail(status, &why),
        };
    }
    match Config::load(&folders) {
        Ok(config) => say(&shown(&folders, &config)),
        Err(e) => fail(2, &e.to_string()),
    }
}

fn init(file: &Path) -> Result<(), (u8, String)> {
    let cannot = |e: std::io::Error| (3, format!("cannot write {}: {e}", file.display()));
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(cannot)?;
    }
    match std::fs::File::create_new(file) {
        Ok(mut new) => new.write_all(TEMPLATE.as_bytes()).map_err(cannot),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Err((
            2,
            format!("{} exists already; it was not touched", file.display()),
        )),
        Err(e) => Err(cannot(e)),
    }
}

fn shown(folders: &Folders, config: &Config) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<18} {value}");
    };
    let state = if config.file.is_some() {
        ""
    } else {
        " (does not exist; `reheat config --init` writes one)"
    };
    line(
        "file",
        format!("{}{state}", folders.config_file().display()),
    );
    line("data", folders.data.display().to_string());
    line("cache", folders.cache.display().to_string());
    line("model", config.model.clone().unwrap_or_else(|| "–".into()));
    line(
        "theme",
        config.theme.clone().unwrap_or_else(|| "dark".into()),
    );
    line(
        "template",
        config.template.clone().unwrap_or_else(|| "default".into()),
    );
    line(
        "objective",
        config.objective.unwrap_or_default().to_string(),
    );
    if let Some(rounds) = config.rounds {
        line("rounds", rounds.to_string());
    }
    if config.strict {
        line("strict", "no version that is flagged is taken".into());
    }
    if let Some(time) = config.comparison_time {
        line(
            "comparison",
            crate::base::units::Nanos::from(time).to_string(),
        );
    }
    for (of, said) in [("", &config.limits), ("build ", &config.build)] {
        let time = said
            .time
            .map(|t| crate::base::units::Nanos::from(t).to_string());
        for (name, value) in [
            ("time limit", time),
            ("memory limit", said.memory.map(|b| b.to_string())),
            ("output limit", said.output.map(|b| b.to_string())),
            ("processes", said.processes.map(|n| n.to_string())),
            ("disk", said.disk.map(|b| b.to_string())),
        ] {
            if let Some(value) = value {
                line(&format!("{of}{name}"), value);
            }
        }
    }
    for path in &config.sandbox_read {
        line("may be read", path.display().to_string());
    }
    for variable in &config.sandbox_env {
        line("is in the environment", variable.name().to_owned());
    }
    if config.bell {
        line("bell", "at the end of a long round".into());
    }
    if let Some(ascii) = config.ascii {
        line("ascii", ascii.to_string());
    }
    for (name, keys) in &config.keys {
        line("key", format!("{name}: {}", keys.join(", ")));
    }
    for (name, table) in &config.providers {
        line("provider", format!("{name}: {}", described(table)));
    }
    for warning in &config.warnings {
        line("warning", warning.clone());
    }
    for told in crate::tui::core::keymap::Keymap::new(&config.keys).1 {
        line(
            "warning",
            format!("{}: {told}", folders.config_file().display()),
        );
    }
    text
}

/// A table in one line; keys are never shown, only where they come from.
fn described(table: &ProviderTable) -> String {
    match table.kind {
        ProviderKind::Command => format!("command `{}`", table.command.as_deref().unwrap_or("")),
        ProviderKind::Tape => format!(
            "tape {}",
            table.path.as_deref().unwrap_or(Path::new("")).display()
        ),
        ProviderKind::OpenAi => {
            let model = table
                .model
                .as_deref()
                .unwrap_or("whichever model it offers");
            let url = table.base_url.as_deref().map(shown_url);
            let url = url.as_deref().unwrap_or("the usual address");
            let key = match (&table.key_env, &table.key_command) {
                (Some(variable), _) => format!(
                    ", key from ${variable}{}",
                    if std::env::var_os(variable).is_some() {
                        ""
                    } else {
                        " (not set)"
                    }
                ),
                (None, Some(_)) => ", key from a command".into(),
                (None, None) => String::new(),
            };
            format!("{model} at {url}{key}")
        }
    }
}

fn say(text: &str) -> ExitCode {
    super::exit::print_exactly(text);
    ExitCode::SUCCESS
}

fn fail(status: u8, why: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "reheat: {why}");
    ExitCode::from(status)
}
